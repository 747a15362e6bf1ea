import type { HostSession } from "../hosts";
import type { Found, Machine, Opened } from "../machines/machine";
import type { ShareStore } from "../samba/store/store";

/** A gateway, or a cluster, as the resources on it see it. */
export interface Ready {
    state: "ready";
    machine: Machine;
    hostSession: HostSession;
    /** Where its shares are. */
    store: ShareStore;
}

export type Gateway = Exclude<Opened, Found> | Ready;
