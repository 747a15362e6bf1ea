import fc from "fast-check";
import { clusterModel, domainModel, gatewayModel, groupModel, quotaModel, shareModel, userModel } from "../../provider/model";
import type { Model } from "../../provider/model/meta";
import { PURPOSES } from "../../provider/model/share/purpose";
import type { Tree } from "../../provider/model/tree";

/** Secrets that must never appear in our texts. */
export const SECRETS = {
    password: "Tr0ub4dor&3",
    apiToken: "svc@pve!gw=0aa5f0c4-1111-2222-3333-444455556666",
    privateKey: "-----BEGIN OPENSSH-----secretsecret",
    tickets: Buffer.concat([Buffer.from([5, 4]), Buffer.from("tickets of somebody")]).toString("base64"),
};

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const account = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const mib = (min: number): fc.Arbitrary<string> =>
    fc
        .tuple(fc.integer({ min, max: 2 ** 20 }), fc.constantFrom("", " "))
        .map(([n, gap]) => (n % 1024 === 0 ? `${n / 1024}${gap}GiB` : `${n}${gap}MiB`));
const connection = fc.record({
    endpoint: fc.constant("https://pve1:8006"),
    apiToken: fc.constant(SECRETS.apiToken),
    ssh: some(fc.constant({ privateKey: SECRETS.privateKey })),
});
const gateway = fc.record({ id: fc.constantFrom("pve1/101/0123456789abcdef", "pve2/102/fedcba9876543210"), connection: some(connection) });
const timeouts = fc.record({ create: some(fc.constantFrom("90s", "10m")), read: some(fc.constant("1m")) });
const child = { gateway, adopt: some(fc.boolean()), timeouts: some(timeouts) };
const ipv6 = fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`);

const network = fc
    .record({
        bridge: fc.constantFrom("vmbr0", "vmbr1"),
        address: fc.oneof(
            fc.constant("dhcp"),
            fc.tuple(fc.integer({ min: 1, max: 126 }), fc.integer({ min: 1, max: 254 })).map(([net, host]) => `${net}.0.0.${host}/24`),
        ),
        address6: some(fc.oneof(fc.constantFrom("auto", "none"), ipv6)),
        mac: some(fc.constantFrom("BC:24:11:00:00:01", "bc:24:11:00:00:01")),
        vlan: some(fc.integer({ min: 1, max: 4094 })),
        firewall: some(fc.boolean()),
    })
    .map(copied);

const share = fc.record({
    name: account,
    path: some(account.map((name) => `/srv/pvesmb/${name}`)),
    volume: some(fc.record({ storage: fc.constantFrom("tank", "local"), size: mib(16), backup: some(fc.boolean()) })),
    comment: some(fc.stringMatching(/^[A-Za-z]{0,20}$/)),
    readOnly: some(fc.boolean()),
    owner: some(account),
    mode: some(fc.constantFrom("0770", "0750")),
    access: some(
        fc.uniqueArray(fc.record({ user: account, level: fc.constantFrom("read", "full") }), {
            selector: ({ user }) => user,
            maxLength: 4,
        }),
    ),
    purpose: some(fc.constantFrom(...PURPOSES)),
    acl: some(fc.constantFrom("posix", "windows")),
    aclEntries: some(fc.constant([{ group: "staff", permissions: "r-x" }])),
    recycle: some(fc.record({ maxSize: some(mib(1)), keepFor: some(fc.constantFrom("30d", "8w")), exclude: some(fc.constant(["*.tmp"])) })),
    audit: some(fc.constantFrom({}, { success: ["write", "delete"] }, { failure: [] })),
    previousVersions: some(
        fc.oneof(
            fc.record({ folder: some(fc.constantFrom(".snapshots", ".zfs/snapshot")), localTime: some(fc.boolean()) }),
            fc.record({ schedule: fc.record({ hourly: some(fc.nat(48)), monthly: some(fc.nat(12)) }) }),
        ),
    ),
    catia: some(fc.constantFrom({}, { mappings: ["0x22:0xf022"] })),
    hostsAllow: some(fc.constantFrom(["10.0.0.0/8"], ["fe80::/10", "10.0.0.1"])),
    encryptionRequired: some(fc.boolean()),
    vetoFiles: some(fc.constantFrom(["*.exe"], ["a b", "*.tmp"])),
    oplocks: some(fc.boolean()),
    caseHandling: some(fc.constantFrom("sensitive", "lower")),
    dfsLinks: some(fc.constantFrom({ elsewhere: ["server\\share"] })),
    options: some(fc.dictionary(fc.constantFrom("hide dot files", "follow symlinks"), fc.constantFrom("yes", "no"))),
    onDelete: some(fc.constantFrom("retain", "delete")),
    ...child,
});

const user = fc.record({
    name: fc.constantFrom("alice", "bob"),
    password: fc.constant(SECRETS.password),
    uid: some(fc.integer({ min: 1000, max: 65_533 })),
    groups: some(
        fc.uniqueArray(
            account.map((name) => `g_${name}`),
            { maxLength: 4 },
        ),
    ),
    enabled: some(fc.boolean()),
    expires: some(fc.constantFrom("2027-06-30", "2031-12-01")),
    passwordMustChange: some(fc.boolean()),
    home: some(account.map((name) => `/srv/pvesmb/homes/${name}`)),
    fullName: some(fc.constantFrom("", "Alice A")),
    ...child,
});

const group = fc.record({
    name: account,
    gid: some(fc.integer({ min: 1000, max: 65_533 })),
    members: some(fc.uniqueArray(account, { maxLength: 4 })),
    ...child,
});

const gatewayInputs = fc.record({
    node: fc.constantFrom("pve1", "pve2"),
    vmid: some(fc.integer({ min: 100, max: 999 })),
    hostname: some(fc.constantFrom("files", "nas")),
    lxc: fc.record({
        template: fc.constantFrom("debian-12-standard", "local:vztmpl/x.tar.zst"),
        rootfs: fc.record({ storage: fc.constantFrom("local", "tank"), size: mib(512) }),
        memory: some(mib(128)),
        unprivileged: some(fc.boolean()),
    }),
    network,
    extraNetworks: some(fc.array(network, { maxLength: 2 })),
    nameservers: some(fc.array(fc.ipV4(), { maxLength: 2 })),
    data: some(fc.record({ storage: fc.constantFrom("tank", "local"), size: mib(64), backup: some(fc.boolean()) })),
    started: some(fc.boolean()),
    tags: some(fc.array(account, { maxLength: 4 })),
    description: some(fc.constantFrom("", "a\nb", "  text  ")),
    samba: some(fc.record({ workgroup: some(fc.constantFrom("WORKGROUP", "home")) })),
    connection: some(connection),
    timeouts: some(timeouts),
});

const quota = fc.record({
    share: fc.record({
        id: fc.constantFrom("0123456789abcdef", "fedcba9876543210"),
        gateway,
        path: some(account.map((name) => `/srv/pvesmb/${name}`)),
    }),
    limit: mib(64),
    backend: some(fc.constantFrom("auto", "zfs")),
    users: some(
        fc.uniqueArray(fc.record({ name: account, limit: mib(1) }), {
            selector: ({ name }) => name,
            maxLength: 3,
        }),
    ),
    snapshots: some(fc.constantFrom("ignore", "count")),
    alerts: some(fc.constantFrom([90], [75, 85, 95])),
    onShrink: some(fc.constantFrom("refuse", "force")),
    timeouts: some(timeouts),
});

const adDomain = fc.record({
    gateway,
    domain: fc.constantFrom("ad.example.com", "AD.Example.com"),
    workgroup: some(fc.constantFrom("AD", "ad")),
    credential: some(
        fc.oneof(
            fc.record({ user: fc.constantFrom("joiner", "AD\\joiner", "joiner@ad.example.com"), password: fc.constant(SECRETS.password) }),
            fc.record({ user: account, passwordFrom: fc.constantFrom({ env: "JOIN" }, { file: "/run/secrets/join" }) }),
            fc.record({ user: account, tickets: fc.constant(SECRETS.tickets) }),
            fc.record({ user: account, ticketsFrom: fc.constantFrom({ env: "TICKETS" }, { file: "/tmp/krb5cc_0" }) }),
        ),
    ),
    ou: some(fc.constantFrom("OU=Gateways,DC=ad,DC=example,DC=com", "ou=Gateways, ou=Servers, dc=ad, dc=example, dc=com")),
    computerName: some(fc.constantFrom("files", "FILES")),
    dns: some(
        fc.oneof(fc.constant({ register: false }), fc.record({ addresses: some(fc.constantFrom(["10.0.0.1"], ["fd00::1", "10.0.0.1"])) })),
    ),
    idRange: some(fc.constantFrom("60000-65533", "100000-199999")),
    leave: some(fc.record({ deleteAccount: some(fc.boolean()) })),
    adopt: some(fc.boolean()),
    timeouts: some(timeouts),
});

const cluster = fc.record({
    gateways: fc.constant(["pve1/101/0123456789abcdef", "pve2/102/fedcba9876543210"]).map((ids) => ids.map((id) => ({ id }))),
    addresses: fc.constantFrom([{ address: "192.168.1.60/24" }], [{ address: "192.168.1.60/24", interface: "eth1" }]),
    privateNetwork: fc.constant({ addresses: ["10.99.0.1/24", "10.99.0.2/24"] }),
    lock: fc.constant({ file: "/srv/pvesmb/.pvesmb/ctdb.lock" }),
    sharedPath: some(fc.constant("/srv/pvesmb")),
    netbiosName: fc.constantFrom("FILES", "files"),
    tunables: some(fc.constantFrom({ keepaliveLimit: 20 }, { recoveryDropAllIps: 20, keepaliveLimit: 30 })),
    timeouts: some(timeouts),
});

/** Each kind with inputs as users might write them, including spellings and omissions; all of them pass check. */
export const samples: [string, Model, fc.Arbitrary<Tree>][] = [
    ["SmbGateway", gatewayModel, gatewayInputs.map(copied)],
    ["SmbShare", shareModel, share.map(copied)],
    ["SmbUser", userModel, user.map(copied)],
    ["SmbGroup", groupModel, group.map(copied)],
    ["Quota", quotaModel, quota.map(copied)],
    ["AdDomain", domainModel, adDomain.map(copied)],
    ["CtdbVip", clusterModel, cluster.map(copied)],
];

/** A deep copy through JSON: without undefined values. */
export function copied(value: object): Tree {
    return JSON.parse(JSON.stringify(value)) as Tree;
}

/** A copy with one value replaced; `pick` selects among all positions below the top. */
export function changed(tree: Tree, pick: number, value: unknown): { tree: Tree; path: (string | number)[] } {
    const copy = copied(tree);
    const places = placesIn(copy, []);
    const path = places[pick % places.length] ?? [];
    let at: unknown = copy;
    for (const part of path.slice(0, -1)) at = (at as Tree)[part];
    (at as Tree)[path.at(-1) as string] = value;
    return { tree: copy, path };
}

function placesIn(value: unknown, path: (string | number)[]): (string | number)[][] {
    const entries: [string | number, unknown][] = Array.isArray(value)
        ? [...value.entries()]
        : typeof value === "object" && value !== null
          ? Object.entries(value)
          : [];
    return [...(path.length > 0 ? [path] : []), ...entries.flatMap(([part, item]) => placesIn(item, [...path, part]))];
}
