/** Files of pvesmb on a node that makes scheduled snapshots of shares. */
export const SNAPSHOTS = {
    library: "/usr/local/lib/pvesmb",
    program: "/usr/local/lib/pvesmb/snapshots.py",
    /** One file per share. */
    entries: "/etc/pvesmb/snapshots.d",
    service: "pvesmb-snapshots.service",
    timer: "pvesmb-snapshots.timer",
} as const;
