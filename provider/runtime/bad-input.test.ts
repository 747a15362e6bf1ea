import { z } from "zod";
import { gatewayModel, groupModel, quotaModel, shareModel, userModel } from "../model";
import { bare, metaOf, type Model } from "../model/meta";
import { propertiesOf } from "../model/schema";
import type { Tree } from "../model/tree";
import { check } from "./check";

/** Each property out of range or malformed: the failure names the property and says what would be right. */

const GATEWAY = { id: "pve1/101/0123456789abcdef" };
const network = { bridge: "vmbr0", address: "dhcp" };
const good: Record<string, Tree> = {
    SmbGateway: { node: "pve1", lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } }, network },
    SmbShare: { gateway: GATEWAY, name: "docs" },
    SmbUser: { gateway: GATEWAY, name: "alice", password: "good enough" },
    SmbGroup: { gateway: GATEWAY, name: "staff" },
    Quota: { share: { id: "0123456789abcdef", gateway: GATEWAY }, limit: "1GiB" },
};

const long = (length: number): string => "x".repeat(length);
const SIZES = ["", "4", "4GB", "-1GiB", "0x10MiB", "4 gib", "1.5MiB", "0B", "2PiB"];
const TEXTS = ["two\nlines", "tab\there", "100 %U", "ends in \\", " blank", "blank ", long(2000)];
const STORAGES = ["", "1st", "a b", "tank:", "tank,mp=/etc", "-tank", "x/../y"];
const ACCOUNTS = ["", "Alice", "al ice", "alice$", "-alice", "a:b", "../alice", "alice\n", long(33), "1st"];
const MODES = ["", "9", "0800", "rwx", "77", "00777", "-770"];
const DURATIONS = ["", "0s", "1d", "90", "-5m", "1.5h", "1h30m"];
const MACS = ["", "BC:24:11:00:00", "BC-24-11-00-00-01", "BC:24:11:00:00:0G"];
const IPS = ["", "dhcp", "10.0.0", "10.0.0.256", "10.0.0.1/24", "fe80::1%eth0x y", "host.example"];
const PORTS = [0, -1, 65_536, 22.5];
const URLS = ["", "example.org", "ftp://example.org", 'http://example.org/"; x', "http://example.org/a\nb", "http://example.org/ b"];
const HOST_KEYS = [["SHA256:short"], ["ssh-ed25519"], ["ssh-ed25519 AAAA\nssh-rsa BBBB"]];

/** Bad values by property. A value in an object's place stands for `{...object, property: value}`. */
const NETWORK: Record<string, unknown[]> = {
    bridge: ["", "1br", "vmbr0,tag=5", long(16)],
    address: ["", "10.0.0.1", "10.0.0.1/33", "10.0.0.256/24", "10.0.0.1/24,gw=10.0.0.2", "auto"],
    gateway: ["", "10.0.0.1/24", "fe80::1", "none"],
    address6: ["", "fd00::1", "fd00::1/129", "10.0.0.1/24"],
    gateway6: ["", "10.0.0.1", "fd00::/64"],
    vlan: [0, 4095, 1.5, -1],
    mtu: [575, 65_536],
    mac: MACS,
};
const SSH: Record<string, unknown[]> = {
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
    "jump.hostKeys": HOST_KEYS,
    knownHosts: [""],
};
const CONNECTION: Record<string, unknown[]> = {
    endpoint: ["", "pve1", "http://pve1:8006", "https://pve1:8006/api2/json", "https://user@pve1:8006", "https://pve1:port"],
    endpoints: [["pve1"], ["https://pve1:8006", ""]],
    apiToken: ["", "root@pam", "root@pam!t", "root!t=x", "root@pam!t=", "root@pam!1t=x", "root@pam!t=a b"],
    username: ["", "root", "@pam", "root@"],
    password: [""],
    caCertificate: ["", "/etc/pve/pve-root-ca.pem"],
    tlsFingerprint: ["", "AA:BB", long(95), "AA".repeat(32)],
    ...prefixed("ssh", SSH),
};
const TIMEOUTS = { create: DURATIONS, update: DURATIONS, read: DURATIONS, delete: DURATIONS };
const CHILD = {
    "gateway.id": ["", "pve1/101", "101", "pve1/101/0123456789ABCDEF", "pve1/x/0123456789abcdef"],
    ...prefixed("gateway.connection", CONNECTION),
    ...prefixed("timeouts", TIMEOUTS),
};
const NAMES = ["", ".", "..", "a/b", " a", "a\\"];
const PATTERNS = [[], [""], ["a/b"], ["two\nlines"], ['say "x"'], ["%U"], [" *.tmp"]];
const CLIENTS = [[], [""], ["10.0.0.1/33"], ["10.0.0.1, 10.0.0.2"], ["a b"], ["ALL EXCEPT x"], ["host\n"], ["%m"]];
const PATHS = ["", "docs", "/srv/pvesmb/../etc", "/srv/pvesmb//x", "/srv/pvesmb/x/", "/srv/pvesmb/%U", "/srv/pvesmb/a\nb"];
const AMOUNTS = [...SIZES.filter((size) => size !== "1.5MiB"), "1023KiB", "1025KiB"];
const COUNTS = [0, -1, 1.5];
const PRINCIPAL = { name: ACCOUNTS, limit: AMOUNTS, soft: AMOUNTS, files: COUNTS };

