/** Single option values of a VM as PVE keeps them. */
import { randomMac } from "../../pve/mac";
import { normalTags } from "../../pve/tags";
import type { Lab } from "../lab";

/** A NIC with its model's MAC address. */
export function completeVmNet(lab: Lab, key: string, value: string): string {
    const net = lab.qemu.parse(key, value);
    return lab.qemu.print(key, { ...net, macaddr: net["macaddr"]?.toUpperCase() ?? randomMac(lab.cluster.options["mac_prefix"]) });
}

export function storedValue(key: string, value: string): string {
    if (key === "tags") return normalTags(value);
    // Unlike a container's: what is white at its end goes (QemuServer.pm: parse_vm_config).
    if (key === "description") return value.trimEnd();
    if (key === "agent") return value.replace(/^([01])(?=,|$)/, "enabled=$1");
    if (key === "vmgenid" && value === "1") return crypto.randomUUID();
    return value;
}
