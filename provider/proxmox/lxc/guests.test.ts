import { editConfig } from "./edit";
import { deleteContainer } from "./delete";
import { shutdownContainer, startContainer, stopContainer } from "./power";
import { createContainer, readInterfaces, readPending } from "./container";
import { resizeVolume } from "./resize";
import { scrub } from "../../base/scrub";
import { Bench, failureOf } from "../../../test/support/proxmox/harness";
import { bare, data, type Received, type Reply, said, type ScriptedPve } from "../../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const PLACE = { node: "pve1", vmid: 101 };
const CT = "/nodes/pve1/lxc/101";
const upid = (type: string): string => `UPID:pve1:00001B8F:000387A6:6B00C2A7:${type}:101:svc@pve!gw:`;

/** Tasks of these types end at once with the given exit status. */
function tasks(server: ScriptedPve, ...ends: [type: string, ...exits: string[]][]): ScriptedPve {
    for (const [type, ...exits] of ends) {
        server.on(`GET /nodes/pve1/tasks/${upid(type)}/status`, ...exits.map((exitstatus) => data({ status: "stopped", exitstatus })));
        server.on(`GET /nodes/pve1/tasks/${upid(type)}/log`, data([]));
    }
    return server;
}

describe("create", () => {
    test("sends the options and hides the password from then on", async () => {
        const server = (await bench.server()).on("POST /nodes/pve1/lxc", data(upid("vzcreate")));
        const options = {
            ostemplate: "local:vztmpl/d.tar.zst",
            unprivileged: true,
            password: "s3cr3t;pw",
            config: { rootfs: "local:4", onboot: true },
        };
        const task = await createContainer(bench.pve(server), PLACE, options);
        expect(task).toMatchObject({ node: "pve1", type: "vzcreate" });
        expect(Object.fromEntries(server.received[0]!.params)).toEqual({
            vmid: "101",
            rootfs: "local:4",
            onboot: "1",
            ostemplate: "local:vztmpl/d.tar.zst",
            unprivileged: "1",
            password: "s3cr3t;pw",
        });
        expect(scrub("s3cr3t;pw")).toBe("[secret]");
    });
});