const table: Record<string, Record<string, unknown[]>> = {
    SmbGateway: {
        mode: ["", "vm", "LXC"],
        node: ["", "pve 1", "-pve", "pve1/../x", "pve1\n", long(64)],
        vmid: [99, 0, -1, 1_000_000_000, 100.5, NaN, Infinity],
        "vmidRange.from": [99, 1_000_000_000, 100.5],
        "vmidRange.to": [99, 1_000_000_000, 100.5],
        hostname: ["", "under_score", "-x", "x-", "a..b", "two words", "x\n", long(64)],
        "lxc.template": ["", "two words", "local:x,mp=/etc", "-x", "a\nb"],
        "lxc.templateStorage": STORAGES,
        "lxc.rootfs.storage": STORAGES,
        "lxc.rootfs.size": [...SIZES, "511MiB", "513.5MiB"],
        "lxc.cores": [0, -1, 1.5, 8193],
        "lxc.memory": [...SIZES, "127MiB", "9TiB", "512.5KiB"],
        "lxc.swap": [...SIZES.filter((size) => size !== "0B"), "9TiB"],
        ...prefixed("network", NETWORK),
        ...prefixed("extraNetworks[0]", NETWORK),
        nameservers: [...IPS.map((ip) => ["10.0.0.1", ip]), Array(9).fill("10.0.0.1")],
        searchDomains: [["bad domain"], ["-x"], Array(7).fill("example.org")],
        "data.storage": STORAGES,
        "data.size": [...SIZES, "63MiB"],
        "data.initialSize": [...SIZES, "63MiB"],
        "data.bind": [
            "",
            "tank",
            "/",
            "/etc",
            "/var",
            "/root/x",
            "/dev/sda",
            "/tank/../etc",
            "/tank/x/",
            "/tank/a,mp=/etc",
            "/tank/a:b",
            "/tank/a\nb",
        ],
        "data.volume": ["", "tank", "tank:", "tank:a b", "tank:101/vm-101-disk-1.raw,mp=/etc", "/dev/sda"],
        dataOnDelete: ["", "keep"],
        sshPublicKeys: [[""], ["no key"], ["ssh-ed25519 AAAA\nssh-rsa BBBB"], ["-----BEGIN OPENSSH PRIVATE KEY-----"]],
        "startup.order": [-1, 1.5, 1_000_001],
        "startup.up": [-1, 86_401],
        "startup.down": [-1, 86_401],
        tags: [["Upper"], ["two words"], ["a;b"], [""], ["-x"]],
        description: [long(4097), "text <!-- pvesmb 1 {} --> text"],
        pool: ["", "a b", "-x"],
        "packages.mirror": URLS,
        "packages.proxy": URLS,
        "packages.minimumSambaVersion": ["", "4", "four", "4.17.x", "4.17-1"],
        "samba.workgroup": ["", "two words", "A.B", long(16), "-x", "W\\"],
        "samba.serverString": TEXTS,
        "samba.netbiosName": ["", "two words", "A.B", long(16), "-x"],
        "samba.interfaces": [[], [""], ["eth0 eth1"], ["10.0.0.1/33"], ["eth0;speed=1"], ["%h"]],
        "samba.minProtocol": ["", "NT1", "SMB1", "smb3"],
        "samba.maxProtocol": ["", "SMB4", "NT1"],
        "samba.signing": ["", "disabled", "off"],
        "samba.encryption": ["", "off"],
        "samba.ntlm": ["", "yes", "ntlmv1-permitted"],
        "samba.guests": ["", "always"],
        "samba.logging.target": ["", "syslog"],
        "samba.logging.level": [-1, 11, 1.5],
        "samba.logging.maxSize": [...SIZES.filter((each) => each !== "1.5MiB"), "1KiB"],
        "samba.logging.keep": [0, 1.5, 1001],
        "samba.timeZone": ["", "../../etc/passwd", "Europe/", "/etc/passwd", "Europe/Vienna\n", "a b"],
        "samba.options": [
            { "log level": "3" },
            { include: "/etc/passwd" },
            { "Server  Role": "active directory domain controller" },
            { "add machine script": "/bin/sh" },
            { "panic action": "/bin/sh" },
            { "a\nb": "x" },
            { deadtime: "10\n[evil]" },
            { deadtime: "%U" },
        ],
        ...prefixed("connection", CONNECTION),
        ...prefixed("timeouts", TIMEOUTS),
    },
    SmbShare: {
        name: [
            "",
            "a/b",
            "a\\b",
            "a]b",
            "[global]",
            "a\nb",
            "%U",
            "a%",
            "global",
            "HOMES",
            "ipc$",
            "printers",
            ".hidden",
            "-x",
            " x",
            "x ",
            'a"b',
            "a,b",
            "a;b",
            "a=b",
            long(81),
            long(1000),
        ],
        purpose: ["", "backup", "Homes"],
        acl: ["", "nfs4"],
        "aclEntries[0].user": ACCOUNTS,
        "aclEntries[0].group": ACCOUNTS,
        "aclEntries[0].permissions": ["", "rw", "rwxs", "7"],
        "timeMachine.maxSize": [...SIZES, "500MiB"],
        "recycle.path": [...NAMES, "two\nlines", "%U"],
        "recycle.exclude": PATTERNS,
        "recycle.excludeFolders": PATTERNS,
        "recycle.maxSize": SIZES.filter((each) => each !== "1.5MiB"),
        "recycle.keepFor": ["", "0d", "30", "1.5d", "-3d", "1y", "30d; x"],
        "audit.success": [["fsync"], [""], ["write", "chdir"]],
        "audit.failure": [["fsync"], [""]],
        "previousVersions.folder": TEXTS,
        "previousVersions.format": ["", "two\nlines", "a b", "[global]", "a\\"],
        "previousVersions.schedule.hourly": [-1, 1.5, 1001],
        "previousVersions.schedule.daily": [-1, 1.5, 1001],
        "previousVersions.schedule.weekly": [-1, 1.5, 1001],
        "previousVersions.schedule.monthly": [-1, 1.5, 1001],
        "catia.mappings": [[], [""], ["0x22"], ["0x22:0xf022,0x23:0xf023"], ["0x22:0xf022\n"]],
        hostsAllow: CLIENTS,
        hostsDeny: CLIENTS,
        vetoFiles: PATTERNS,
        hideFiles: PATTERNS,
        maxConnections: [0, -1, 1.5],
        caseHandling: ["", "any"],
        dfsLinks: [
            { "a/b": ["server\\share"] },
            { "..": ["server\\share"] },
            { "%U": ["server\\share"] },
            { link: [] },
            { link: ["server"] },
            { link: ["server\\share,other\\share"] },
            { link: ["server/share"] },
            { link: ["server\\"] },
        ],
        path: [
            "",
            "docs",
            "/etc",
            "/srv/pvesmb",
            "/srv/pvesmb/../etc",
            "/srv/pvesmb//x",
            "/srv/pvesmb/x/",
            "/srv/pvesmb/%U",
            "/srv/pvesmb/a\nb",
            "/srv/pvesmb/.pvesmb/x",
            "/srv/pvesmb/x\\",
            `/srv/pvesmb/${long(1100)}`,
        ],
        "volume.storage": STORAGES,
        "volume.size": [...SIZES, "15MiB"],
        "volume.initialSize": [...SIZES, "15MiB"],
        comment: TEXTS,
        owner: ACCOUNTS,
        group: ACCOUNTS,
        mode: MODES,
        "access[0].user": ACCOUNTS,
        "access[0].group": ACCOUNTS,
        "access[0].level": ["", "write", "FULL"],
        createMask: MODES,
        directoryMask: MODES,
        "options.veto files": TEXTS.filter((text) => text.length < 2000),
        "options.path": ["/etc"],
        "options.Read Only": ["yes"],
        "options.root preexec": ["id"],
        "options.RootPreexec": ["id"],
        "options.include": ["/etc/shadow"],
        "options.new]\nsection": ["x"],
        "options.": ["x"],
        "options.a=b": ["x"],
        onDelete: ["", "keep"],
        ...CHILD,
    },
    SmbUser: {
        name: ACCOUNTS,
        password: ["", long(128), "two\nlines", "nul\0"],
        "passwordFrom.env": ["", "A B", "1ST", "A=B"],
        "passwordFrom.file": [""],
        ntHash: ["", long(32), "8846F7EAEE8FB117AD06BDD830B7586", "8846F7EAEE8FB117AD06BDD830B7586C0"],
        expires: ["", "soon", "2027-02-29", "2027-6-1", "2036-01-01", "1999-01-01"],
        home: [...PATHS, "/srv/pvesmb/a:b"],
        uid: [0, 999, 65_534, 1000.5, -1],
        gid: [0, 999, 65_534],
        groups: [["Staff"], ["a b"], [""], ["alice"]],
        fullName: ["a:b", "a,b", "two\nlines", long(129)],
        ...CHILD,
    },
    SmbGroup: {
        name: ACCOUNTS,
        gid: [0, 999, 65_534],
        members: [["Alice"], [""], ["a b"], ["alice", "-bob"]],
        ...CHILD,
    },
    Quota: {
        "share.id": ["", "docs", "0123456789ABCDEF", "0123456789abcdef0"],
        "share.path": PATHS,
        "share.size": [...SIZES, "15MiB"],
        ...prefixed("share.gateway", { id: CHILD["gateway.id"], ...prefixed("connection", CONNECTION) }),
        path: PATHS,
        backend: ["", "nfs", "ZFS"],
        limit: [...SIZES, "15MiB", "16.5MiB"],
        soft: [...AMOUNTS, "2GiB"],
        grace: DURATIONS,
        files: COUNTS,
        ...prefixed("users[0]", PRINCIPAL),
        ...prefixed("groups[0]", PRINCIPAL),
        userLimit: AMOUNTS,
        groupLimit: AMOUNTS,
        snapshots: ["", "yes"],
        onShrink: ["", "allow"],
        "history.every": ["", "5 m", "1s", 300],
        "history.keepDays": [0, 13, 1826, 14.5, "90"],
        "notify.webhook": URLS,
        "notify.token": ["", "a b", "a\nb", "ä", long(4097)],
        "notify.mail": [[], [""], ["nobody"], ["a b@example.org"], ["-x@example.org,y"]],
        alerts: [[], [0], [101], [75.5], [95, 75], [75, 75], [1, 2, 3, 4]],
        ...CHILD,
    },
};

