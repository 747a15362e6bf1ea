import type { ContainerInputs } from "../../model";
import type { IdMap } from "../../model/id-map";
import type { NetworkInputs } from "../../model/network";
import { formatSize, MIB } from "../../model/size";
import { features, mountPoint, net, startup } from "../../proxmox/values/property-string";
import { DATA_MOUNT, interfaces, isBind, text, volumeSize } from "./config";
import type { GuestConfig } from "./config";
import { readClaim } from "../mark";

const flag = (value: string | undefined): boolean => value === "1";
const words = (value: string | undefined, separator: RegExp): string[] => (value ?? "").split(separator).filter((word) => word !== "");

/** The inputs as PVE's configuration has them, without those that PVE does not store. */
export function observedInputs(config: GuestConfig, inputs: ContainerInputs, idMap?: IdMap): Record<string, unknown> {
    const mount = text(config, DATA_MOUNT);
    const begin = startup.parse(text(config, "startup") ?? "");
    const size = (key: string): string | undefined => {
        const bytes = volumeSize(text(config, key));
        return bytes === undefined ? undefined : formatSize(bytes);
    };
    const nets = Object.keys(config)
        .filter((key) => /^net\d+$/.test(key))
        .sort((a, b) => Number(a.slice(3)) - Number(b.slice(3)))
        .map((key, i) => observedNetwork(text(config, key) ?? "", interfaces(inputs)[i]));
    return {
        hostname: text(config, "hostname"),
        lxc: {
            rootfs: { size: size("rootfs") },
            cores: Number(config["cores"] ?? 0) || inputs.lxc.cores,
            memory: formatSize(Number(config["memory"] ?? 512) * MIB),
            swap: formatSize(Number(config["swap"] ?? 512) * MIB),
            unprivileged: flag(text(config, "unprivileged")),
            ...(idMap === undefined ? {} : { idMap }),
            nesting: features.parse(text(config, "features") ?? "").nesting ?? false,
        },
        network: nets[0],
        extraNetworks: nets.slice(1),
        nameservers: words(text(config, "nameserver"), /[\s,]+/),
        searchDomains: words(text(config, "searchdomain"), /[\s,]+/),
        onboot: flag(text(config, "onboot")),
        protection: flag(text(config, "protection")),
        ...(inputs.startup === undefined && begin.order === undefined && begin.up === undefined && begin.down === undefined
            ? {}
            : { startup: begin }),
        tags: words(text(config, "tags"), /[;, ]+/),
        description: readClaim(text(config, "description")).text,
        ...(inputs.data === undefined || mount === undefined
            ? {}
            : {
                  data: isBind(mount)
                      ? { bind: mountPoint.parse(mount).volume }
                      : {
                            ...(inputs.data.size === undefined ? {} : { size: size(DATA_MOUNT) }),
                            backup: mountPoint.parse(mount).backup ?? false,
                        },
              }),
    };
}

function observedNetwork(value: string, wanted: NetworkInputs | undefined): Record<string, unknown> {
    const found = net.parse(value);
    return {
        bridge: found.bridge,
        address: found.ip ?? "none",
        gateway: found.gw,
        address6: found.ip6 ?? "none",
        gateway6: found.gw6,
        vlan: found.tag,
        mtu: found.mtu,
        // A MAC address that PVE chose is no difference.
        ...(wanted?.mac === undefined ? {} : { mac: found.hwaddr }),
        firewall: found.firewall ?? false,
    };
}
