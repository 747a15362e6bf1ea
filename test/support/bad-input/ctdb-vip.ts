import { CONNECTION, EXISTING, GATEWAY, long, prefixed, type Rows, TIMEOUTS } from "./values";

const SECOND = { ...GATEWAY, id: "pve2/102/fedcba9876543210" };

export const good = {
    gateways: [GATEWAY, SECOND],
    addresses: [{ address: "192.168.1.60/24" }],
    privateNetwork: { addresses: ["10.99.0.1/24", "10.99.0.2/24"] },
    lock: { file: "/srv/pvesmb/.pvesmb/ctdb.lock" },
    netbiosName: "FILES",
};

const CIDRS = ["", "dhcp", "10.0.0.1", "10.0.0.1/33", "10.0.0.256/24", "fd00::1/64", "10.0.0.0/24", "127.0.0.1/8"];
const PLAIN = ["", "srv/pvesmb", "/srv//pvesmb", "/srv/pvesmb/", "/srv/../etc", "/srv/a b", "/srv/$(id)", "/srv/a\nb", `/${long(200)}`];
/** What may be a share. */
const SHARES = ["/srv/pvesmb/docs", "/srv/pvesmb/docs/.pvesmb", "/srv/pvesmb/.pvesmb-more"];

/** Bad values by property of a CtdbVip. */
export const rows: Rows = {
    "gateways[0].id": ["", "pve1/101", "pve1/x/0123456789abcdef", "ctdb:0123456789abcdef"],
    ...prefixed("gateways[0].connection", CONNECTION),
    ...prefixed("gateways[0].ssh", EXISTING),
    gateways: [[], [GATEWAY], [GATEWAY, GATEWAY], [GATEWAY, { id: "ssh:files/0123456789abcdef" }]],
    addresses: [[], [{ address: "192.168.1.60/24" }, { address: "192.168.1.60/16" }]],
    "addresses[0].address": [...CIDRS, "10.99.0.60/24"],
    "addresses[0].interface": ["", "eth0:1", "eth 0", long(16), "1eth"],
    "privateNetwork.addresses": [
        [],
        ["10.99.0.1/24"],
        ["10.99.0.1/24", "10.99.0.1/24"],
        ["10.99.0.1/24", "10.98.0.2/24"],
        ["10.99.0.1/24", "10.99.0.2/16"],
        ["10.99.0.1/24", "10.99.0.2/24", "10.99.0.3/24"],
        ...CIDRS.map((address) => [address, "10.99.0.2/24"]),
    ],
    "lock.file": [
        ...PLAIN,
        "/srv/pvesmb",
        "/run/ctdb.lock",
        "/var/lib/ctdb/lock",
        "/tmp/lock",
        ...SHARES.map((path) => `${path}/ctdb.lock`),
    ],
    sharedPath: [...PLAIN, ...SHARES],
    netbiosName: ["", long(16), "12345", "fi les", "files.", "-files", "files-", "FILES\n"],
    "tunables.keepaliveInterval": [0, 61, 1.5],
    "tunables.keepaliveLimit": [1, 121],
    "tunables.recoveryDropAllIps": [1, 601],
    tunables: [
        { recoveryDropAllIps: 120 },
        { keepaliveInterval: 5, keepaliveLimit: 5, recoveryDropAllIps: 120 },
        { keepaliveInterval: 1, keepaliveLimit: 11 },
    ],
    ...prefixed("timeouts", TIMEOUTS),
};
