import type { Connection } from "../base/connection";
import { isFreeVmid } from "./cluster";
import type { Pve } from "./client/client";
import { route } from "./client/form";
import { outcomeUnknown, isKnown } from "./client/known-errors";
import { type CreateOptions, createContainer, moveVolume, readConfig, readInterfaces, readPending, readStatus } from "./lxc/container";
import { deleteContainer } from "./lxc/delete";
import { editConfig } from "./lxc/edit";
import { shutdownContainer, startContainer } from "./lxc/power";
import { resizeVolume } from "./lxc/resize";
import { locateContainer } from "./locate";
import { listVolumes, readStorage } from "./storage";
import { downloadAppliance, listAppliances } from "./templates";
import { readPermissions } from "./access";
import { readVersion } from "./version";
import { allocate } from "./vmid";
import { mountPoint, net } from "./values/property-string";
import { newVolume } from "./values/size";
import { type LabApi, startApi } from "../../test/lab/src/api/server";
import { ImaginaryMachine } from "../../test/lab/src/machine/imaginary";
import { Bench, failureOf } from "../../test/support/proxmox/harness";

/** The client against the lab's API: one state behind three nodes, with PVE's validation, permissions, locks and tasks. */
const bench = new Bench();
const TEMPLATE = "debian-12-standard_12.7-1_amd64.tar.zst";
const SECRET = "0b5c8a52-3f4e-4d8e-9d4f-2f1f0a6f8c11";
const LEAST: Connection["auth"] = { kind: "token", id: "svc@pve!gw", secret: SECRET };
const ROOT: Connection["auth"] = { kind: "ticket", username: "root@pam", password: "root password" };
const GIB = 2 ** 30;

/** The minimal role of pve-api.md 2.2. */
const PRIVILEGES = ["Allocate", "Audit", "Config.Disk", "Config.CPU", "Config.Memory", "Config.Network", "Config.Options", "PowerMgmt"].map(
    (name) => `VM.${name}`,
);

interface World {
    api: LabApi;
    machine: ImaginaryMachine;
    pve: (auth: Connection["auth"], node?: string) => Pve;
}

