import fc from "fast-check";
import { isKnown } from "./client/known-errors";
import { locateContainer } from "./locate";
import { allocate, candidates } from "./vmid";
import { PveError } from "./client/known-errors";
import { Bench, failureOf } from "../../test/support/proxmox/harness";
import { bare, data, type Reply, said, type ScriptedPve } from "../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const missing = (node: string, vmid = 101): Reply => said(500, `Configuration file 'nodes/${node}/lxc/${vmid}.conf' does not exist`);
const taken = (vmid = 101): Reply => said(400, "Parameter verification failed.", { vmid: `VM ${vmid} already exists` });
const config = (node: string): string => `GET /nodes/${node}/lxc/101/config`;

describe("locateContainer", () => {
    /** Three nodes; the container does not exist until a test creates it. */
    async function cluster(): Promise<ScriptedPve> {
        const server = await bench.server();
        for (const node of ["pve1", "pve2", "pve3"]) server.on(config(node), missing(node));
        return server
            .on("GET /cluster/nextid", taken())
            .on("GET /cluster/resources", data([]))
            .on("GET /nodes", data(["pve1", "pve2", "pve3"].map((node) => ({ node, status: "online" }))));
    }

    test("where it was: one call", async () => {
        const server = (await cluster()).on(config("pve2"), data({ hostname: "gw", memory: 512 }));
        await expect(locateContainer(bench.pve(server), 101, "pve2")).resolves.toMatchObject({
            state: "found",
            node: "pve2",
            config: { hostname: "gw" },
        });
        expect(server.received).toHaveLength(1);
    });

    test("gone: the VMID is free, two calls", async () => {
        const server = (await cluster()).on("GET /cluster/nextid", data("101"));
        await expect(locateContainer(bench.pve(server), 101, "pve1")).resolves.toEqual({ state: "gone" });
        expect(server.received).toHaveLength(2);
    });

    test("migrated, and the lists know", async () => {
        const server = (await cluster())
            .on(config("pve3"), data({}))
            .on("GET /cluster/resources", data([{ vmid: 101, type: "lxc", node: "pve3" }]));
        await expect(locateContainer(bench.pve(server), 101, "pve1")).resolves.toMatchObject({ state: "found", node: "pve3" });
        expect(server.count(config("pve2"))).toBe(0);
    });

    test("migrated, and the lists lag behind", async () => {
        const server = (await cluster())
            .on(config("pve3"), data({}))
            .on("GET /cluster/resources", data([{ vmid: 101, type: "lxc", node: "pve1" }]));
        await expect(locateContainer(bench.pve(server), 101, "pve1")).resolves.toMatchObject({ state: "found", node: "pve3" });
    });

    test("its old node left the cluster", async () => {
        const server = (await cluster())
            .on(
                config("pve0"),
                said(500, "hostname lookup 'pve0' failed - failed to get address info for: pve0: Name or service not known"),
            )
            .on(config("pve2"), data({}));
        await expect(locateContainer(bench.pve(server), 101, "pve0")).resolves.toMatchObject({ node: "pve2" });
    });

    test("its old node is down, HA has moved it", async () => {
        const server = (await cluster()).on(config("pve1"), bare(595, "No route to host")).on(config("pve2"), data({}));
        const began = Date.now();
        const pve = bench.pve(server, { timing: { silence: 10_000 }, deadline: 20_000 });
        await expect(locateContainer(pve, 101, "pve1")).resolves.toMatchObject({ node: "pve2" });
        // The client did not wait for the dead node as long as for a restarting one.
        expect(Date.now() - began).toBeLessThan(7_000);
    });

    test.each([
        ["refuses", bare(595, "Connection refused")],
        ["hangs", "hang"],
    ] as const)("its node %s for longer than a look lasts, and then it is there after all", async (_how, silence) => {
        const server = (await cluster())
            .on(config("pve2"), silence, data({}))
            .on("GET /cluster/resources", data([{ vmid: 101, type: "lxc", node: "pve2" }]));
        const pve = bench.pve(server, { timing: { pause: [200, 200], silence: 400, lastNode: 150 } });
        await expect(locateContainer(pve, 101, "pve2")).resolves.toMatchObject({ state: "found", node: "pve2" });
    });

    test("its node is down and it is still there: unreachable, not gone", async () => {
        const server = (await cluster()).on(config("pve1"), bare(595, "No route to host"));
        expect((await failureOf(locateContainer(bench.pve(server), 101, "pve1"))).kind).toBe("Unreachable");
    });

    test("403 of a vanished pooled guest is gone; of one that is there, forbidden", async () => {
        const server = (await cluster()).on("GET /nodes/pve1/tasks", data([]));
        for (const node of ["pve1", "pve2", "pve3"]) server.on(config(node), said(403, "Permission check failed (/vms/101, VM.Audit)"));
        const forbidden = await locateContainer(bench.pve(server), 101, "pve1");
        expect(forbidden.state).toBe("forbidden");
        expect((forbidden as { error: Error }).error.message).toContain("VM.Audit on /vms/101");
        server.on("GET /cluster/nextid", data("101"));
        await expect(locateContainer(bench.pve(server), 101, "pve1")).resolves.toEqual({ state: "gone" });
    });

    test("403 of a pooled guest that the caller is making: waited for, and told once", async () => {
        const refused = said(403, "Permission check failed (/vms/101, VM.Audit)");
        const server = (await cluster())
            .on(config("pve1"), refused, data({ hostname: "gw" }))
            .on("GET /nodes/pve1/tasks", data([{ type: "vzcreate", id: "101" }]), data([{ type: "vzcreate", id: "101" }]), data([]));
        for (const node of ["pve2", "pve3"]) server.on(config(node), refused);
        const waiting = jest.fn();
        await expect(locateContainer(bench.pve(server), 101, "pve1", waiting)).resolves.toMatchObject({ state: "found", node: "pve1" });
        expect(waiting).toHaveBeenCalledTimes(1);
        const [tasks] = server.received.filter(({ path }) => path === "/nodes/pve1/tasks");
        expect(tasks!.query).toBe("vmid=101&source=active&typefilter=vzcreate");
    });

    test("a virtual machine has the number now", async () => {
        const server = (await cluster()).on("GET /cluster/resources", data([{ vmid: "101", type: "qemu", node: "pve1" }]));
        await expect(locateContainer(bench.pve(server), 101, "pve1")).resolves.toEqual({ state: "other" });
    });

    test("bad credentials are no statement about the guest", async () => {
        const server = (await cluster()).on(config("pve1"), bare(401, "Authentication failed!"));
        expect((await failureOf(locateContainer(bench.pve(server), 101, "pve1"))).kind).toBe("Denied");
    });
});

