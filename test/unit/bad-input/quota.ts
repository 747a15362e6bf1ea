import { GATEWAY, AMOUNTS, CHILD, CONNECTION, COUNTS, DURATIONS, long, PATHS, prefixed, PRINCIPAL, type Rows, SIZES, URLS } from "./values";

export const good = { share: { id: "0123456789abcdef", gateway: GATEWAY }, limit: "1GiB" };

/** Bad values by property of a Quota. */
export const rows: Rows = {
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
};
