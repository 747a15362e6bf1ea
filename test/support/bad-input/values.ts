/** Malformed and out-of-range values, by what they describe. */

export const GATEWAY = { id: "pve1/101/0123456789abcdef" };

export type Rows = Record<string, unknown[]>;

export const long = (length: number): string => "x".repeat(length);
export const SIZES = ["", "4", "4GB", "-1GiB", "0x10MiB", "4 gib", "1.5MiB", "0B", "2PiB"];
export const TEXTS = [
    "two\nlines",
    "tab\there",
    "100 %U",
    "ends in \\",
    " blank",
    "blank ",
    "\ufeffof a file",
    "of a page\u00a0",
    "un\u200bseen",
    long(2000),
];
export const STORAGES = ["", "1st", "a b", "tank:", "tank,mp=/etc", "-tank", "x/../y"];
export const ACCOUNTS = [
    "",
    ".alice",
    "alice.",
    "alice-",
    "älice",
    "al ice",
    "alice$",
    "-alice",
    "a:b",
    "../alice",
    "alice\n",
    long(33),
    "1st",
];
/** Where accounts of a domain may stand too. */
export const PRINCIPALS = [
    ...ACCOUNTS,
    "LABAD\\",
    "\\alice",
    "LABAD\\a\\b",
    "LABAD\\a,b",
    "LABAD\\a\nb",
    "LABAD\\ alice",
    'LABAD\\"a"',
    "LABAD\\[global]",
    "a b\\alice",
    `LABAD\\${long(256)}`,
    "alice@",
    "@ad.lab.test",
    "alice@a b",
    "S-1-5-21-1-2-",
    "S-1-5-21-4294967296-1",
];
export const MODES = ["", "9", "0800", "rwx", "77", "00777", "-770"];
export const DURATIONS = ["", "0s", "1d", "90", "-5m", "1.5h", "1h30m"];
export const MACS = ["", "BC:24:11:00:00", "BC-24-11-00-00-01", "BC:24:11:00:00:0G"];
export const IPS = ["", "dhcp", "10.0.0", "10.0.0.256", "10.0.0.1/24", "fe80::1%eth0x y", "host.example"];
export const PORTS = [0, -1, 65_536, 22.5];
export const URLS = ["", "example.org", "ftp://example.org", 'http://example.org/"; x', "http://example.org/a\nb", "http://example.org/ b"];
export const HOST_KEYS = [["SHA256:short"], ["ssh-ed25519"], ["ssh-ed25519 AAAA\nssh-rsa BBBB"]];

