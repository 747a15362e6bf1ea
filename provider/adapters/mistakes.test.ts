import { SmbGateway, SmbShare, SmbUser } from "../../sdk/nodejs";
import type { AnyHandler } from "../base/handler";
import { dynamicProvider } from "./dynamic";
import { gatewayModel, groupModel, quotaModel, shareModel, userModel } from "../model";
import type { Model } from "../model/meta";
import type { Tree } from "../model/tree";

/**
 * What people get wrong on their first days, to the letter of what they are told: the property, what is wrong, the way out. All of it in a
 * preview, so that nothing is touched: the handlers of these providers do not exist. What only Proxmox VE or the gateway can know (a node, a
 * storage, an account that is not there) is in test/e2e/bad-input.test.ts.
 */

const models: Record<string, Model> = {
    SmbGateway: gatewayModel,
    SmbShare: shareModel,
    SmbUser: userModel,
    SmbGroup: groupModel,
    Quota: quotaModel,
};
const touched = jest.fn(() => {
    throw new Error("something was touched");
});
const providers = Object.fromEntries(
    Object.entries(models).map(([kind, model]) => [kind, dynamicProvider(model, touched as unknown as () => AnyHandler)]),
);

const connection = {
    PROXMOX_VE_ENDPOINT: "https://pve1:8006",
    PROXMOX_VE_API_TOKEN: "pulumi@pve!pvesmb=0123",
    PROXMOX_VE_SSH_AGENT: "true",
    SSH_AUTH_SOCK: "/run/agent",
};
beforeEach(() => {
    jest.spyOn(console, "log").mockReturnValue();
    Object.assign(process.env, connection);
});
afterEach(() => expect(touched).not.toHaveBeenCalled());

const gateway = { id: "pve1/101/0123456789abcdef" };
const share = { id: "0123456789abcdef", gateway };
const good: Record<string, Tree> = {
    SmbGateway: {
        node: "pve1",
        lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
        network: { bridge: "vmbr0", address: "192.168.1.50/24", gateway: "192.168.1.1" },
        data: { storage: "tank", size: "500GiB" },
    },
    SmbShare: { gateway, name: "docs" },
    SmbUser: { gateway, name: "alice", password: "good enough" },
    SmbGroup: { gateway, name: "crew" },
    Quota: { share, limit: "1GiB" },
};

