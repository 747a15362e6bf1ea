import type { ContainerInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { NetworkInputs } from "../../model/network";
import { bytesOf, MIB } from "../../model/size";
import { features, mountPoint, net, rootfs, startup } from "../../proxmox/values/property-string";
import { newVolume } from "../../proxmox/values/size";

/** A container's configuration from PVE: keys and values. */
export type GuestConfig = Record<string, string | number | undefined>;

/** The mount point of the gateway's data volume; volumes of shares use the following ones. */
export const DATA_MOUNT = "mp0";

export function text(config: GuestConfig, key: string): string | undefined {
    const value = config[key];
    return value === undefined ? undefined : String(value);
}

/** Settings for both create and config calls, in PVE's terms; undefined: the key must be absent. */
export function plainSettings(inputs: ContainerInputs, hostname: string): Record<string, string | number | undefined> {
    const { lxc } = inputs;
    return {
        hostname,
        cores: lxc.cores,
        memory: bytesOf(lxc.memory) / MIB,
        swap: bytesOf(lxc.swap) / MIB,
        onboot: inputs.onboot ? 1 : undefined,
        protection: inputs.protection ? 1 : undefined,
        startup: startupText(inputs),
        nameserver: inputs.nameservers.length > 0 ? inputs.nameservers.join(" ") : undefined,
        searchdomain: inputs.searchDomains.length > 0 ? inputs.searchDomains.join(" ") : undefined,
    };
}

function startupText(inputs: ContainerInputs): string | undefined {
    const value = startup.format({ order: inputs.startup?.order, up: inputs.startup?.up, down: inputs.startup?.down });
    return value === "" ? undefined : value;
}

export function interfaces(inputs: ContainerInputs): NetworkInputs[] {
    return [inputs.network, ...inputs.extraNetworks];
}

/** `netN` of an interface; keeps what we do not set in `current`, above all the MAC address. */
export function netText(network: NetworkInputs, index: number, current = ""): string {
    const orNull = <T>(value: T | undefined): T | null => value ?? null;
    return net.edit(current, {
        name: `eth${index}`,
        bridge: network.bridge,
        firewall: network.firewall ? true : null,
        gw: orNull(network.gateway),
        gw6: orNull(network.gateway6),
        hwaddr: network.mac?.toUpperCase(),
        ip: network.address === "none" ? null : network.address,
        ip6: network.address6 === "none" ? null : network.address6,
        mtu: orNull(network.mtu),
        tag: orNull(network.vlan),
        type: "veth",
    });
}

export function tagsText(tags: readonly string[]): string | undefined {
    const unique = [...new Set(tags)].sort();
    return unique.length > 0 ? unique.join(";") : undefined;
}

/**
 * Parameters of `POST lxc` without VMID and notes. Tags follow later, since a pool-scoped token may not send them here (pve-api.md 2.3),
 * and so does a given data volume, which may have to be moved from another guest first.
 */
export function createParams(
    inputs: ContainerInputs,
    hostname: string,
    template: string,
    keys: readonly string[],
): Record<string, string | number> {
    const { lxc, data } = inputs;
    const params: Record<string, string | number | undefined> = {
        ...plainSettings(inputs, hostname),
        ostemplate: template,
        unprivileged: lxc.unprivileged ? 1 : 0,
        features: lxc.nesting ? features.format({ nesting: true }) : undefined,
        rootfs: newVolume(lxc.rootfs.storage, bytesOf(lxc.rootfs.size)),
        pool: inputs.pool,
        "ssh-public-keys": keys.length > 0 ? keys.join("\n") : undefined,
        [DATA_MOUNT]: data?.storage === undefined ? undefined : dataMountText(data),
    };
    interfaces(inputs).forEach((network, i) => (params[`net${i}`] = netText(network, i)));
    return defined(params);
}

export function dataMountText(data: NonNullable<ContainerInputs["data"]>): string {
    const volume = data.volume ?? newVolume(data.storage ?? "", bytesOf(data.size ?? data.initialSize ?? "0B"));
    return mountPoint.format({ volume, mp: DATA_ROOT, backup: data.backup });
}

/** The `PUT config` that brings `config` to the inputs: changed keys, and keys to delete. Of volumes it changes only `backup`. */
export function configChanges(
    inputs: ContainerInputs,
    hostname: string,
    config: GuestConfig,
): { set: Record<string, string | number>; remove: string[] } {
    const wanted: Record<string, string | number | undefined> = { ...plainSettings(inputs, hostname), tags: tagsText(inputs.tags) };
    const nesting = features.parse(text(config, "features") ?? "").nesting ?? false;
    if (nesting !== inputs.lxc.nesting)
        wanted["features"] = features.edit(text(config, "features") ?? "", { nesting: inputs.lxc.nesting ? true : null }) || undefined;
    const nets = interfaces(inputs);
    nets.forEach((network, i) => (wanted[`net${i}`] = netText(network, i, text(config, `net${i}`))));
    for (const key of Object.keys(config)) if (/^net\d+$/.test(key) && Number(key.slice(3)) >= nets.length) wanted[key] = undefined;
    const mount = text(config, DATA_MOUNT);
    if (mount !== undefined && inputs.data !== undefined && !isBind(mount))
        wanted[DATA_MOUNT] = mountPoint.edit(mount, { backup: inputs.data.backup ? true : null });

    const set: Record<string, string | number> = {};
    const remove: string[] = [];
    for (const [key, value] of Object.entries(wanted)) {
        const current = text(config, key);
        if (value === undefined) {
            if (current !== undefined && current !== "0") remove.push(key);
        } else if (!sameValue(key, current, String(value))) set[key] = value;
    }
    return { set, remove };
}

function sameValue(key: string, current: string | undefined, wanted: string): boolean {
    if (current === undefined) return false;
    if (key === "tags") return tagsText(current.split(/[;, ]/)) === wanted;
    if (/^(net|mp)\d+$/.test(key)) return pairs(current) === pairs(wanted);
    return current === wanted;
}

/** Property strings are unordered. */
const pairs = (value: string): string =>
    value
        .split(",")
        .map((pair) => pair.replace(/^(backup|firewall)=0$/, ""))
        .filter((pair) => pair !== "")
        .sort()
        .join(",")
        .toLowerCase();

function defined<T>(record: Record<string, T | undefined>): Record<string, T> {
    return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

/** The size of a volume in PVE's configuration, in bytes. */
export function volumeSize(value: string | undefined): number | undefined {
    return value === undefined ? undefined : rootfs.parse(value).size;
}

/** A bind mount of a node's directory: only root@pam may write such a value, even unchanged. */
export const isBind = (value: string): boolean => value.startsWith("/");

export function volumeId(value: string | undefined): string | undefined {
    return value === undefined ? undefined : rootfs.parse(value).volume;
}

export const hostnameOf = ({ hostname }: Pick<ContainerInputs, "hostname">): string => hostname ?? "pvesmb";