/** Bad values by property. A single value for a property of an object means `{...object, property: value}`. */
export const NETWORK: Rows = {
    bridge: ["", "1br", "vmbr0,tag=5", long(16)],
    address: ["", "10.0.0.1", "10.0.0.1/33", "10.0.0.256/24", "10.0.0.1/24,gw=10.0.0.2", "auto"],
    gateway: ["", "10.0.0.1/24", "fe80::1", "none"],
    address6: ["", "fd00::1", "fd00::1/129", "10.0.0.1/24"],
    gateway6: ["", "10.0.0.1", "fd00::/64"],
    vlan: [0, 4095, 1.5, -1],
    mtu: [575, 65_536],
    mac: MACS,
};
export const SSH: Rows = {
    via: ["", "host"],
    username: [""],
    privateKey: [""],
    password: [""],
    agentSocket: [""],
    port: PORTS,
    pct: ["", "pct", "/usr/bin/pct; id", "/usr/bin/pct exec"],
    nodes: [
        { pve1: {} },
        { pve1: { address: "" } },
        { pve1: { address: "a", port: 0 } },
        ...HOST_KEYS.map((hostKeys) => ({ pve1: { address: "a", hostKeys } })),
    ],
    "jump.address": [""],
    "jump.port": PORTS,
    "jump.username": [""],
    "jump.password": [""],
    "jump.hostKeys": HOST_KEYS,
    knownHosts: [""],
};
export const CONNECTION: Rows = {
    endpoint: ["", "pve1", "http://pve1:8006", "https://pve1:8006/api2/json", "https://user@pve1:8006", "https://pve1:port"],
    endpoints: [["pve1"], ["https://pve1:8006", ""]],
    apiToken: ["", "root@pam", "root@pam!t", "root!t=x", "root@pam!t=", "root@pam!1t=x", "root@pam!t=a b"],
    username: ["", "root", "@pam", "root@"],
    password: [""],
    caCertificate: ["", "/etc/pve/pve-root-ca.pem"],
    tlsFingerprint: ["", "AA:BB", long(95), "AA".repeat(32)],
    markSecret: ["", "short", long(19)],
    markSecretPrevious: [[""], ["x", ""]],
    ...prefixed("ssh", SSH),
};
export const TIMEOUTS = { create: DURATIONS, update: DURATIONS, read: DURATIONS, delete: DURATIONS };
/** A host that is there already. */
export const EXISTING: Rows = {
    host: ["", "a b", "files.example.org:22", "-x", "root@files", "[::1]", "x\n"],
    port: [0, 65536, 1.5],
    user: ["", "a b", "root:x", "-x"],
    hostKeys: HOST_KEYS,
    knownHosts: [""],
    "jump.host": ["", "a b", "jump:22"],
    "jump.port": [0, 65536],
    "jump.user": ["", "a b"],
    "jump.hostKeys": HOST_KEYS,
};
export const CHILD = {
    "gateway.id": [
        "",
        "pve1/101",
        "101",
        "pve1/101/0123456789ABCDEF",
        "pve1/x/0123456789abcdef",
        "ssh:/0123456789abcdef",
        "ssh:files",
        "ssh:a/b/0123456789abcdef",
        "node:/0123456789abcdef",
        "node:pve1",
    ],
    ...prefixed("gateway.connection", CONNECTION),
    ...prefixed("gateway.ssh", EXISTING),
    ...prefixed("timeouts", TIMEOUTS),
};
const GATEWAY_IDS = CHILD["gateway.id"];
/** What a cluster consists of. */
export const CLUSTER: Rows = {
    "gateways[0].id": [...GATEWAY_IDS, "ctdb:0123456789abcdef"],
    ...prefixed("gateways[0].connection", CONNECTION),
    ...prefixed("gateways[0].ssh", EXISTING),
};
/** Of what may be on a cluster. */
export const SERVED = {
    ...CHILD,
    "gateway.id": [...GATEWAY_IDS, "ctdb:", "ctdb:0123456789ABCDEF", "ctdb:0123456789abcdef/0123456789abcdef"],
    ...prefixed("gateway", CLUSTER),
};
export const NAMES = ["", ".", "..", "a/b", " a", "a\\"];
export const PATTERNS = [[], [""], ["a/b"], ["two\nlines"], ['say "x"'], ["%U"], [" *.tmp"]];
/** Host list entries that Samba accepts but never matches or misreads. */
const UNHEEDED = [
    ...["pc1.lab", "pc1", "10.0.0", "@office", "EXCEPT", "ALL", "local", "10.0.0.", "10.0.0.*", "10.0.0.0/255.0.0.0", "10.0.0.0/08"],
    ...["FD00:0::1", "fd00::0:1", "fe80::1%eth0", "fe80::%eth0/64", "::ffff:10.0.0.1", "::ffff:a00:1", "::ffff:10.0.0.0/104", "::10.0.0.1"],
];
export const CLIENTS = [
    [],
    [""],
    ["10.0.0.1/33"],
    ["10.0.0.1, 10.0.0.2"],
    ["a b"],
    ["ALL EXCEPT x"],
    ["host\n"],
    ["%m"],
    ...UNHEEDED.map((entry) => [entry]),
];
export const PATHS = ["", "docs", "/srv/pvesmb/../etc", "/srv/pvesmb//x", "/srv/pvesmb/x/", "/srv/pvesmb/%U", "/srv/pvesmb/a\nb"];
export const AMOUNTS = [...SIZES.filter((size) => size !== "1.5MiB"), "1023KiB", "1025KiB"];
export const COUNTS = [0, -1, 1.5];
export const PRINCIPAL = { name: PRINCIPALS, limit: AMOUNTS, soft: AMOUNTS, files: COUNTS };

/** Rows for the properties of a property. */
export function prefixed(at: string, rows: Rows): Rows {
    return Object.fromEntries(Object.entries(rows).map(([property, values]) => [`${at}.${property}`, values]));
}
