/** The root-only rules and the least-privilege roles of PVE, row by row (pve-api.md 2.1 and 2.2). */
import { ThrowawayLab, type Answer } from "./throwaway";

const template = "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst";
const secret = "11111111-2222-3333-4444-555555555555";

let lab: ThrowawayLab;
let ticket: ReturnType<ThrowawayLab["as"]>;
let rootToken: ReturnType<ThrowawayLab["as"]>;
let admin: ReturnType<ThrowawayLab["as"]>;

beforeAll(async () => {
    lab = await ThrowawayLab.start("9.2", {
        state: {
            users: [
                { userid: "root@pam", password: "pass1", tokens: [{ tokenid: "t1", secret, privsep: false }] },
                { userid: "svc@pve", tokens: [{ tokenid: "adm", secret, privsep: false }] },
            ],
            acl: [{ path: "/", type: "user", ugid: "svc@pve", roleid: "Administrator" }],
        },
    });
    lab.machine.addFile(
        "pve1",
        { id: "local", type: "dir", path: "/var/lib/vz", shared: false },
        "vztmpl",
        "debian-12-standard_12.7-1_amd64.tar.zst",
    );
    ticket = await lab.login("root@pam", "pass1");
    rootToken = lab.as(`root@pam!t1=${secret}`);
    admin = lab.as(`svc@pve!adm=${secret}`);
});
afterAll(() => lab.close());

const only = "is only allowed for root@pam";
const lxc: [string, Record<string, unknown>, string][] = [
    ["a bind mount", { mp0: "/var/tmp,mp=/x" }, `mount point type bind ${only}`],
    ["a device mount", { mp0: "/dev/sdb1,mp=/x" }, `mount point type device ${only}`],
    ["device passthrough", { dev0: "/dev/fuse" }, `configuring device passthrough ${only}`],
    ["a hook script", { hookscript: "local:snippets/x.sh" }, `changing the hookscript ${only}`],
    ["features beyond nesting", { features: "nesting=1,keyctl=1" }, `changing feature flags (except nesting) ${only}`],
    [
        "features of a privileged container",
        { features: "nesting=1", unprivileged: 0 },
        `changing feature flags for privileged container ${only}`,
    ],
];

test.each(lxc)("%s needs root@pam itself: no token, no administrator", async (_, params, text) => {
    for (const who of [rootToken, admin]) {
        const answer = await who("POST", "/nodes/pve1/lxc", {
            vmid: 300,
            ostemplate: template,
            rootfs: "local:1",
            unprivileged: 1,
            ...params,
        });
        expect(answer).toMatchObject({ status: 403, reason: `Permission check failed (${text})` });
    }
    const allowed = await ticket("POST", "/nodes/pve1/lxc", {
        vmid: 300,
        ostemplate: template,
        rootfs: "local:1",
        unprivileged: 1,
        ...params,
    });
    expect(allowed.status).not.toBe(403);
    await lab.api.control.idle();
    if (allowed.status === 200 && (await ticket("GET", "/nodes/pve1/lxc/300/config")).status === 200)
        await lab.api.control.run("DELETE", "/nodes/pve1/lxc/300");
});

const qemu: [Record<string, unknown>, string][] = [
    [{ args: "-x" }, "only root can set 'args' config"],
    [{ hookscript: "local:snippets/h.sh" }, "only root can set 'hookscript' config"],
    [{ lock: "backup" }, "only root can set 'lock' config"],
    [{ vmgenid: 1 }, "only root can set 'vmgenid' config"],
    [{ arch: "aarch64" }, "only root can set 'arch' config"],
    [{ hugepages: "any" }, "only root can set 'hugepages' config"],
    [{ serial0: "/dev/ttyS0" }, "only root can set 'serial0' config for real devices"],
    [{ usb0: "host=1234:5678" }, "only root can set 'usb0' config for real devices"],
    [{ hostpci0: "0000:01:00.0" }, "only root can set 'hostpci0' config for non-mapped devices"],
    [{ scsi0: "/dev/sdb" }, "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651."],
];

test.each(qemu)("a VM with %j needs root@pam", async (params, text) => {
    for (const who of [rootToken, admin])
        expect(await who("POST", "/nodes/pve1/qemu", { vmid: 301, ...params })).toMatchObject({ status: 500, reason: text });
});

