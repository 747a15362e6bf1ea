/** Who may set which option of a container (pve-container src/PVE/LXC.pm: check_ct_modify_config_perm). */
import { denied } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { parseNewVolume } from "../../pve/volume-id";
import type { Lab } from "../lab";

export interface Change {
    vmid: number;
    pool?: string;
    unprivileged: boolean;
    /** The config before; undefined for a new guest. */
    old?: Record<string, string>;
    set: Record<string, string>;
    remove: string[];
}

const cpu = new Set(["cores", "cpuunits", "cpulimit"]);
const network = new Set(["nameserver", "searchdomain", "hostname"]);

/** A NIC on a bridge needs SDN.Use on the bridge, or on the bridge's VLAN when it is tagged (PVE::LXC: check_bridge_access). */
export function checkBridge(lab: Lab, identity: string, net: Record<string, string>): void {
    const bridge = net["bridge"];
    if (bridge === undefined) return;
    const path = `/sdn/zones/localnetwork/${bridge}`;
    const tags = [...(net["tag"] === undefined ? [] : [net["tag"]]), ...splitList(net["trunks"])];
    for (const tag of tags) lab.access.check(identity, `${path}/${tag}`, "SDN.Use");
    if (tags.length === 0) lab.access.check(identity, path, "SDN.Use");
}

/** Tags: Config.Options on the guest itself; the pool of a create call does not count (pve-guest-common GuestHelpers.pm). */
export function checkTags(lab: Lab, identity: string, vmid: number, before: string | undefined, after: string): void {
    lab.access.check(identity, `/vms/${vmid}`, "VM.Config.Options");
    const privileged = splitList(lab.cluster.options["registered-tags"]);
    const old = new Set(splitList(before));
    const changed = [...splitList(after).filter((tag) => !old.has(tag)), ...[...old].filter((tag) => !splitList(after).includes(tag))];
    for (const tag of changed)
        if (privileged.includes(tag) && !lab.access.has(identity, "/", "Sys.Modify"))
            throw denied(`/, Sys.Modify for modifying tag '${tag}'`);
}

function checkFeatures(lab: Lab, identity: string, change: Change, value: string | undefined): void {
    if (!change.unprivileged) throw denied("changing feature flags for privileged container is only allowed for root@pam");
    const parse = (text: string | undefined): Record<string, string> => (text === undefined ? {} : lab.lxc.parse("features", text));
    const before = parse(change.old?.["features"]);
    const after = parse(value);
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (name) => (before[name] ?? "") !== (after[name] ?? ""),
    );
    if (changed.some((name) => name !== "nesting")) throw denied("changing feature flags (except nesting) is only allowed for root@pam");
    if (changed.length > 0) lab.access.checkGuest(identity, change.vmid, change.pool, "VM.Allocate");
}

function checkMount(lab: Lab, identity: string, change: Change, key: string, value: string | undefined): void {
    lab.access.checkGuest(identity, change.vmid, change.pool, "VM.Config.Disk");
    if (value === undefined) return;
    const mount = lab.lxc.mount(key, value);
    if (mount.kind !== "volume") throw denied(`mount point type ${mount.kind} is only allowed for root@pam`);
    const storage = parseNewVolume(mount.volume)?.storage;
    if (storage !== undefined) lab.access.check(identity, `/storage/${storage}`, "Datastore.AllocateSpace");
    else lab.storages.checkAccess(lab.access, identity, change.vmid, mount.volume, "rootdir");
}

/** Throws 403 for the first option that the caller may not change. */
export function checkChange(lab: Lab, identity: string, change: Change): void {
    if (identity === "root@pam") return;
    for (const key of [...change.remove, ...Object.keys(change.set)]) {
        const value = change.set[key];
        const guest = (privilege: string): void => lab.access.checkGuest(identity, change.vmid, change.pool, privilege);
        if (cpu.has(key)) guest("VM.Config.CPU");
        else if (key === "memory" || key === "swap") guest("VM.Config.Memory");
        else if (network.has(key)) guest("VM.Config.Network");
        else if (/^net\d+$/.test(key)) {
            guest("VM.Config.Network");
            for (const net of [change.old?.[key], value]) if (net !== undefined) checkBridge(lab, identity, lab.lxc.parse(key, net));
        } else if (/^(?:rootfs|mp\d+)$/.test(key)) checkMount(lab, identity, change, key, value);
        else if (/^unused\d+$/.test(key)) guest("VM.Config.Disk");
        else if (key === "features") checkFeatures(lab, identity, change, value);
        else if (key === "hookscript") throw denied("changing the hookscript is only allowed for root@pam");
        else if (/^dev\d+$/.test(key)) throw denied("configuring device passthrough is only allowed for root@pam");
        else if (key === "tags") checkTags(lab, identity, change.vmid, change.old?.["tags"], value ?? "");
        else guest("VM.Config.Options");
    }
}
