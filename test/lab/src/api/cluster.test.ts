import { ImaginaryMachine } from "../machine/imaginary";
import type { StoragePlace } from "../machine";
import type { InitialState } from "./initial-state";
import { ThrowawayLab, type Answer } from "./throwaway";

const template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst";
const secret = "11111111-2222-3333-4444-555555555555";
const state: InitialState = {
    users: [{ userid: "root@pam", password: "pass1", tokens: [{ tokenid: "t1", secret, privsep: false }] }],
    storages: [
        { storage: "local", type: "dir", path: "/var/lib/vz" },
        { storage: "shared", type: "dir", path: "/mnt/shared", shared: "1", content: "images,rootdir" },
        { storage: "zfs", type: "zfspool", pool: "tank/guests" },
        { storage: "btr", type: "btrfs", path: "/mnt/btr", content: "images,rootdir" },
        { storage: "templates", type: "dir", path: "/mnt/t", content: "vztmpl,iso" },
    ],
};

let machine: ImaginaryMachine;
let lab: ThrowawayLab;
let root: ReturnType<ThrowawayLab["as"]>;

async function startLab(version: "8.4" | "9.1" | "9.2"): Promise<void> {
    machine = new ImaginaryMachine({ nodes: ["pve1", "pve2", "pve3"] });
    const local: StoragePlace = { id: "local", type: "dir", path: "/var/lib/vz", shared: false };
    for (const node of ["pve1", "pve2", "pve3"]) machine.addFile(node, local, "vztmpl", "debian-12-standard_12.7-1_amd64.tar.zst");
    lab = await ThrowawayLab.start(version, { machine, state });
    root = lab.as(`root@pam!t1=${secret}`);
}
beforeEach(() => startLab("9.2"));
afterEach(() => lab.close());

const run = (verb: string, path: string, params?: Record<string, string>): Promise<string> => lab.api.control.run(verb, path, params);

/** Polls as a client does, at the node that the UPID names. */
async function finish(answer: Answer): Promise<string> {
    expect(answer).toMatchObject({ status: 200 });
    await lab.api.control.idle();
    const upid = String(answer.body?.data);
    const status = (await root("GET", `/nodes/${upid.split(":")[1]}/tasks/${encodeURIComponent(upid)}/status`)).body?.data;
    return (status as { exitstatus: string }).exitstatus;
}

const make = (node: string, vmid: number, more: Record<string, unknown> = {}): Promise<Answer> =>
    root("POST", `/nodes/${node}/lxc`, { vmid, ostemplate: template, rootfs: "local:1", unprivileged: 1, ...more });

const config = (node: string, vmid: number): Promise<unknown> => lab.api.control.call("GET", `/nodes/${node}/lxc/${vmid}/config`);

test("any node answers for any other; a node that is down does not, and the cluster goes on", async () => {
    expect(await finish(await make("pve2", 101))).toBe("OK");
    for (const node of ["pve1", "pve2", "pve3"])
        expect(await root("GET", "/nodes/pve2/lxc/101/config", {}, { node })).toMatchObject({ status: 200 });
    expect(await root("GET", "/nodes/pve1/lxc/101/config")).toMatchObject({
        status: 500,
        reason: "Configuration file 'nodes/pve1/lxc/101.conf' does not exist",
    });
    machine.setOnline("pve2", false);
    expect(await root("GET", "/nodes/pve2/lxc/101/config")).toMatchObject({ status: 595, body: undefined });
    expect(await root("GET", "/cluster/nextid", { vmid: 101 })).toMatchObject({ status: 400 });
    expect((await root("GET", "/cluster/resources", { type: "vm" })).body?.data).toEqual([
        { id: "lxc/101", type: "lxc", vmid: 101, node: "pve2", status: "unknown" },
    ]);
    expect((await root("GET", "/cluster/status")).body?.data).toContainEqual(
        expect.objectContaining({ type: "node", name: "pve2", online: 0 }),
    );
    await expect(root("GET", "/version", {}, { node: "pve2" })).rejects.toThrow();
});

test("without quorum one can look but not write", async () => {
    expect(await finish(await make("pve1", 101))).toBe("OK");
    lab.api.control.setQuorum(false);
    expect(await root("PUT", "/nodes/pve1/lxc/101/config", { memory: 600 })).toMatchObject({
        status: 500,
        reason: "cluster not ready - no quorum?",
    });
    expect(await make("pve1", 102)).toMatchObject({ status: 500, reason: "cluster not ready - no quorum?" });
    expect(await root("GET", "/nodes/pve1/lxc/101/config")).toMatchObject({ status: 200 });
    lab.api.control.setQuorum(true);
    expect(await root("PUT", "/nodes/pve1/lxc/101/config", { memory: 600 })).toMatchObject({ status: 200 });
});