function prefixed(at: string, rows: Record<string, unknown[]>): Record<string, unknown[]> {
    return Object.fromEntries(Object.entries(rows).map(([property, values]) => [`${at}.${property}`, values]));
}

/** `a.b[0].c` as parts; a key of `options` stays whole. */
function partsOf(property: string): (string | number)[] {
    const raw = /^options\.(.*)$/s.exec(property);
    if (raw) return ["options", raw[1] ?? ""];
    return [...property.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? "") : Number(index)));
}

/** Good inputs with one value put in; what has to be around it comes with it. */
function withValue(kind: string, property: string, value: unknown): Tree {
    const inputs = structuredClone(good[kind] ?? {});
    const around: Record<string, unknown> = {
        vmidRange: { from: 100, to: 200 },
        extraNetworks: [{ ...network, bridge: "vmbr1" }],
        data: property === "data.volume" || property === "data.bind" ? {} : { storage: "tank", size: "1GiB" },
        volume: { storage: "tank", size: "1GiB" },
        gateway: GATEWAY,
        users: [{ name: "alice", limit: "1GiB" }],
        groups: [{ name: "staff", limit: "1GiB" }],
        aclEntries: [{ ...(property === "aclEntries[0].group" ? {} : { user: "bob" }), permissions: "rwx" }],
        access: [property === "access[0].group" ? { level: "read" } : { user: "bob", level: "read" }],
        jump: { address: "jump" },
    };
    const parts = partsOf(property);
    let at: Record<string | number, unknown> = inputs;
    for (const part of parts.slice(0, -1)) at = (at[part] ??= structuredClone(around[part] ?? {})) as Record<string | number, unknown>;
    at[parts.at(-1) ?? ""] = value;
    return inputs;
}

