import { SHARED_LOCK } from "../hosts/batch";

/** Files of a cluster on its gateways. */
export const CTDB = {
    /** Owner and progress of the cluster on this gateway: it is there before anything is changed. */
    mark: "/etc/samba/pvesmb/cluster.json",
    conf: "/etc/ctdb/ctdb.conf",
    nodes: "/etc/ctdb/nodes",
    publicAddresses: "/etc/ctdb/public_addresses",
    tunables: "/etc/ctdb/ctdb.tunables",
    options: "/etc/ctdb/script.options",
    scripts: "/etc/ctdb/events/legacy",
    event: "/etc/ctdb/events/legacy/60.pvesmb.script",
    /** Names turnsOf(lock) to the executor. */
    turns: SHARED_LOCK,
    /** Brings the gateway in step with what is declared on the cluster. */
    follow: "/usr/local/lib/pvesmb/ctdb-follow",
    following: "/etc/samba/pvesmb/follow.json",
    /** Succeeds if it is in step. */
    inStep: "/usr/local/lib/pvesmb/ctdb-in-step",
    /** A copy of stateOf(lock): all of it is done on this gateway. */
    applied: "/var/lib/pvesmb/ctdb-state",
    rules: "/etc/ctdb/pvesmb.nft",
    unit: "/etc/systemd/system/ctdb.service.d/pvesmb.conf",
    smbdUnit: "/etc/systemd/system/smbd.service.d/pvesmb-ctdb.conf",
    watchUnit: "/etc/systemd/system/pvesmb-ctdb-watch.service",
    watch: "/usr/local/lib/pvesmb/ctdb-watch",
    drop: "/usr/local/lib/pvesmb/ctdb-drop",
    /** Databases that every gateway has a copy of; CTDB adds the number of the gateway. */
    persistent: "/var/lib/ctdb/persistent",
    /** Where databases of an earlier cluster are moved. */
    aside: "/var/lib/pvesmb/ctdb",
} as const;

export const WATCH_SERVICE = "pvesmb-ctdb-watch.service";

/** Beside the shared data: which cluster has it. */
export const ownerOf = (sharedPath: string): string => `${sharedPath}/.pvesmb-cluster`;

/** Beside the lock: which cluster has it. */
export const lockOwner = (file: string): string => `${file}.owner`;

/** Beside the lock: what is declared on the cluster, an object a line. Every gateway follows it. */
export const stateOf = (file: string): string => `${file}.state`;

/** Beside the lock: by which changes of several gateways take turns. */
export const turnsOf = (file: string): string => `${file}.turns`;