test.each([
    ["skiplock", "POST", "/nodes/pve1/lxc/200/status/start", { skiplock: 1 }, { skiplock: "Only root may use this option." }],
    ["vzdump's directory", "POST", "/nodes/pve1/vzdump", { vmid: 200, dumpdir: "/tmp" }, { dumpdir: "Only root may set this option." }],
])("%s is for root only", async (_, verb, path, params, errors) => {
    expect(await admin(verb, path, params)).toMatchObject({ status: 400, body: { errors } });
});

/** The least that a pool-scoped token needs, and where each call stops without a part of it. */
const least: [string, string[]][] = [
    [
        "/pool/gw",
        "VM.Allocate VM.Audit VM.Config.Disk VM.Config.CPU VM.Config.Memory VM.Config.Network VM.Config.Options VM.PowerMgmt".split(" "),
    ],
    ["/storage/local", ["Datastore.AllocateSpace"]],
    ["/sdn/zones/localnetwork/vmbr0", ["SDN.Use"]],
];

/** Both the user and its token get the same; `without` is left out. */
function scoped(without?: string): ReturnType<ThrowawayLab["as"]> {
    const { access } = lab.api.lab;
    access.pools.set("gw", { vms: new Set(), storage: new Set() });
    access.acl = access.acl.filter((entry) => !entry.ugid.startsWith("lp@pve"));
    void lab.api.control.add({
        users: [{ userid: "lp@pve", tokens: [{ tokenid: "one", secret }] }],
        roles: least.map(([, privs], index) => ({ roleid: `Least${index}`, privs: privs.filter((name) => name !== without) })),
        acl: least.flatMap(([path], index) => [
            { path, type: "user" as const, ugid: "lp@pve", roleid: `Least${index}` },
            { path, type: "token" as const, ugid: "lp@pve!one", roleid: `Least${index}` },
        ]),
    });
    return lab.as(`lp@pve!one=${secret}`);
}

const wanted = {
    vmid: 400,
    ostemplate: template,
    rootfs: "local:1",
    unprivileged: 1,
    pool: "gw",
    net0: "name=eth0,bridge=vmbr0",
    cores: 1,
    memory: 300,
    mp0: "local:1,mp=/srv",
    onboot: 1,
};

/** Create, change, start, stop, resize, delete; the first refusal, if any. */
async function life(who: ReturnType<ThrowawayLab["as"]>): Promise<string> {
    const steps: [string, string, Record<string, unknown>][] = [
        ["POST", "/nodes/pve1/lxc", wanted],
        ["PUT", "/nodes/pve1/lxc/400/config", { tags: "a", description: "d" }],
        ["GET", "/nodes/pve1/lxc/400/config", {}],
        ["POST", "/nodes/pve1/lxc/400/status/start", {}],
        ["PUT", "/nodes/pve1/lxc/400/resize", { disk: "mp0", size: "+1G" }],
        ["POST", "/nodes/pve1/lxc/400/status/stop", {}],
        ["DELETE", "/nodes/pve1/lxc/400", {}],
    ];
    let refused: Answer | undefined;
    for (const [verb, path, params] of steps) {
        const answer = await who(verb, path, params);
        await lab.api.control.idle();
        if (answer.status !== 200) refused ??= answer;
    }
    if (lab.api.lab.cluster.guests.has(400)) await lab.api.control.run("DELETE", "/nodes/pve1/lxc/400", { force: "1" });
    return refused?.reason ?? "";
}

test("the least-privilege token does it all", async () => {
    expect(await life(scoped())).toBe("");
});

test.each([
    ["VM.Allocate", "Permission check failed"],
    ["VM.Audit", "Permission check failed (/vms/400, VM.Audit)"],
    ["VM.Config.Disk", "Permission check failed (/vms/400, VM.Config.Disk)"],
    ["VM.Config.CPU", "Permission check failed (/vms/400, VM.Config.CPU)"],
    ["VM.Config.Memory", "Permission check failed (/vms/400, VM.Config.Memory)"],
    ["VM.Config.Network", "Permission check failed (/vms/400, VM.Config.Network)"],
    ["VM.Config.Options", "Permission check failed (/vms/400, VM.Config.Options)"],
    ["VM.PowerMgmt", "Permission check failed (/vms/400, VM.PowerMgmt)"],
    ["Datastore.AllocateSpace", "Permission check failed (/storage/local, Datastore.AllocateSpace)"],
    ["SDN.Use", "Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)"],
])("without %s it stops at: %s", async (privilege, text) => {
    expect(await life(scoped(privilege))).toBe(text);
});
