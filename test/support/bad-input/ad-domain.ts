import { CHILD, GATEWAY, IPS, long, type Rows } from "./values";

export const good = { gateway: GATEWAY, domain: "ad.example.com", credential: { user: "joiner", password: "good enough" } };

const USERS = ["", " joiner", "-U", "joiner%secret", "a\nb", "a/b", long(257)];
const SOURCES: Rows = { env: ["", "A B", "1ST", "A=B"], file: [""] };

const credential = (at: string): Rows => ({
    [`${at}.user`]: USERS,
    [`${at}.password`]: ["", long(128), "two\nlines", "nul\0"],
    [`${at}.passwordFrom.env`]: SOURCES["env"] ?? [],
    [`${at}.passwordFrom.file`]: SOURCES["file"] ?? [],
    [`${at}.tickets`]: ["", "no cache", Buffer.from([5, 2, 0]).toString("base64")],
    [`${at}.keytab`]: ["", "no keytab", Buffer.from([5, 4, 0]).toString("base64")],
    [`${at}.keytabFrom.env`]: SOURCES["env"] ?? [],
    [`${at}.keytabFrom.file`]: SOURCES["file"] ?? [],
    [`${at}.ticketsFrom.env`]: SOURCES["env"] ?? [],
    [`${at}.ticketsFrom.file`]: SOURCES["file"] ?? [],
});

/** Bad values by property of an AdDomain. */
export const rows: Rows = {
    domain: [
        "",
        "AD",
        "ad..example.com",
        "ad.example.com.",
        "-a.example.com",
        "ad.exam ple.com",
        "ad.example.com\n",
        `${long(64)}.example.com`,
    ],
    workgroup: ["", "A B", "ad.example.com", long(16), "AD\n", "-"],
    ...credential("credential"),
    ...credential("leave.credential"),
    "offlineJoin.blob": ["", "no blob", Buffer.alloc(64).toString("base64")],
    "offlineJoin.blobFrom.env": SOURCES["env"] ?? [],
    "offlineJoin.blobFrom.file": SOURCES["file"] ?? [],
    ou: [
        "",
        "Gateways",
        "CN=Computers,DC=ad,DC=example,DC=com",
        "OU=a/b,DC=ad,DC=example,DC=com",
        "OU=Gateways,DC=other,DC=com",
        "OU=a\n,DC=ad,DC=example,DC=com",
        long(1025),
    ],
    computerName: ["", long(16), "12345", "files.ad", "-files", "files-", "fi les", "files$"],
    "dns.register": ["yes"],
    "dns.addresses": [[], ...IPS.map((address) => [address])],
    dnsNames: [[""], ["files"], ["a b.example.com"], ["files.example.com\n"]],
    servers: [[], [""], ["dc 1"], ["*"], ["dc1\n"]],
    idRange: ["", "60000", "60000-", "0-100", "a-b", "60000 - 65533", "-5"],
    "idmap.backend": ["", "tdb", "autorid"],
    allowedGroups: [[], ["File Users"], ["AD\\"], ["AD\\a\nb"], ["AD\\a "], ["users@ad.example.com"], [`AD\\${long(257)}`], ["S-1-x"]],
    "leave.deleteAccount": ["yes"],
    ...CHILD,
};