test.each<[mistake: string, kind: string, args: Tree, property: string, reason: string]>([
    ["a misspelt property", "SmbShare", { coment: "plans" }, "", "coment: is not a property of SmbShare; did you mean comment?"],
    [
        "one in the wrong place",
        "SmbGateway",
        { network: { bridge: "vmbr0", address: "192.168.1.50/24", gatway: "192.168.1.1" } },
        "",
        "network.gatway: is not a property of network; did you mean gateway?",
    ],
    ["a size as a number", "SmbGateway", { data: { storage: "tank", size: 500 } }, "data.size", "must be a string, not a number"],
    [
        "a size with a decimal unit",
        "SmbGateway",
        { data: { storage: "tank", size: "500GB" } },
        "data.size",
        'must be a size with a binary unit such as "512MiB" or "4GiB"',
    ],
    [
        "data without a size",
        "SmbGateway",
        { data: { storage: "tank" } },
        "data.size",
        "is required for a new data volume; or attach an existing volume with `data.volume`, or a directory of the node with `data.bind`",
    ],
    [
        "two sizes",
        "SmbGateway",
        { data: { storage: "tank", size: "1GiB", initialSize: "1GiB" } },
        "data.initialSize",
        "cannot be combined with `size`; keep one of them",
    ],
    [
        "an address without a prefix length",
        "SmbGateway",
        { network: { bridge: "vmbr0", address: "192.168.1.50" } },
        "network.address",
        'must be "dhcp", "none" or an IPv4 address with prefix length such as "192.168.1.50/24"',
    ],
    [
        "a gateway address with DHCP",
        "SmbGateway",
        { network: { bridge: "vmbr0", address: "dhcp", gateway: "192.168.1.1" } },
        "network.gateway",
        "requires a static `address`; remove it, or set `address` to an address with its prefix length",
    ],
    ["a slash in a share's name", "SmbShare", { name: "docs/plans" }, "name", 'must not contain any of % < > * ? | / \\ + = ; : " , [ ]'],
    [
        "a name pasted from a web page",
        "SmbShare",
        { name: "our\u00a0docs" },
        "name",
        "must not contain a no-break space (U+00A0, U+202F), which looks like a space",
    ],
    [
        "a password read from a file of an editor on Windows",
        "SmbUser",
        { password: "\ufeffgood enough" },
        "",
        "password: must not contain a byte order mark (U+FEFF), which editors write at the beginning of files",
    ],
    ["a path outside of the data", "SmbShare", { path: "/mnt/docs" }, "path", "must be under /srv/pvesmb"],
    [
        "a level that Windows has",
        "SmbShare",
        { access: [{ user: "alice", level: "write" }] },
        "access[0].level",
        'must be one of "read", "change", "full"',
    ],
    [
        "user and group in one entry",
        "SmbShare",
        { access: [{ user: "alice", group: "crew", level: "read" }] },
        "access[0]",
        "must have either `user` or `group`",
    ],
    [
        "an option that has a property",
        "SmbShare",
        { options: { "read only": "yes" } },
        'options["read only"]',
        "is set by pvesmb; use the property `readOnly`",
    ],
    [
        "an option that runs programs",
        "SmbShare",
        { options: { "root preexec": "id" } },
        'options["root preexec"]',
        "is refused because it runs programs, reads other files or leaves the share; if you need it, put it into /etc/samba/pvesmb/local.conf on the gateway, which pvesmb never changes",
    ],
    [
        "a netmask",
        "SmbShare",
        { hostsAllow: ["192.168.1.0/255.255.255.0"] },
        "hostsAllow[0]",
        "must have a prefix length instead of a netmask, such as 192.168.1.0/24",
    ],
    [
        "a volume with no size",
        "SmbShare",
        { volume: { storage: "tank" } },
        "volume",
        "set either `size`, or `initialSize` if a Quota sets the size",
    ],
    ["no password", "SmbUser", { password: undefined }, "", "password: is required, unless you set `passwordFrom` or `ntHash`"],
    [
        "two passwords",
        "SmbUser",
        { passwordFrom: { env: "ALICE" } },
        "passwordFrom",
        "cannot be combined with `password`; keep one of them",
    ],
    ["a day in words", "SmbUser", { expires: "tomorrow" }, "expires", 'must be a day such as "2027-06-30"'],
    ["a day that does not exist", "SmbUser", { expires: "2027-02-29" }, "expires", "must be a day of the calendar"],
    ["a user with the name of a system account", "SmbUser", { name: "root" }, "name", "must not be a system account (root, nobody)"],
    [
        "a name with a space",
        "SmbUser",
        { name: "Alice Smith" },
        "name",
        "must be 1 to 32 characters of A-Z, a-z, 0-9, _ . and -, beginning with a letter or _ and not ending with . or -",
    ],
    ["thresholds out of order", "Quota", { alerts: [95, 75] }, "alerts", "must be in ascending order, as in [75, 85, 95]"],
    [
        "a quota with both share and path",
        "Quota",
        { path: "/srv/pvesmb/docs" },
        "path",
        "is the directory of the share; leave it out, or set `gateway` instead of `share`",
    ],
    [
        "a quota on a share that sets its size",
        "Quota",
        { share: { ...share, size: "2GiB" } },
        "share",
        "share: the share sets `volume.size` itself (2GiB); set `volume.initialSize` on the share instead, or remove the quota",
    ],
])("%s", async (_, kind, args, property, reason) => {
    const inputs = { key: `urn:${kind}`, ...good[kind], ...args };
    const { failures } = (await providers[kind]?.check({}, inputs)) ?? {};
    // The CLI would show no value for a property within another one.
    const within = /[.[]/.test(property) ? { property: "", reason: `${property}: ${reason}` } : { property, reason };
    expect(failures).toEqual([property === "share" ? { property: "", reason } : within]);
});

/** What an `up` would do to something that exists. */
test.each<[mistake: string, kind: string, state: Tree, args: Tree, message: string]>([
    [
        "another VMID for a gateway with data",
        "SmbGateway",
        { vmid: 101, ready: true, dataVolume: "tank:vm-101-disk-1" },
        { vmid: 102 },
        'dataOnDelete: the data volume tank:vm-101-disk-1 would be destroyed with the container; to keep the files, create a second gateway and copy them; to delete them, set `dataOnDelete: "destroy"` and run `pulumi up` first (a change of vmid replaces the resource)',
    ],
    [
        "a volume for a share that has files",
        "SmbShare",
        { path: "/srv/pvesmb/docs" },
        { volume: { storage: "tank", size: "1GiB" } },
        "volume: cannot be added: its files would have to be copied; create another share, copy the files, then remove this one",
    ],
    [
        "another number for a user",
        "SmbUser",
        { uid: 10001, gid: 10001 },
        { uid: 10002 },
        "uid: is 10001 and cannot be changed to 10002: files belong to this number, which never changes: leave it out, or set the current one",
    ],
])("%s", async (_, kind, state, args, message) => {
    const olds = { ...good[kind], ...state, stateVersion: models[kind]?.version };
    const difference = async (): Promise<unknown> => providers[kind]?.diff("id", olds, { key: `urn:${kind}`, ...good[kind], ...args });
    await expect(difference()).rejects.toThrow(message);
});

test("no connection at all: everything that is missing at once, with the places where it may be given", async () => {
    for (const name of Object.keys(connection)) delete process.env[name];
    const { failures = [] } = (await providers["SmbGateway"]?.check({}, { key: "urn:files", ...good["SmbGateway"] })) ?? {};
    expect(failures.map(({ reason }) => reason)).toEqual([
        "connection.endpoint is missing: pvesmb needs the address of the Proxmox VE API, such as https://pve1.example.org:8006. Set the argument connection.endpoint of the resource, the environment variable PROXMOX_VE_ENDPOINT, or the stack config pvesmb:endpoint",
        "connection.apiToken is missing: pvesmb needs an API token (user@realm!tokenid=secret), or username and password. Set the argument connection.apiToken / connection.username / connection.password of the resource, the environment variable PROXMOX_VE_API_TOKEN / PROXMOX_VE_USERNAME / PROXMOX_VE_PASSWORD, or the stack config pvesmb:apiToken / pvesmb:username / pvesmb:password",
        'connection.ssh: Proxmox VE has no API to run commands in a container, so SSH is required too: set `privateKey` (PROXMOX_VE_SSH_PRIVATE_KEY) or `agent` (PROXMOX_VE_SSH_AGENT=true), or set `via: "node"` to go through the node',
    ]);
});

/** From plain JavaScript, where no compiler has said it before. */
test.each<[mistake: string, make: () => unknown, message: string]>([
    [
        "no arguments",
        () => new (SmbGateway as never as new (name: string) => object)("files"),
        "SmbGateway files: the arguments must be an object, such as { ... }, not undefined",
    ],
    [
        "the arguments first",
        () => new (SmbUser as never as new (args: object) => object)({ password: "p" }),
        "new SmbUser(name, args): the name must be a non-empty string",
    ],
    [
        "an import",
        () => new SmbShare("docs", { gateway }, { import: "x" }),
        "SmbShare docs cannot be imported; declare it with `adopt: true` to take over what exists",
    ],
])("%s", (_, make, message) => {
    expect(make).toThrow(message);
});