/** A config with a digest that changes with every write, as in PVE. */
class Config {
    version = 1;
    values: Record<string, string> = { memory: "512", net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01" };

    on(server: ScriptedPve, put: (request: Received, write: () => Reply) => Reply = (_, write) => write()): ScriptedPve {
        server.on(`GET ${CT}/config`, () => data({ ...this.values, digest: `d${this.version}` }));
        return server.on(`PUT ${CT}/config`, (request) =>
            put(request, () => {
                if (request.params.get("digest") !== `d${this.version}`)
                    return said(500, "detected modified configuration - file changed by other user? Try again.");
                for (const [key, value] of request.params) if (key !== "digest" && key !== "delete") this.values[key] = value;
                for (const key of (request.params.get("delete") ?? "").split(",")) delete this.values[key];
                this.version++;
                return data(null);
            }),
        );
    }
}

describe("editConfig", () => {
    const grow = (to: number) => (config: { memory?: number }) => (config.memory === to ? undefined : { set: { memory: to } });

    test("writes with the digest it read, and gives what came out", async () => {
        const config = new Config();
        const server = config.on(await bench.server());
        await expect(editConfig(bench.pve(server), PLACE, grow(1024))).resolves.toMatchObject({ memory: 1024, digest: "d2" });
        expect(server.received[1]!.params.get("digest")).toBe("d1");
    });

    test("writes nothing when nothing is to do", async () => {
        const server = new Config().on(await bench.server());
        await editConfig(bench.pve(server), PLACE, grow(512));
        expect(server.count(`PUT ${CT}/config`)).toBe(0);
    });

    test("somebody else's change in between is kept: read and decided again", async () => {
        const config = new Config();
        let disturbed = false;
        const server = config.on(await bench.server(), (_, write) => {
            if (!disturbed) {
                disturbed = true;
                config.values["tags"] = "theirs";
                config.version++;
            }
            return write();
        });
        await expect(editConfig(bench.pve(server), PLACE, grow(1024))).resolves.toMatchObject({ memory: 1024, tags: ["theirs"] });
        expect(server.count(`PUT ${CT}/config`)).toBe(2);
    });

    test.each<["596" | "reset"]>([["596"], ["reset"]])(
        "a write that was taken although the answer was lost (%s) is not repeated",
        async (how) => {
            const config = new Config();
            const server = config.on(await bench.server(), (_, write) => {
                write();
                return how === "596" ? bare(596, "Connection timed out") : "reset";
            });
            await expect(editConfig(bench.pve(server), PLACE, grow(1024))).resolves.toMatchObject({ memory: 1024 });
            expect(server.count(`PUT ${CT}/config`)).toBe(1);
        },
    );

    test("twenty at once lose nothing", async () => {
        const config = new Config();
        const server = config.on(await bench.server());
        const pve = bench.pve(server, { timing: { answer: 5_000 } });
        const add = (index: number): Promise<unknown> =>
            editConfig(pve, PLACE, ({ mp }) => {
                const free = Array.from({ length: 256 }, (_, slot) => slot).find((slot) => !(slot in mp));
                return { set: { [`mp${free}`]: `local:1,mp=/srv/${index}` } };
            });
        await Promise.all(Array.from({ length: 20 }, (_, index) => add(index)));
        const targets = Object.entries(config.values).filter(([key]) => key.startsWith("mp"));
        expect(new Set(targets.map(([, value]) => value)).size).toBe(20);
        expect(server.count(`PUT ${CT}/config`)).toBe(20);
    });

    test("other failures pass", async () => {
        const server = new Config().on(await bench.server(), () => said(500, "bridge 'vmbr9' does not exist"));
        expect((await failureOf(editConfig(bench.pve(server), PLACE, grow(1)))).kind).toBe("RemoteFailed");
        expect(server.count(`PUT ${CT}/config`)).toBe(1);
    });
});

describe("power", () => {
    const status = (state: string, ha = 0): Reply => data({ status: state, ha: { managed: ha }, uptime: 1 });

    test("start sends one command and sees the container run", async () => {
        const server = tasks(await bench.server(), ["vzstart", "OK"])
            .on(`GET ${CT}/status/current`, status("stopped"), status("running"))
            .on(`POST ${CT}/status/start`, data(upid("vzstart")));
        await expect(startContainer(bench.pve(server), PLACE)).resolves.toEqual([]);
        expect(server.count(`POST ${CT}/status/start`)).toBe(1);
    });

    test("what is so already needs no command, also when it became so meanwhile", async () => {
        const server = (await bench.server())
            .on(`GET ${CT}/status/current`, status("running"), status("stopped"))
            .on(`POST ${CT}/status/start`, said(500, "CT 101 already running"));
        await startContainer(bench.pve(server), PLACE);
        expect(server.count(`POST ${CT}/status/start`)).toBe(0);
        await startContainer(bench.pve(server), PLACE);
        expect(server.count(`POST ${CT}/status/start`)).toBe(1);
    });

    const commands = [
        ["start", "stopped", "running", startContainer],
        ["shutdown", "running", "stopped", shutdownContainer],
        ["stop", "running", "stopped", stopContainer],
    ] as const;
    const locks = [
        "CT is locked (backup)",
        "can't lock file '/run/lock/lxc/pve-config-101.lock' - got timeout",
        "cfs-lock 'storage-x' error: got lock request timeout",
    ];

    test.each(commands)("%s, the answer lost: looked, not blindly repeated", async (verb, before, after, act) => {
        for (const lost of [bare(596, "Connection timed out"), "reset", said(500, "'x'-locked command timed out - aborting")] as const) {
            const server = (await bench.server())
                .on(`GET ${CT}/status/current`, status(before), status(after))
                .on(`POST ${CT}/status/${verb}`, lost);
            await act(bench.pve(server), PLACE);
            expect(server.count(`POST ${CT}/status/${verb}`)).toBe(1);
        }
    });

    test.each(commands.flatMap((command) => locks.map((lock) => [...command, lock] as const)))(
        "%s from %s to %s: a lock that the task runs into",
        async (verb, before, after, act, lock) => {
            const server = tasks(await bench.server(), [`vz${verb}`, lock, "OK"])
                .on(`GET ${CT}/status/current`, status(before), status(before), status(after))
                .on(`POST ${CT}/status/${verb}`, data(upid(`vz${verb}`)));
            await act(bench.pve(server), PLACE);
            expect(server.count(`POST ${CT}/status/${verb}`)).toBe(2);
        },
    );

    test("stopped meanwhile is stopped", async () => {
        const server = (await bench.server())
            .on(`GET ${CT}/status/current`, status("running"))
            .on(`POST ${CT}/status/stop`, said(500, "CT 101 not running"));
        await expect(stopContainer(bench.pve(server), PLACE)).resolves.toEqual([]);
    });

    test("under HA the effect is awaited", async () => {
        const server = tasks(await bench.server(), ["hastart", "OK"])
            .on(`GET ${CT}/status/current`, ...Array<Reply>(5).fill(status("stopped", 1)), status("running", 1))
            .on(`POST ${CT}/status/start`, data(upid("hastart")));
        await startContainer(bench.pve(server), PLACE);
        expect(server.count(`GET ${CT}/status/current`)).toBe(6);
    });

    test("HA that does nothing: the deadline says what was waited for, and where to look", async () => {
        const server = tasks(await bench.server(), ["hastop", "OK"])
            .on(`GET ${CT}/status/current`, status("running", 1))
            .on(`POST ${CT}/status/stop`, data(upid("hastop")));
        const failure = await failureOf(stopContainer(bench.pve(server, { deadline: 1_000 }), PLACE));
        expect(failure.kind).toBe("Timeout");
        expect(failure.message).toMatch(/HA to have CT 101 stopped.*ha-manager status/);
        expect(server.count(`POST ${CT}/status/stop`)).toBe(1);
    });

    test("a start that PVE calls OK but did not last is a failure", async () => {
        const server = tasks(await bench.server(), ["vzstart", "OK"])
            .on(`GET ${CT}/status/current`, status("stopped"))
            .on(`POST ${CT}/status/start`, data(upid("vzstart")));
        expect((await failureOf(startContainer(bench.pve(server), PLACE))).kind).toBe("RemoteFailed");
    });

    test("shutdown says how long and what then", async () => {
        const server = tasks(await bench.server(), ["vzshutdown", "OK"])
            .on(`GET ${CT}/status/current`, status("running"), status("stopped"))
            .on(`POST ${CT}/status/shutdown`, data(upid("vzshutdown")));
        await shutdownContainer(bench.pve(server), PLACE, { timeout: 20 });
        expect(server.received.find(({ method }) => method === "POST")?.body).toBe("timeout=20&forceStop=1");
    });
});

describe("delete", () => {
    const [pve1, pve2] = [PLACE, { ...PLACE, node: "pve2" }];
    /** The container's place at each look. */
    const at = (...places: (typeof PLACE | undefined)[]) => {
        const left = [...places];
        return async (): Promise<typeof PLACE | undefined> => (left.length > 1 ? left.shift() : left[0]);
    };
    const notHere = said(500, "Configuration file 'nodes/pve1/lxc/101.conf' does not exist");

    test("purges, waits and looks", async () => {
        const server = tasks(await bench.server(), ["vzdestroy", "OK"]).on(`DELETE ${CT}`, data(upid("vzdestroy")));
        await deleteContainer(bench.pve(server), { purge: true }, at(pve1, undefined));
        expect(server.received[0]).toMatchObject({ query: "purge=1", body: "" });
        expect(server.received[0]!.query).not.toContain("destroy-unreferenced-disks");
    });

    test("what is gone is gone", async () => {
        const server = (await bench.server()).on(`DELETE ${CT}`, notHere);
        await deleteContainer(bench.pve(server), {}, at(pve1, undefined));
    });

    test("what has moved meanwhile is not gone, but deleted where it is", async () => {
        const moved = "/nodes/pve2/lxc/101";
        const server = tasks(await bench.server(), ["vzdestroy", "OK"])
            .on(`DELETE ${CT}`, notHere)
            .on(`DELETE ${moved}`, data(upid("vzdestroy")));
        await deleteContainer(bench.pve(server), {}, at(pve1, pve2, undefined));
        expect([server.count(`DELETE ${CT}`), server.count(`DELETE ${moved}`)]).toEqual([1, 1]);
    });

    test("a lost answer: whoever has the VMID then is left alone", async () => {
        const server = (await bench.server()).on(`DELETE ${CT}`, bare(596, "Connection timed out"));
        await deleteContainer(bench.pve(server), {}, at(pve1, undefined));
        expect(server.count(`DELETE ${CT}`)).toBe(1);
    });

    test("a lost answer, and it is still there: sent again", async () => {
        const server = tasks(await bench.server(), ["vzdestroy", "OK"]).on(`DELETE ${CT}`, "reset", data(upid("vzdestroy")));
        await deleteContainer(bench.pve(server), {}, at(pve1, pve1, undefined));
        expect(server.count(`DELETE ${CT}`)).toBe(2);
    });

    test("a lock that the task runs into: sent again", async () => {
        const exits = ["can't lock file '/var/lock/pve-manager/pve-storage-local' - got timeout", "OK"];
        const server = tasks(await bench.server(), ["vzdestroy", ...exits]).on(`DELETE ${CT}`, data(upid("vzdestroy")));
        await deleteContainer(bench.pve(server), {}, at(pve1, pve1, undefined));
        expect(server.count(`DELETE ${CT}`)).toBe(2);
    });

    test("OK without effect is a failure", async () => {
        const server = tasks(await bench.server(), ["vzdestroy", "OK"]).on(`DELETE ${CT}`, data(upid("vzdestroy")));
        expect((await failureOf(deleteContainer(bench.pve(server), {}, at(pve1)))).kind).toBe("RemoteFailed");
    });

    test("protection is told in PVE's words", async () => {
        const server = (await bench.server()).on(`DELETE ${CT}`, said(500, "can't remove CT 101 - protection mode enabled"));
        expect((await failureOf(deleteContainer(bench.pve(server), {}, at(pve1)))).message).toContain("protection mode enabled");
    });
});

describe("small things", () => {
    test("an equal size is no failure, and bytes are said in PVE's units", async () => {
        const server = (await bench.server()).on(`PUT ${CT}/resize`, said(500, "disk is already at specified size"));
        await expect(resizeVolume(bench.pve(server), PLACE, "mp0", 3584 * 2 ** 20)).resolves.toBeUndefined();
        expect(server.received[0]!.body).toBe("disk=mp0&size=3584M");
    });

    test("a resize of which nobody knows how it ended is made again", async () => {
        const server = tasks(await bench.server(), ["resize", "unexpected status", "OK"]);
        server.on(`PUT ${CT}/resize`, said(596, "Connection timed out"), data(upid("resize")));
        server.on(`GET ${CT}/config`, data({ mp0: "local:101/vm-101-disk-1.raw,mp=/srv,size=3584M" }));
        await resizeVolume(bench.pve(server), PLACE, "mp0", 3584 * 2 ** 20);
        expect(server.received.filter(({ method }) => method === "PUT")).toHaveLength(3);
    });

    test("a resize that PVE calls OK but of which the config knows nothing is a failure", async () => {
        const server = tasks(await bench.server(), ["resize", "OK"]).on(`PUT ${CT}/resize`, data(upid("resize")));
        server.on(`GET ${CT}/config`, data({ mp0: "local:101/vm-101-disk-1.raw,mp=/srv,size=1G" }));
        const failure = await failureOf(resizeVolume(bench.pve(server), PLACE, "mp0", 3584 * 2 ** 20));
        expect(failure).toMatchObject({
            kind: "RemoteFailed",
            message: expect.stringContaining("its configuration still has the old size") as string,
        });
    });

    test("a resize that PVE calls OK though the file system did not grow is a failure, with the way out", async () => {
        const server = tasks(await bench.server(), ["resize", "OK"]).on(`PUT ${CT}/resize`, data(upid("resize")));
        server.on(`GET ${CT}/config`, data({ mp0: "local:101/vm-101-disk-1.raw,mp=/srv,size=3584M" }));
        server.on(
            `GET /nodes/pve1/tasks/${upid("resize")}/log`,
            data([{ n: 1, t: "Failed to update the container's filesystem: resize2fs: Permission denied" }]),
        );
        const failure = await failureOf(resizeVolume(bench.pve(server), PLACE, "mp0", 3584 * 2 ** 20));
        expect(failure.kind).toBe("RemoteFailed");
        expect(failure.message).toMatch(
            /mp0 of CT 101 has grown, but its file system has not \(.*Permission denied\)\. A larger size makes/,
        );
    });

    test("pending: only what differs", async () => {
        const rows = [
            { key: "features", value: "nesting=1", pending: "nesting=0" },
            { key: "memory", value: 512 },
            { key: "mp0", value: "local:1", delete: 1 },
            { key: "cores", pending: 2 },
            { key: "swap", value: 512, pending: "512" },
        ];
        const server = (await bench.server()).on(`GET ${CT}/pending`, data(rows));
        expect((await readPending(bench.pve(server), PLACE)).map(({ key }) => key)).toEqual(["features", "mp0", "cores"]);
    });

    test("interfaces of a stopped container are null, without DHCP's answer without address", async () => {
        const eth0 = { name: "eth0", hwaddr: "bc:24:11:36:61:64", inet: "10.0.0.2/24", inet6: "fe80::1/64" };
        const server = (await bench.server()).on(
            `GET ${CT}/interfaces`,
            data(null),
            data([{ name: "lo", hwaddr: "00:00:00:00:00:00" }, eth0]),
        );
        const pve = bench.pve(server);
        await expect(readInterfaces(pve, PLACE)).resolves.toEqual([]);
        await expect(readInterfaces(pve, PLACE)).resolves.toEqual([
            { name: "lo", hwaddr: "00:00:00:00:00:00", addresses: [] },
            { name: "eth0", hwaddr: "BC:24:11:36:61:64", addresses: ["10.0.0.2/24", "fe80::1/64"] },
        ]);
    });
});
