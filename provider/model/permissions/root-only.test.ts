import { PvesmbError } from "../../base/errors";
import type { Pve } from "../../proxmox/client/client";
import type { Params } from "../../proxmox/client/form";
import { Bench, failureOf } from "../../../test/support/proxmox/harness";
import { ROOT, TEMPLATE, World } from "../../../test/support/permissions/world";

/**
 * What Proxmox VE reserves for root@pam, row by row of pve-api.md 2.1: its own ticket works, no token does, not even root's or an
 * administrator's; and the error says so, whatever status and text Proxmox VE returns.
 */
const bench = new Bench();
let world: World;
beforeEach(async () => {
    world = await World.start(bench, "9.2");
    await world.api.control.add({
        users: [{ userid: "adm@pve", tokens: [{ tokenid: "full", secret: "adm", privsep: false }] }],
        acl: [{ path: "/", type: "user", ugid: "adm@pve", roleid: "Administrator" }],
    });
});
afterEach(() => world.api.close());

const tokens = (): Pve[] => [
    world.as({ kind: "token", id: "root@pam!full", secret: "full" }),
    world.as({ kind: "token", id: "adm@pve!full", secret: "adm" }),
];

const container = (more: Params): Params => ({
    vmid: 300,
    ostemplate: `templates:vztmpl/${TEMPLATE}`,
    rootfs: "system:1",
    unprivileged: 1,
    ...more,
});

/** The same for the lab's own API calls, which accept only text. */
const made = Object.fromEntries(Object.entries(container({})).map(([key, value]) => [key, String(value)]));

type Row = [what: string, path: string, params: Params];
const rows: Row[] = [
    ["a bind mount", "lxc", container({ mp0: "/var/tmp,mp=/x" })],
    ["a device mount", "lxc", container({ mp0: "/dev/sdb1,mp=/x" })],
    ["device passthrough", "lxc", container({ dev0: "/dev/fuse" })],
    ["a hook script", "lxc", container({ hookscript: "local:snippets/x.sh" })],
    ["features beyond nesting", "lxc", container({ features: "nesting=1,keyctl=1" })],
    ["features of a privileged container", "lxc", container({ features: "nesting=1", unprivileged: 0 })],
    ["QEMU arguments", "qemu", { vmid: 301, args: "-x" }],
    ["a VM's hook script", "qemu", { vmid: 301, hookscript: "local:snippets/h.sh" }],
    ["a VM's lock", "qemu", { vmid: 301, lock: "backup" }],
    ["a VM's generation id", "qemu", { vmid: 301, vmgenid: 1 }],
    ["a VM's architecture", "qemu", { vmid: 301, arch: "aarch64" }],
    ["a VM's affinity", "qemu", { vmid: 301, affinity: "0-1" }],
    ["huge pages", "qemu", { vmid: 301, hugepages: "any" }],
    ["a real serial port", "qemu", { vmid: 301, serial0: "/dev/ttyS0" }],
    ["a USB device", "qemu", { vmid: 301, usb0: "host=1234:5678" }],
    ["a PCI device by address", "qemu", { vmid: 301, hostpci0: "0000:01:00.0" }],
    ["a node's disk", "qemu", { vmid: 301, scsi0: "/dev/sdb" }],
    ["vzdump's directory", "vzdump", { vmid: 300, dumpdir: "/tmp" }],
];

test.each(rows)("%s", async (_, path, params) => {
    for (const pve of tokens()) {
        const error = await failureOf(pve.post(`/nodes/pve1/${path}`, params));
        expect({ kind: error.kind, message: error.message }).toEqual({
            kind: "Denied",
            message: expect.stringMatching(/only root@pam with a password is, no API token: .*(root@pam|[oO]nly root)/) as string,
        });
    }
    const answer = await world
        .as(ROOT)
        .post(`/nodes/pve1/${path}`, params)
        .then(
            () => "taken",
            (error: unknown) => (error instanceof PvesmbError ? error.kind : error),
        );
    expect(answer).not.toBe("Denied");
});

test("a start past the lock", async () => {
    await world.api.control.run("POST", "/nodes/pve1/lxc", made);
    const start = (pve: Pve): Promise<unknown> => pve.post("/nodes/pve1/lxc/300/status/start", { skiplock: 1 });
    for (const pve of tokens())
        expect(await failureOf(start(pve))).toMatchObject({
            kind: "Denied",
            message: expect.stringContaining("skiplock: Only root may use this option") as string,
        });
    await start(world.as(ROOT));
    await world.api.control.idle();
});