describe.each(["8.4", "9.2"] as const)("PVE %s", (version) => {
    let world: World;

    beforeEach(async () => {
        const machine = new ImaginaryMachine({ nodes: ["pve1", "pve2", "pve3"], appliances: [TEMPLATE] });
        const api = await startApi({
            machine,
            version,
            listen: () => ({ host: "127.0.0.1", port: 0 }),
            tls: { key: bench.certificates.node.key, cert: bench.certificates.node.cert },
            timing: { refusal: 5, lock: 30, proxy: 500 },
            state: {
                users: [
                    { userid: "root@pam", password: "root password" },
                    { userid: "svc@pve", tokens: [{ tokenid: "gw", secret: SECRET }] },
                ],
                roles: [
                    { roleid: "Gateway", privs: PRIVILEGES },
                    { roleid: "Space", privs: ["Datastore.AllocateSpace", "Datastore.AllocateTemplate"] },
                    { roleid: "Bridge", privs: ["SDN.Use"] },
                ],
                pools: ["gw"],
                acl: [
                    { path: "/pool/gw", roleid: "Gateway" },
                    { path: "/storage/local", roleid: "Space" },
                    { path: "/sdn/zones/localnetwork/vmbr0", roleid: "Bridge" },
                ].flatMap((entry) =>
                    ["svc@pve", "svc@pve!gw"].map((ugid) => ({
                        ...entry,
                        type: ugid.includes("!") ? ("token" as const) : ("user" as const),
                        ugid,
                    })),
                ),
            },
        });
        world = {
            api,
            machine,
            pve: (auth, node = "pve1") =>
                bench.pve([`https://127.0.0.1:${api.ports.get(node)}`], { auth, timing: { answer: 2_000, busy: 3_000 }, deadline: 8_000 }),
        };
        for (const node of ["pve1", "pve2", "pve3"]) await (await downloadAppliance(world.pve(ROOT), node, "local", TEMPLATE)).wait();
        api.control.clearRequests();
    });

    afterEach(() => world.api.close());

    const options = (description: string): CreateOptions => ({
        ostemplate: `local:vztmpl/${TEMPLATE}`,
        unprivileged: true,
        pool: "gw",
        config: {
            rootfs: newVolume("local", 4 * GIB),
            description,
            hostname: "gw",
            net0: net.format({ name: "eth0", bridge: "vmbr0", ip: "10.0.0.9/24" }),
        },
    });
    const make = async (pve: Pve, node: string, vmid: number, description = "ours"): Promise<number> => {
        await (await createContainer(pve, { node, vmid }, options(description))).wait();
        return vmid;
    };

    test("a container's life with the least rights", async () => {
        const pve = world.pve(LEAST);
        const place = { node: "pve2", vmid: 105 };
        expect((await readVersion(pve)).major).toBe(Number(version[0]));
        expect(await listAppliances(pve, "pve2")).toEqual([TEMPLATE]);
        expect((await listVolumes(pve, "pve2", "local", { content: "vztmpl" })).map(({ volid }) => volid)).toEqual([
            `local:vztmpl/${TEMPLATE}`,
        ]);
        expect((await readStorage(pve, "pve2", "local")).content).toContain("rootdir");
        expect((await readPermissions(pve, "/pool/gw")).get("/pool/gw")?.has("VM.Allocate")).toBe(true);

        await make(pve, "pve2", 105);
        const created = await readConfig(pve, place);
        expect(created).toMatchObject({ hostname: "gw", unprivileged: true, description: "ours" });
        expect(await startContainer(pve, place)).toEqual([]);
        expect((await readStatus(pve, place)).running).toBe(true);
        expect((await readInterfaces(pve, place)).find(({ name }) => name === "eth0")?.addresses).toContain("10.0.0.9/24");

        const edited = await editConfig(pve, place, ({ mp }) =>
            mp[0]
                ? undefined
                : { set: { mp0: mountPoint.format({ volume: newVolume("local", GIB), mp: "/srv", backup: true }), tags: "b;a" } },
        );
        expect(mountPoint.parse(edited.mp[0] ?? "")).toMatchObject({ mp: "/srv", backup: true, size: GIB });
        expect(edited.tags).toEqual(["a", "b"]);
        expect(net.parse(edited.net[0] ?? "").hwaddr).toMatch(/^BC:24:11/);
        await resizeVolume(pve, place, "mp0", 3 * GIB);
        await expect(resizeVolume(pve, place, "mp0", 3 * GIB)).resolves.toBeUndefined();
        expect(mountPoint.parse((await readConfig(pve, place)).mp[0] ?? "").size).toBe(3 * GIB);
        expect((await failureOf(resizeVolume(pve, place, "mp0", GIB))).message).toContain("shrink");

        await editConfig(pve, place, (config) => ({ set: { mp0: mountPoint.edit(config.mp[0] ?? "", { ro: true }) } }));
        expect((await readPending(pve, place)).map(({ key }) => key)).toEqual(["mp0"]);

        await shutdownContainer(pve, place);
        await editConfig(pve, place, (config) => (config.mp[0] ? { delete: ["mp0"] } : undefined));
        expect(Object.values((await readConfig(pve, place)).unused)).toHaveLength(1);
        await make(pve, "pve2", 106, "other");
        await (await moveVolume(pve, place, "unused0", { vmid: 106, key: "unused0" })).wait();
        expect((await readConfig(pve, { node: "pve2", vmid: 106 })).unused[0]).toContain("vm-106-disk");

        await deleteContainer(pve, { purge: true }, async () => {
            const found = await locateContainer(pve, 105, "pve2");
            return found.state === "found" ? { node: found.node, vmid: 105 } : undefined;
        });
        expect(await isFreeVmid(pve, 105)).toBe(true);
        // PVE deletes the ACL of a pooled guest with the guest: the token now gets 403 for it.
        expect(await locateContainer(pve, 105, "pve2")).toEqual({ state: "gone" });
        expect((await listVolumes(pve, "pve2", "local", { vmid: 105 })).length).toBe(0);
        // With the guest, its pool's rights on the volume are gone too.
        const volume = route`/nodes/${"pve2"}/storage/${"local"}/content/${"local:105/vm-105-disk-9.raw"}`;
        expect((await failureOf(pve.delete(volume))).message).toContain("VM.Config.Disk on /vms/105");
    });

    test("login by password, the ticket renewed when the server no longer takes it", async () => {
        const pve = world.pve(ROOT);
        await make(pve, "pve1", 110);
        world.api.control.injectRequest({
            path: "^/nodes/pve1/lxc/110/config$",
            fault: { kind: "answer", status: 401, reason: "Authentication failed!", body: "" },
        });
        await editConfig(pve, { node: "pve1", vmid: 110 }, ({ memory }) => (memory === 777 ? undefined : { set: { memory: 777 } }));
        expect((await readConfig(pve, { node: "pve1", vmid: 110 })).memory).toBe(777);
    });

    test("wrong secrets and missing rights", async () => {
        expect((await failureOf(readVersion(world.pve({ ...LEAST, secret: "nonsense-77" })))).kind).toBe("Denied");
        const bind = createContainer(
            world.pve(LEAST),
            { node: "pve1", vmid: 120 },
            { ...options("x"), config: { ...options("x").config, mp0: "/srv,mp=/srv" } },
        );
        expect((await failureOf(bind)).message).toContain("only root@pam");
        const foreign = createContainer(world.pve(LEAST), { node: "pve1", vmid: 120 }, { ...options("x"), pool: undefined });
        expect((await failureOf(foreign)).message).toMatch(
            /svc@pve!gw is missing the privilege VM.Allocate on \/vms\/120.*privilege separation/,
        );
        const wrong = createContainer(
            world.pve(LEAST),
            { node: "pve1", vmid: 120 },
            { ...options("x"), config: { ...options("x").config, memory: 1 } },
        );
        expect((await failureOf(wrong)).message).toContain("memory: value must have a minimum value of 16");
        expect(await isFreeVmid(world.pve(LEAST), 120)).toBe(true);
    });

    test("what only the task finds out: the failure names it, nothing is left", async () => {
        const pve = world.pve(LEAST);
        const task = await createContainer(pve, { node: "pve1", vmid: 121 }, { ...options("x"), ostemplate: "local:vztmpl/nope.tar.zst" });
        const failure = await failureOf(task.wait());
        expect(failure.kind).toBe("RemoteFailed");
        expect(failure.message).toContain("nope.tar.zst");
        expect(await isFreeVmid(pve, 121)).toBe(true);
    });

    test("a create whose answer is lost: found again by its VMID, made once", async () => {
        const pve = world.pve(LEAST);
        for (const fault of [
            { kind: "drop", when: "after" },
            { kind: "drop", when: "before" },
            { kind: "596" },
            { kind: "595" },
        ] as const) {
            const key = `urn:${JSON.stringify(fault)}`;
            world.api.control.clearRequests();
            world.api.control.injectRequest({ method: "POST", path: "^/nodes/pve1/lxc$", fault });
            const meet = async (vmid: number): Promise<number | undefined> => {
                await world.api.control.idle();
                const found = await locateContainer(pve, vmid, "pve1");
                return found.state === "found" && found.config.description === key ? vmid : undefined;
            };
            const vmid = await allocate(pve, { from: 200, to: 999 }, key, { create: (id) => make(pve, "pve1", id, key), onTaken: meet });
            expect((await readConfig(pve, { node: "pve1", vmid })).description).toBe(key);
            const marked = world.api.control.requests().filter(({ method, path }) => method === "POST" && path === "/nodes/pve1/lxc");
            expect(new Set(marked.map(({ params }) => String(params["vmid"])))).toEqual(new Set([String(vmid)]));
        }
    });

    const ends = [
        ["can't lock file '/var/lock/pve-manager/pve-storage-local' - got timeout", 2],
        ["cfs-lock 'storage-local' error: got lock request timeout", 2],
        ["'storage-local'-locked command timed out - aborting", 2],
        ["CT is locked (create)", 2],
        ["command 'mkfs.ext4' failed: exit code 1", 1],
    ] as const;
    test.each(ends)('a create whose task ends with "%s" is made %i time(s), under one number', async (message, times) => {
        const pve = world.pve(LEAST);
        world.api.control.injectTask({ type: "vzcreate", step: "allocated", message });
        const tried: number[] = [];
        const made = allocate(pve, { from: 200, to: 999 }, "urn:lock", {
            create: (vmid) => (tried.push(vmid), make(pve, "pve1", vmid, "urn:lock")),
            onTaken: async () => undefined,
        });
        if (times === 1) expect((await failureOf(made)).message).toContain(message);
        else expect(await made).toBe(tried[0]);
        expect(tried).toHaveLength(times);
        expect(new Set(tried).size).toBe(1);
        expect(await isFreeVmid(pve, tried[0] ?? 0)).toBe(times === 1);
    });

    test("a worker that dies: unknown, not failed", async () => {
        world.api.control.injectTask({ type: "vzcreate", step: "end" });
        const pve = world.pve(LEAST);
        expect(outcomeUnknown(await failureOf(make(pve, "pve1", 130)))).toBe(true);
    });

    test("locks are waited for, not shown", async () => {
        const pve = world.pve(LEAST);
        const place = { node: "pve1", vmid: 131 };
        await make(pve, "pve1", 131);
        world.api.control.setLock(131, "backup");
        setTimeout(() => world.api.control.setLock(131), 150);
        await startContainer(pve, place);
        await world.api.control.holdLock(131);
        setTimeout(() => world.api.control.releaseLock(131), 150);
        await editConfig(pve, place, ({ cores }) => (cores === 2 ? undefined : { set: { cores: 2 } }));
        expect((await readConfig(pve, place)).cores).toBe(2);
    });

    test("a lost write of the config is not repeated blindly", async () => {
        const pve = world.pve(LEAST);
        const place = { node: "pve1", vmid: 132 };
        await make(pve, "pve1", 132);
        for (const [index, fault] of (
            [{ kind: "drop", when: "before" }, { kind: "drop", when: "after" }, { kind: "596" }] as const
        ).entries()) {
            world.api.control.injectRequest({ method: "PUT", path: "/132/config$", fault });
            const slot = `mp${index}`;
            await editConfig(pve, place, ({ mp }) => (mp[index] ? undefined : { set: { [slot]: `local:1,mp=/srv/${index}` } }));
            await world.api.control.idle();
        }
        const { mp, unused } = await readConfig(pve, place);
        expect([Object.keys(mp).length, Object.keys(unused).length]).toEqual([3, 0]);
        expect((await listVolumes(world.pve(ROOT), "pve1", "local", { vmid: 132 })).length).toBe(4);
    });

    test("no quorum is told at once", async () => {
        world.api.control.setQuorum(false);
        const failure = await failureOf(
            createContainer(world.pve(ROOT), { node: "pve1", vmid: 140 }, { ...options("x"), pool: undefined }),
        );
        expect(failure.kind).toBe("Busy");
        expect(isKnown(failure, "no quorum")).toBe(true);
    });

    test("a migrated container is found by another endpoint; a node that is down is not 'gone'", async () => {
        const pve = world.pve(ROOT, "pve3");
        await make(pve, "pve1", 150);
        world.api.control.setConfig(151, world.api.control.config(150), { node: "pve2", kind: "lxc" });
        expect(await locateContainer(pve, 151, "pve1")).toMatchObject({ state: "found", node: "pve2" });
        world.machine.setOnline("pve2", false);
        world.api.control.nodeDied("pve2");
        expect((await failureOf(locateContainer(pve, 151, "pve2"))).kind).toBe("Unreachable");
        expect(await locateContainer(pve, 150, "pve2")).toMatchObject({ state: "found", node: "pve1" });
    });

    test("ten at once on two nodes: ten numbers, no failure", async () => {
        const pve = world.pve(LEAST);
        const began = performance.now();
        const vmids = await Promise.all(
            Array.from({ length: 10 }, (_, index) =>
                allocate(pve, { from: 300, to: 311 }, `urn:${index}`, {
                    create: (vmid) => make(pve, `pve${(index % 2) + 1}`, vmid, `urn:${index}`),
                    onTaken: async () => undefined,
                }),
            ),
        );
        expect(new Set(vmids).size).toBe(10);
        expect(performance.now() - began).toBeLessThan(5_000);
    });
});
