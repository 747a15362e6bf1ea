/** What the machine needs to know of a container, taken from its active config. */
import type { GuestMount, GuestNic, GuestSpec } from "../../machine";
import { splitList } from "../../pve/lists";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import { mountKeys, netKeys, type LxcKeys } from "./keys";

const mebibyte = 1024 ** 2;

export function guestMount(lab: Lab, node: string, key: string, value: string): GuestMount {
    const mount = lab.lxc.mount(key, value);
    return {
        key,
        target: mount.mp.startsWith("/") ? mount.mp : `/${mount.mp}`,
        source:
            mount.kind === "volume"
                ? { kind: "volume", volume: lab.storages.volume(mount.volume, node).ref }
                : { kind: "bind", path: mount.volume },
        readOnly: mount.parts["ro"] === "1",
    };
}

function guestNic(keys: LxcKeys, key: string, value: string): GuestNic {
    const net = keys.parse(key, value);
    const optional = (name: string): number | undefined => (net[name] === undefined ? undefined : Number(net[name]));
    return {
        index: Number(key.slice(3)),
        name: net["name"] ?? "",
        bridge: net["bridge"] ?? "",
        hwaddr: net["hwaddr"] ?? "",
        tag: optional("tag"),
        mtu: optional("mtu"),
        ip: net["ip"],
        gw: net["gw"],
        ip6: net["ip6"],
        gw6: net["gw6"],
    };
}

export function guestSpec(lab: Lab, guest: Guest): GuestSpec {
    const values = guest.config.values;
    const features = values["features"] === undefined ? {} : lab.lxc.parse("features", values["features"]);
    return {
        node: guest.node,
        vmid: guest.vmid,
        hostname: values["hostname"] ?? `CT${guest.vmid}`,
        unprivileged: values["unprivileged"] === "1",
        nesting: features["nesting"] === "1",
        ostype: values["ostype"] ?? "unmanaged",
        cores: values["cores"] === undefined ? undefined : Number(values["cores"]),
        memory: Number(values["memory"] ?? 512) * mebibyte,
        swap: Number(values["swap"] ?? 512) * mebibyte,
        mounts: mountKeys(values).map((key) => guestMount(lab, guest.node, key, values[key] ?? "")),
        nics: netKeys(values).map((key) => guestNic(lab.lxc, key, values[key] ?? "")),
        nameserver: splitList(values["nameserver"]),
        searchdomain: splitList(values["searchdomain"]),
        timezone: values["timezone"],
        lxc: guest.config.raw[""],
    };
}