test("raw LXC keys are for nobody", async () => {
    for (const pve of [world.as(ROOT), ...tokens()])
        expect(await failureOf(pve.post("/nodes/pve1/lxc", container({ "lxc.idmap": "u 0 0 65536" })))).toMatchObject({
            kind: "InvalidInput",
        });
});

/** Similar cases that only need a privilege: the error names it with the path where to grant it. */
const limited: [what: string, path: string, params: Params, privileges: [string, string][], lacks: RegExp][] = [
    ["a privileged container", "lxc", container({ unprivileged: 0 }), [["/", "Sys.Modify"]], /missing the privilege Sys\.Modify on \//],
    ["a VM's start order", "qemu", { vmid: 301, startup: "order=1" }, [["/", "Sys.Modify"]], /missing the privilege Sys\.Modify on \//],
    [
        "a mapped PCI device",
        "qemu",
        { vmid: 301, hostpci0: "mapping=gpu" },
        [["/mapping/pci/gpu", "Mapping.Use"]],
        /missing the privilege Mapping\.Use on \/mapping\/pci\/gpu/,
    ],
    [
        "the node's random numbers",
        "qemu",
        { vmid: 301, rng0: "source=/dev/hwrng" },
        [["/mapping/hwrng", "Mapping.Use"]],
        /missing the privilege Mapping\.Use on \/mapping\/hwrng/,
    ],
];
const GUESTS = ["Allocate", "Audit", "Config.CPU", "Config.Disk", "Config.HWType", "Config.Memory", "Config.Network", "Config.Options"];

const BASIC = [
    { give: "/vms", privileges: GUESTS.map((name) => `VM.${name}`), any: false },
    { give: "/storage/system", privileges: ["Datastore.AllocateSpace"], any: false },
    { give: "/storage/templates", privileges: ["Datastore.Audit"], any: false },
];

test.each(limited)("%s takes a privilege", async (_, path, params, privileges, lacks) => {
    await world.grant(BASIC);
    expect(await failureOf(world.token().post(`/nodes/pve1/${path}`, params))).toMatchObject({
        kind: "Denied",
        message: expect.stringMatching(lacks) as string,
    });
    await world.grant([...BASIC, ...privileges.map(([give, privilege]) => ({ give, privileges: [privilege], any: false }))]);
    await world.token().post(`/nodes/pve1/${path}`, params);
    await world.api.control.idle();
});

test("nesting of an unprivileged container takes VM.Allocate", async () => {
    await world.api.control.run("POST", "/nodes/pve1/lxc", made);
    const nest = (): Promise<unknown> => world.token().put("/nodes/pve1/lxc/300/config", { features: "nesting=1" });
    const options = { give: "/vms", privileges: ["VM.Config.Options"], any: false };
    await world.grant([options]);
    expect(await failureOf(nest())).toMatchObject({
        kind: "Denied",
        message: expect.stringContaining("is missing the privilege VM.Allocate on /vms/300") as string,
    });
    await world.grant([{ give: "/vms", privileges: ["VM.Allocate", "VM.Config.Options"], any: false }]);
    await nest();
});

test("a registered tag", async () => {
    world.api.lab.cluster.options["registered-tags"] = "vip";
    await world.api.control.run("POST", "/nodes/pve1/lxc", made);
    const tag = (): Promise<unknown> => world.token().put("/nodes/pve1/lxc/300/config", { tags: "vip" });
    const options = { give: "/vms", privileges: ["VM.Config.Options"], any: false };
    await world.grant([options]);
    expect(await failureOf(tag())).toMatchObject({
        kind: "Denied",
        message: expect.stringContaining("is missing the privilege Sys.Modify for modifying tag 'vip' on /") as string,
    });
    await world.grant([options, { give: "/", privileges: ["Sys.Modify"], any: false }]);
    await tag();
});

test.each(["idmap=passthrough", "quota=1", "acl=1", "mountoptions=noatime"])("%s on a volume is nothing special", async (option) => {
    await world.grant(BASIC);
    await world.token().post("/nodes/pve1/lxc", container({ mp0: `system:1,mp=/x,${option}` }));
    await world.api.control.idle();
});