test("migration: stopped ones go, running ones only by a restart, local volumes travel, shared ones stay", async () => {
    expect(await finish(await make("pve1", 101, { mp0: "shared:2,mp=/srv" }))).toBe("OK");
    expect(await root("POST", "/nodes/pve1/lxc/101/migrate", { target: "pve1" })).toMatchObject({
        status: 400,
        body: { errors: { target: "target is local node." } },
    });
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/migrate", { target: "pve2" }))).toBe("OK");
    expect(await config("pve2", 101)).toMatchObject({
        rootfs: "local:101/vm-101-disk-0.raw,size=1G",
        mp0: "shared:101/vm-101-disk-0.raw,mp=/srv,size=2G",
    });
    expect((await root("GET", "/nodes/pve1/storage/local/content", { vmid: 101 })).body?.data).toEqual([]);
    expect((await root("GET", "/nodes/pve2/storage/local/content", { vmid: 101 })).body?.data).toHaveLength(1);
    await run("POST", "/nodes/pve2/lxc/101/status/start");
    expect((await root("POST", "/nodes/pve2/lxc/101/migrate", { target: "pve3" })).status).toBe(500);
    expect(await finish(await root("POST", "/nodes/pve2/lxc/101/migrate", { target: "pve3", restart: 1 }))).toBe("OK");
    await lab.api.control.idle();
    expect(await machine.isRunning("pve3", 101)).toBe(true);
});

/** The HA manager does what was asked for within its period, or later on a busy machine. */
async function runsOn(node: string): Promise<void> {
    for (const end = Date.now() + 4000; Date.now() < end && !(await machine.isRunning(node, 101));)
        await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await machine.isRunning(node, 101)).toBe(true);
}

test("under HA, start, stop and migration are requests; deleting needs purge", async () => {
    expect(await finish(await make("pve1", 101))).toBe("OK");
    expect((await root("POST", "/cluster/ha/resources", { sid: "ct:101", state: "stopped" })).status).toBe(200);
    const started = await root("POST", "/nodes/pve1/lxc/101/status/start");
    expect(started.body?.data).toMatch(/:hastart:101:/);
    expect(await finish(started)).toBe("OK");
    expect(await machine.isRunning("pve1", 101)).toBe(false);
    await runsOn("pve1");
    expect((await root("POST", "/nodes/pve1/lxc/101/migrate", { target: "pve2", restart: 1 })).body?.data).toMatch(/:hamigrate:101:/);
    await runsOn("pve2");
    await lab.api.control.idle();
    expect(await root("DELETE", "/nodes/pve2/lxc/101", { force: 1 })).toMatchObject({
        status: 500,
        reason: "unable to remove CT 101 - used in HA resources and purge parameter not set.",
    });
    expect(await finish(await root("DELETE", "/nodes/pve2/lxc/101", { force: 1, purge: 1 }))).toBe("OK");
    expect((await root("GET", "/cluster/ha/resources")).body).toEqual({ data: [] });
});

test("what HA manages on a node that dies runs on another one", async () => {
    expect(await finish(await make("pve1", 101, { rootfs: "shared:1" }))).toBe("OK");
    expect(await finish(await make("pve1", 102, { rootfs: "shared:1" }))).toBe("OK");
    await root("POST", "/cluster/ha/resources", { sid: "ct:101" });
    machine.setOnline("pve1", false);
    lab.api.control.nodeDied("pve1");
    expect(await machine.isRunning("pve2", 101)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 3200));
    await lab.api.control.idle();
    expect(await machine.isRunning("pve2", 101)).toBe(true);
    expect((await root("GET", "/nodes/pve1/lxc/102/config", {}, { node: "pve2" })).status).toBe(595);
});