describe("candidates", () => {
    test("each number of the range once, whatever the range and key", () => {
        fc.assert(
            fc.property(fc.integer({ min: 100, max: 1_000_000 }), fc.integer({ min: 1, max: 400 }), fc.string(), (from, size, key) => {
                const all = [...candidates({ from, to: from + size - 1 }, key)];
                expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, index) => from + index));
            }),
        );
    });

    test("the same for the same key, spread out for others", () => {
        const range = { from: 100, to: 999_999 };
        const first = (key: string): number => candidates(range, key).next().value as number;
        expect(first("urn:a")).toBe(first("urn:a"));
        expect(new Set(Array.from({ length: 200 }, (_, index) => first(`urn:${index}`))).size).toBeGreaterThan(195);
    });
});

describe("allocate", () => {
    const range = { from: 100, to: 109 };
    const free =
        (used: Set<number>) =>
        (server: ScriptedPve): ScriptedPve =>
            server.on("GET /cluster/nextid", ({ params }) =>
                used.has(Number(params.get("vmid"))) ? taken(Number(params.get("vmid"))) : data(params.get("vmid")),
            );
    const nobody = async (): Promise<undefined> => undefined;
    const vmidTaken = new PveError("Conflict", "CT 1 already exists on node 'pve1'", { says: "vmid taken" });
    const lost = new PveError("Unreachable", "596", { dispatched: true });

    test("passes over what is taken and somebody else's", async () => {
        const [first, second, third] = [...candidates(range, "k")];
        const server = free(new Set([first!, second!]))(await bench.server());
        await expect(allocate(bench.pve(server), range, "k", { create: async (vmid) => vmid, onTaken: nobody })).resolves.toBe(third);
    });

    test("meets its own orphan on its way", async () => {
        const [first, second] = [...candidates(range, "k")];
        const server = free(new Set([first!, second!]))(await bench.server());
        const create = jest.fn();
        await expect(
            allocate(bench.pve(server), range, "k", { create, onTaken: async (vmid) => (vmid === second ? "adopted" : undefined) }),
        ).resolves.toBe("adopted");
        expect(create).not.toHaveBeenCalled();
    });

    test("loses a race and takes the next", async () => {
        const used = new Set<number>();
        const server = free(used)(await bench.server());
        const create = async (vmid: number): Promise<number> => {
            if (used.size > 0) return vmid;
            used.add(vmid);
            throw vmidTaken;
        };
        const [, second] = [...candidates(range, "k")];
        await expect(allocate(bench.pve(server), range, "k", { create, onTaken: nobody })).resolves.toBe(second);
    });

    test("a create without an answer: taken after all, so it is met; not taken, so it is repeated with the same number", async () => {
        const [first] = [...candidates(range, "k")];
        const used = new Set<number>();
        const server = free(used)(await bench.server());
        const taking = async (vmid: number): Promise<string> => {
            used.add(vmid);
            throw lost;
        };
        const meet = async (vmid: number): Promise<string> => `met ${vmid}`;
        await expect(allocate(bench.pve(server), range, "k", { create: taking, onTaken: meet })).resolves.toBe(`met ${first}`);
        used.clear();
        const create = jest
            .fn<Promise<number>, [number]>()
            .mockRejectedValueOnce(lost)
            .mockImplementation(async (vmid) => vmid);
        await expect(allocate(bench.pve(server), range, "k", { create, onTaken: nobody })).resolves.toBe(first);
        expect(create.mock.calls).toEqual([[first], [first]]);
    });

    test("any other failure ends it; a full range names the property", async () => {
        const server = free(new Set())(await bench.server());
        const denied = new PveError("Denied", "no");
        await expect(allocate(bench.pve(server), range, "k", { create: () => Promise.reject(denied), onTaken: nobody })).rejects.toBe(
            denied,
        );
        const full = free(new Set(Array.from({ length: 10 }, (_, index) => 100 + index)))(await bench.server());
        const failure = await failureOf(allocate(bench.pve(full), range, "k", { create: nobody, onTaken: nobody }));
        expect(failure).toMatchObject({ kind: "InvalidInput", details: { property: "vmidRange" } });
    });

    test("ten at once on a PVE that reserves nothing: ten numbers", async () => {
        const used = new Set<number>();
        const server = free(used)(await bench.server()).on("POST /nodes/pve1/lxc", ({ params }) => {
            const vmid = Number(params.get("vmid"));
            if (used.has(vmid)) return said(500, `CT ${vmid} already exists on node 'pve1'`);
            used.add(vmid);
            return data(vmid);
        });
        const pve = bench.pve(server, { timing: { answer: 5_000 } });
        const create = async (vmid: number): Promise<number> => Number(await pve.post("/nodes/pve1/lxc", { vmid }));
        const made = await Promise.all(
            Array.from({ length: 10 }, (_, index) => allocate(pve, range, `gateway ${index}`, { create, onTaken: nobody })),
        );
        expect(new Set(made).size).toBe(10);
    });
});

test("says() knows only what PVE told", () => {
    expect(isKnown(new Error("CT 1 already exists"), "vmid taken")).toBe(false);
});
