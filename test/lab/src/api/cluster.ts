/** What pmxcfs holds: guests, storages, options, HA and the other cluster-wide lists. */
import { createHash } from "node:crypto";
import { died } from "../pve/errors";
import { digest, type GuestConfig } from "../pve/guest-config";

export interface Guest {
    kind: "lxc" | "qemu";
    vmid: number;
    node: string;
    config: GuestConfig;
    /** For a VM: the lab has no machine for it, only this flag. */
    running?: boolean;
}

/** A section of storage.cfg; all values are text. */
export type StorageConfig = { storage: string; type: string } & Record<string, string>;

/** A list of named entries such as HA resources; values are text. */
export type Section = Map<string, Record<string, string>>;

export const guestName = (kind: "lxc" | "qemu"): string => (kind === "lxc" ? "CT" : "VM");

export class Cluster {
    readonly guests = new Map<number, Guest>();
    readonly storages = new Map<string, StorageConfig>();
    /** datacenter.cfg. */
    options: Record<string, string> = {};
    readonly haResources: Section = new Map();
    readonly haGroups: Section = new Map();
    readonly haRules: Section = new Map();
    readonly replication: Section = new Map();
    readonly backupJobs: Section = new Map();
    readonly metricServers: Section = new Map();
    readonly dirMappings = new Map<string, { description?: string; map: string[] }>();
    /** Nodes' own settings, /etc/pve/nodes/NODE/config; by node. */
    readonly nodeConfigs: Section = new Map();
    /** Without it everything is read-only. */
    quorate = true;

    configFile(kind: "lxc" | "qemu", node: string, vmid: number): string {
        return `nodes/${node}/${kind === "lxc" ? "lxc" : "qemu-server"}/${vmid}.conf`;
    }

    /** The guest, or PVE's 500 for one that is not there, not of this kind, or on another node. */
    guest(kind: "lxc" | "qemu", node: string, vmid: number): Guest {
        const guest = this.guests.get(vmid);
        if (!guest || guest.kind !== kind || guest.node !== node)
            throw died(`Configuration file '${this.configFile(kind, node, vmid)}' does not exist`);
        return guest;
    }

    /** Throws what PVE::Cluster::check_vmid_unused says. */
    checkUnused(vmid: number): void {
        const guest = this.guests.get(vmid);
        if (guest) throw died(`${guestName(guest.kind)} ${vmid} already exists on node '${guest.node}'`);
    }

    checkQuorum(): void {
        if (!this.quorate) throw died("cluster not ready - no quorum?");
    }
}

export function checkDigest(given: string | undefined, guest: Guest): void {
    if (given === undefined || given === digest(guest.config)) return;
    throw died(
        guest.kind === "lxc"
            ? "detected modified configuration - file changed by other user? Try again."
            : "checksum mismatch (file change by other user?)",
    );
}

export function checkLock(guest: Guest): void {
    const lock = guest.config.values["lock"];
    if (lock !== undefined) throw died(`${guestName(guest.kind)} is locked (${lock})`);
}

/** A digest for things that are no config text. */
export function digestOf(value: unknown): string {
    return createHash("sha1").update(JSON.stringify(value)).digest("hex");
}
