import type { Machine } from "../machine";
import { MethodTable, type Version } from "../pve/method-table";
import { AccessControl } from "./access-control";
import { Cluster } from "./cluster";
import { ConfigKeys } from "./config-keys";
import { Faults } from "./faults";
import { HaManager } from "./ha-manager";
import { Locks } from "./locks";
import { LxcKeys } from "./lxc/keys";
import { Storages } from "./storage/storages";
import { Tasks } from "./tasks";
import { Tickets } from "./tickets";

/** Times that the real thing takes, in milliseconds. */
export interface Timing {
    /** Delay of a 401; PVE: 3000. */
    refusal: number;
    /** How long a lock is waited for; PVE: 10000. */
    lock: number;
    /** The proxy's patience with the daemon; PVE: 30000. */
    proxy: number;
    /** Idle connections are closed after this; PVE: 5000. */
    idle: number;
    /** PVE's checks take their time between looking at a new guest's VMID and taking it: two calls may meet there. */
    think: number;
    /** How long a start waits to hear that the container runs; PVE: 10000. */
    monitor: number;
    /** A ticket's life; PVE: two hours. */
    ticket: number;
}

export const pveTiming: Timing = { refusal: 3000, lock: 10_000, proxy: 30_000, idle: 5000, think: 15, monitor: 10_000, ticket: 7_200_000 };

/** Everything the API's methods work on. */
export class Lab {
    readonly table: MethodTable;
    readonly access: AccessControl;
    readonly cluster = new Cluster();
    readonly faults = new Faults();
    readonly tasks = new Tasks(this.faults, () => this.changed());
    readonly locks: Locks;
    readonly tickets: Tickets;
    readonly storages: Storages;
    readonly lxc: LxcKeys;
    readonly qemu: ConfigKeys;
    readonly ha = new HaManager(this);
    /** Told whenever something may have changed. */
    changed: () => void = () => undefined;
    /** Takes over what was changed past the API. */
    refresh: () => void = () => undefined;
    /** Node -> SHA-256 of the certificate it serves, colon hex. */
    readonly fingerprints = new Map<string, string>();

    constructor(
        readonly version: Version,
        readonly machine: Machine,
        readonly timing: Timing,
    ) {
        this.table = new MethodTable(version);
        this.lxc = new LxcKeys(this.table);
        this.qemu = new ConfigKeys(this.table, "qemu");
        this.access = new AccessControl(version);
        this.locks = new Locks(timing.lock);
        this.tickets = new Tickets(timing.ticket);
        this.storages = new Storages(this.cluster, machine);
    }

    /** 9.0 and later. */
    get modern(): boolean {
        return this.version !== "8.4";
    }
}
