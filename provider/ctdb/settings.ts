import type { AssembleStep } from "../hosts/batch";

/** A floating address. */
export interface Floating {
    /** With prefix length. */
    address: string;
    interface: string;
}

/** Seconds, but for the limit. */
export interface Tunables {
    keepaliveInterval: number;
    keepaliveLimit: number;
    recoveryDropAllIps: number;
}

/** A cluster as its gateways are told. */
/** What is declared once, on the cluster. */
export interface Served {
    /** Directory of a gateway's objects. */
    objects: string;
    /** Options of useradd for an account. */
    account: readonly string[];
    /** What Samba reads, made of all of it. */
    assemble: readonly AssembleStep[];
}

export interface Cluster {
    nonce: string;
    /** URN of the resource. */
    key: string;
    /** Private addresses in order, without prefix length. */
    nodes: readonly string[];
    /** Lines of CTDB's list of them: as many as the cluster ever had. */
    slots: number;
    addresses: readonly Floating[];
    lock: string;
    sharedPath: string;
    netbiosName: string;
    tunables: Tunables;
    leaderTimeout: number;
    served: Served;
}