const models: Model[] = [gatewayModel, shareModel, userModel, groupModel, quotaModel];

/** All properties below a schema that are no objects themselves. */
function leaves(schema: z.ZodType, at: string): [string, z.ZodType][] {
    const inner = bare(schema);
    if (inner instanceof z.ZodArray && bare(inner.element as z.ZodType) instanceof z.ZodObject)
        return leaves(inner.element as z.ZodType, `${at}[0]`);
    if (!(inner instanceof z.ZodObject)) return [[at, schema]];
    return propertiesOf(inner).flatMap(([name, child]) => (metaOf(child)?.hidden ? [] : leaves(child, at === "" ? name : `${at}.${name}`)));
}

/** Where nothing is wrong but the kind of value. */
const FREE = /(^|\.)(otp|passphrase)$/;

describe.each(models.map((model) => [model.kind, model] as const))("%s", (kind, model) => {
    const rows = Object.entries(table[kind] ?? {});

    test("the good inputs are good", () => {
        expect(check(model, good[kind])).toEqual([]);
    });

    test("no property that could be malformed is missing in the table", () => {
        const free = ([path, schema]: [string, z.ZodType]): boolean => bare(schema) instanceof z.ZodBoolean || FREE.test(path);
        const covered = rows.map(([property]) => property.replace(/^options\..*/s, "options"));
        const missing = leaves(model.inputs, "")
            .filter((leaf) => !free(leaf))
            .map(([path]) => path);
        expect(missing.filter((path) => !covered.includes(path))).toEqual([]);
    });

    test.each(rows.flatMap(([property, values]) => values.map((value) => [property, value] as const)))("%s: %j", (property, value) => {
        const failures = check(model, withValue(kind, property, value));
        expect(failures.length).toBeGreaterThan(0);
        const [own] = failures;
        // A failure may be about a part of the value; where secrets are near, it names the place in its text (pulumi.md 5).
        const told = `${own?.property}: ${own?.reason}`.replace(/^: /, "");
        expect(
            partsOf(told.slice(0, told.indexOf(": ")).replace(/\[(".*")\]$/s, (_, key: string) => `.${JSON.parse(key)}`))
                .slice(0, partsOf(property).length)
                .join("."),
        ).toBe(partsOf(property).join("."));
        expect(own?.reason).toMatch(/must|needs?\b|is required|is (written|refused|no |pvesmb's)|at (least|most)|one of|attaches/);
    });

    test.each(leaves(model.inputs, ""))("%s of another kind", (property, schema) => {
        const wrong = bare(schema) instanceof z.ZodObject ? 1 : { a: { b: 1 } };
        const failures = check(model, withValue(kind, property, bare(schema) instanceof z.ZodRecord ? 1 : wrong));
        expect(failures.map(({ property: named, reason }) => `${named}: ${reason}`).join("\n")).toContain("must be");
    });
});