test("each storage has its own names and refusals", async () => {
    expect(await finish(await make("pve1", 101, { rootfs: "zfs:2", mp0: "btr:1,mp=/a", mp1: "local:0,mp=/b", mp2: "zfs:0.5,mp=/c" }))).toBe(
        "OK",
    );
    expect(await config("pve1", 101)).toMatchObject({
        rootfs: "zfs:subvol-101-disk-0,size=2G",
        mp0: "btr:101/vm-101-disk-0.raw,mp=/a,size=1G",
        mp1: "local:101/subvol-101-disk-0.subvol,mp=/b,size=0T",
        mp2: "zfs:subvol-101-disk-1,mp=/c,size=512M",
    });
    expect(await make("pve1", 102, { rootfs: "templates:1" })).toMatchObject({
        status: 400,
        body: { errors: { storage: "storage 'templates' does not support container directories" } },
    });
    expect(await make("pve1", 102, { ostemplate: "zfs:vztmpl/x.tar.zst" })).toMatchObject({
        status: 500,
        reason: "unable to parse zfs volume name 'vztmpl/x.tar.zst'",
    });
    expect(await root("PUT", "/nodes/pve1/lxc/101/config", { mp3: "templates:1,mp=/d" })).toMatchObject({
        status: 500,
        reason: "storage 'templates' does not support content type 'rootdir'",
    });
    expect(await finish(await root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp2", size: "1G" }))).toBe("OK");
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/snapshot", { snapname: "s1" }))).toBe("snapshot feature is not available");
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/move_volume", { volume: "mp2", storage: "local" }))).toBe("OK");
    expect(await config("pve1", 101)).toMatchObject({ mp2: "local:101/vm-101-disk-0.raw,mp=/c,size=1G", unused0: "zfs:subvol-101-disk-1" });
});

describe("snapshots of a container", () => {
    const mp0 = { rootfs: "zfs:2", mp0: "btr:1,mp=/a" };
    const list = async (): Promise<unknown> => (await root("GET", "/nodes/pve1/lxc/101/snapshot")).body?.data;
    const take = async (snapname: string): Promise<string | undefined> =>
        finish(await root("POST", "/nodes/pve1/lxc/101/snapshot", { snapname, description: `it is ${snapname}` }));
    const rollback = async (name: string): Promise<string | undefined> =>
        finish(await root("POST", `/nodes/pve1/lxc/101/snapshot/${name}/rollback`));

    test("are taken, gone back to and removed; the config goes with them", async () => {
        expect(await finish(await make("pve1", 101, mp0))).toBe("OK");
        expect((await root("GET", "/nodes/pve1/lxc/101/feature", { feature: "snapshot" })).body?.data).toEqual({ hasFeature: 1 });
        await root("PUT", "/nodes/pve1/lxc/101/config", { memory: "600", description: "before" });
        expect(await take("s1")).toBe("OK");
        expect(await config("pve1", 101)).toMatchObject({ parent: "s1", description: "before\n" });
        expect(await config("pve1", 101)).not.toHaveProperty("lock");
        await root("PUT", "/nodes/pve1/lxc/101/config", { memory: "700", description: "after" });
        expect(await finish(await root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp0", size: "2G" }))).toBe("OK");
        expect(await list()).toMatchObject([
            { name: "s1", description: "it is s1\n" },
            { name: "current", parent: "s1" },
        ]);
        expect((await root("GET", "/nodes/pve1/lxc/101/snapshot/s1/config")).body?.data).toMatchObject({
            memory: 600,
            snaptime: expect.any(Number) as number,
        });
        expect(await rollback("s1")).toBe("OK");
        expect(await config("pve1", 101)).toMatchObject({
            memory: 600,
            mp0: expect.stringContaining("size=1G") as string,
            description: "after\n",
        });
        expect(await finish(await root("DELETE", "/nodes/pve1/lxc/101/snapshot/s1"))).toBe("OK");
        expect(await list()).toMatchObject([{ name: "current" }]);
        expect(await config("pve1", 101)).not.toHaveProperty("parent");
    });

    test("are refused as PVE refuses them", async () => {
        expect(await finish(await make("pve1", 101, mp0))).toBe("OK");
        expect(await take("s1")).toBe("OK");
        expect(await take("s1")).toBe("snapshot name 's1' already used");
        await new Promise((resolve) => setTimeout(resolve, 1100)); // Snapshots are told apart by seconds.
        expect(await take("s2")).toBe("OK");
        expect(await rollback("s1")).toBe("can't rollback, 's1' is not most recent snapshot on 'zfs:subvol-101-disk-0'");
        expect(await rollback("s3")).toBe("snapshot 's3' does not exist");
        expect(await finish(await root("DELETE", "/nodes/pve1/lxc/101/snapshot/s3"))).toBe("snapshot 's3' does not exist");
        expect(await finish(await root("DELETE", "/nodes/pve1/lxc/101/snapshot/s1"))).toBe("OK");
        expect(await list()).toMatchObject([{ name: "s2" }, { name: "current", parent: "s2" }]);
        await lab.api.control.call("PUT", "/nodes/pve1/lxc/101/config", { mp1: "/var/lib,mp=/b" });
        expect(await take("s4")).toBe("snapshot feature is not available");
    });
});

test("a volume moves to another guest under its new owner's name", async () => {
    expect(await finish(await make("pve1", 101, { mp0: "local:3,mp=/srv" }))).toBe("OK");
    expect(await finish(await make("pve1", 102))).toBe("OK");
    expect((await root("PUT", "/nodes/pve1/lxc/101/config", { delete: "mp0" })).status).toBe(200);
    expect(
        await finish(
            await root("POST", "/nodes/pve1/lxc/101/move_volume", { volume: "unused0", "target-vmid": 102, "target-volume": "unused0" }),
        ),
    ).toBe("OK");
    expect(await config("pve1", 101)).not.toHaveProperty("unused0");
    expect(await config("pve1", 102)).toMatchObject({ unused0: "local:102/vm-102-disk-1.raw" });
    expect(
        (await root("PUT", "/nodes/pve1/lxc/102/config", { mp0: "local:102/vm-102-disk-1.raw,mp=/srv", delete: "unused0" })).status,
    ).toBe(200);
    expect(await config("pve1", 102)).toMatchObject({ mp0: "local:102/vm-102-disk-1.raw,mp=/srv,size=3G" });
    expect(
        await machine.volumeSize({
            node: "pve1",
            storage: { id: "local", type: "dir", path: "/var/lib/vz", shared: false },
            name: "102/vm-102-disk-1.raw",
        }),
    ).toBe(3 * 1024 ** 3);
});

test("a clone carries everything but the volumes' names and the MAC address, the mark in the description included", async () => {
    expect(
        await finish(
            await make("pve1", 101, { description: "mark: abc", net0: "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:07", tags: "gw" }),
        ),
    ).toBe("OK");
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/clone", { newid: 105, hostname: "copy" }))).toBe("OK");
    const clone = (await config("pve1", 105)) as Record<string, unknown>;
    expect(clone).toMatchObject({
        description: "mark: abc\n",
        hostname: "copy",
        tags: "gw",
        rootfs: "local:105/vm-105-disk-0.raw,size=1G",
    });
    expect(clone["net0"]).not.toContain("BC:24:11:00:00:07");
    expect(clone).not.toHaveProperty("lock");
});

describe.each(["8.4", "9.1", "9.2"] as const)("profile %s", (version) => {
    const old = version === "8.4";
    beforeEach(async () => {
        await lab.close();
        await startLab(version);
    });

    test("what differs between the versions", async () => {
        expect((await root("GET", "/version")).body?.data).toMatchObject({ release: version });
        const params = { vmid: 101, ostemplate: template, rootfs: "local:1" };
        expect(await finish(await root("POST", "/nodes/pve1/lxc", params))).toBe("OK");
        expect(((await config("pve1", 101)) as Record<string, unknown>)["unprivileged"]).toBe(old ? undefined : 1);
        const roles = (await root("GET", "/access/roles/Administrator")).body?.data as Record<string, number>;
        expect([roles["VM.Monitor"], roles["VM.GuestAgent.Audit"], roles["VM.Replicate"]]).toEqual(
            old ? [1, undefined, undefined] : [undefined, 1, 1],
        );
        expect((await root("GET", "/cluster/ha/rules")).status).toBe(old ? 501 : 200);
        expect((await root("GET", "/cluster/ha/groups")).reason).toBe(
            old ? "OK" : "cannot index groups: ha groups have been migrated to rules",
        );
        const idmap = await root("PUT", "/nodes/pve1/lxc/101/config", { mp0: "local:1,mp=/srv,idmap=passthrough" });
        expect(idmap.status).toBe(version === "9.2" ? 200 : 400);
        const entrypoint = await root("PUT", "/nodes/pve1/lxc/101/config", { entrypoint: "/sbin/init" });
        expect(entrypoint.status).toBe(old ? 400 : 200);
        expect((await root("POST", "/access/roles", { roleid: "Agent", privs: "VM.Monitor" })).status).toBe(old ? 200 : 400);
        expect((await root("POST", "/access/roles", { roleid: "pvesmb", privs: "VM.Audit" })).body?.errors).toHaveProperty("roleid");
    });
});
