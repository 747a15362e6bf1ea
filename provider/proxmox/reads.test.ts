import { readPermissions } from "./access";
import { isFreeVmid, listGuests, listNodes, readClusterStatus } from "./cluster";
import { configOf } from "./lxc/config";
import { listStorages, listVolumes, readStorage } from "./storage";
import { downloadAppliance, listAppliances } from "./templates";
import { readVersion } from "./version";
import { Bench, failureOf } from "../../test/support/proxmox/harness";
import { data, said } from "../../test/support/proxmox/scripted-pve";

const bench = new Bench();

test("version", async () => {
    const server = (await bench.server()).on("GET /version", data({ release: "8.4", version: "8.4.21", repoid: "2606ac85" }));
    const version = await readVersion(bench.pve(server));
    expect(version).toEqual({ version: "8.4.21", major: 8, minor: 4 });
});

test("permissions, at a path or everywhere", async () => {
    const server = (await bench.server()).on(
        "GET /access/permissions",
        data({ "/vms/100": { "VM.Audit": "1", "VM.PowerMgmt": 0 } }),
        data({}),
    );
    const pve = bench.pve(server);
    const both = new Map([
        ["VM.Audit", true],
        ["VM.PowerMgmt", false],
    ]);
    expect(await readPermissions(pve, "/vms/100")).toEqual(new Map([["/vms/100", both]]));
    expect(server.received[0]!.query).toBe("path=%2Fvms%2F100");
    expect((await readPermissions(pve)).size).toBe(0);
});

describe("cluster", () => {
    test("a VMID is free, taken, or no VMID", async () => {
        const server = (await bench.server()).on(
            "GET /cluster/nextid",
            data("101"),
            said(400, "Parameter verification failed.", { vmid: "VM 100 already exists" }),
            said(400, "Parameter verification failed.", { vmid: "invalid format - value does not look like a valid VM ID\n" }),
        );
        const pve = bench.pve(server);
        expect(await isFreeVmid(pve, 101)).toBe(true);
        expect(await isFreeVmid(pve, 100)).toBe(false);
        expect((await failureOf(isFreeVmid(pve, 5))).kind).toBe("InvalidInput");
    });

    test("guests and nodes, as somebody with few rights sees them before the first report", async () => {
        const server = (await bench.server())
            .on(
                "GET /cluster/resources",
                data([{ id: "lxc/200", pool: "gw", type: "lxc", tags: "q;r", vmid: 200, node: "pve1", status: "unknown" }]),
            )
            .on(
                "GET /nodes",
                data([
                    { status: "unknown", type: "node", node: "pve1" },
                    { status: "offline", node: "pve2" },
                ]),
            );
        const pve = bench.pve(server);
        expect(await listGuests(pve)).toEqual([
            { vmid: 200, node: "pve1", type: "lxc", status: "unknown", name: undefined, template: false },
        ]);
        expect(server.received[0]!.query).toBe("type=vm");
        expect(await listNodes(pve)).toEqual([
            { node: "pve1", online: true },
            { node: "pve2", online: false },
        ]);
    });

    test("status of a cluster, and of a node that stands alone", async () => {
        const node = { type: "node", name: "pve1", online: 1, ip: "10.0.0.1", local: 1 };
        const server = (await bench.server()).on(
            "GET /cluster/status",
            data([{ type: "cluster", name: "c", quorate: 0 }, node]),
            data([node]),
        );
        const pve = bench.pve(server);
        expect(await readClusterStatus(pve)).toEqual({
            name: "c",
            nodes: [{ node: "pve1", online: true, address: "10.0.0.1", local: true }],
        });
        expect(await readClusterStatus(pve)).toMatchObject({ name: undefined });
    });
});

describe("storage", () => {
    const facts = { avail: 75, total: 270, used: 33, shared: 0, enabled: 1, content: "backup,vztmpl,rootdir", active: 1, type: "dir" };
    const expected = {
        storage: "local",
        type: "dir",
        content: ["backup", "vztmpl", "rootdir"],
        enabled: true,
        active: true,
        shared: false,
        total: 270,
        used: 33,
        available: 75,
    };

    test("list and status", async () => {
        const server = (await bench.server())
            .on("GET /nodes/pve1/storage", data([{ ...facts, storage: "local" }]))
            .on("GET /nodes/pve1/storage/local/status", data(facts))
            .on("GET /nodes/pve1/storage/nostore/status", said(500, "storage 'nostore' does not exist"));
        const pve = bench.pve(server);
        expect(await listStorages(pve, "pve1", "rootdir")).toEqual([expected]);
        expect(server.received[0]!.query).toBe("content=rootdir");
        expect(await readStorage(pve, "pve1", "local")).toEqual(expected);
        expect(await failureOf(readStorage(pve, "pve1", "nostore"))).toMatchObject({
            kind: "InvalidInput",
            details: { property: "storage" },
        });
    });

    test("volumes of a guest", async () => {
        const volid = "local:100/vm-100-disk-9.raw";
        const server = (await bench.server()).on(
            "GET /nodes/pve1/storage/local/content",
            data([{ volid, content: "rootdir", format: "raw", size: 1024, vmid: "100" }]),
        );
        const pve = bench.pve(server);
        expect(await listVolumes(pve, "pve1", "local", { vmid: 100 })).toEqual([
            { volid, content: "rootdir", format: "raw", size: 1024, vmid: 100 },
        ]);
    });
});

test("templates for download", async () => {
    const template = "debian-12-standard_12.7-1_amd64.tar.zst";
    const row = { template, package: "debian-12-standard", version: "12.7-1", os: "debian-12", section: "system", description: "..." };
    const server = (await bench.server())
        .on("GET /nodes/pve1/aplinfo", data([row]))
        .on(
            "POST /nodes/pve1/aplinfo",
            data(`UPID:pve1:000019FD:0002EF98:6B00C121:download:${template}:svc@pve!adm:`),
            said(400, "Parameter verification failed.", { template: "no such template" }),
        );
    const pve = bench.pve(server);
    expect(await listAppliances(pve, "pve1")).toEqual([template]);
    expect(await downloadAppliance(pve, "pve1", "local", template)).toMatchObject({ type: "download" });
    expect((await failureOf(downloadAppliance(pve, "pve1", "local", "nope"))).message).toContain("no such template");
});

test("a container's config, with PVE's mixture of types", () => {
    expect(
        configOf({
            digest: "abc",
            memory: 600,
            swap: "512",
            unprivileged: 1,
            onboot: "1",
            description: "two\nlines\n",
            tags: "b;a",
            lock: "backup",
            net0: "name=eth0",
            mp0: "local:1/a.raw,mp=/a",
            mp12: "local:1/b.raw,mp=/b",
            unused3: "local:1/c.raw",
            "lxc.idmap": "x",
            lxc: [["lxc.mount.entry", "y"]],
        }),
    ).toMatchObject({
        digest: "abc",
        memory: 600,
        swap: 512,
        cores: undefined,
        unprivileged: true,
        onboot: true,
        protection: false,
        description: "two\nlines",
        tags: ["b", "a"],
        lock: "backup",
        net: { 0: "name=eth0" },
        mp: { 0: "local:1/a.raw,mp=/a", 12: "local:1/b.raw,mp=/b" },
        unused: { 3: "local:1/c.raw" },
        all: { "lxc.idmap": "x", memory: "600" },
    });
});
