import type { Failure } from "../../base/handler";
import type { GatewayInputs } from "./inputs";
import { gatewayFault, hostFault, isCidr } from "../network";
import type { NetworkInputs } from "../network";
import type { Rule } from "../meta";
import { protocolFault } from "../samba";
import { doubledOption, globalOptionRefusal, hostsFault } from "../options/refusals";
import { configTextFault } from "../text";
import { idMapFaults } from "../id-map";
import { modeRules } from "./modes";

function networkFaults(at: string, network: NetworkInputs): Failure[] {
    const faults: Failure[] = [];
    const say = (property: string, reason: string | undefined): void => {
        if (reason !== undefined) faults.push({ property: `${at}.${property}`, reason });
    };
    for (const [address, gateway, family] of [
        ["address", "gateway", 4],
        ["address6", "gateway6", 6],
    ] as const) {
        const [cidr, router] = [network[address], network[gateway]];
        const isStatic = isCidr(cidr, family);
        if (isStatic && family === 4) say(address, hostFault(cidr));
        if (router === undefined) continue;
        say(
            gateway,
            isStatic
                ? gatewayFault(cidr, router)
                : `requires a static \`${address}\`; remove it, or set \`${address}\` to an address with its prefix length`,
        );
    }
    if (network.address === "none" && network.address6 === "none")
        faults.push({ property: `${at}.address`, reason: "the interface would have no address; set `address` or `address6`" });
    return faults;
}

/** Exactly one of: a new volume, an existing one, a directory of the node. */
function dataFaults(data: NonNullable<GatewayInputs["data"]>): Failure[] {
    const ofNew = (["storage", "size", "initialSize"] as const).filter((name) => data[name] !== undefined);
    const [given, other] = (["volume", "bind"] as const).filter((name) => data[name] !== undefined);
    if (given !== undefined) {
        const extra = [...ofNew, ...(other === undefined ? [] : [other])];
        const what =
            given === "volume"
                ? "attaches an existing volume, whose storage and size are already set"
                : "is a directory on the node, which has no size";
        return extra.length === 0
            ? []
            : [{ property: `data.${given}`, reason: `${what}; remove ${extra.map((name) => `\`${name}\``).join(" and ")}` }];
    }
    const ways = "or attach an existing volume with `data.volume`, or a directory of the node with `data.bind`";
    const missing: Failure[] =
        data.storage === undefined ? [{ property: "data.storage", reason: `is required for a new data volume; ${ways}` }] : [];
    if (data.size === undefined && data.initialSize === undefined)
        missing.push({ property: "data.size", reason: `is required for a new data volume; ${ways}` });
    if (data.size !== undefined && data.initialSize !== undefined)
        missing.push({ property: "data.initialSize", reason: "cannot be combined with `size`; keep one of them" });
    return missing;
}

export const gatewayRules: Rule<GatewayInputs>[] = [
    ...modeRules,
    { needs: ["network"], check: ({ network }) => (network === undefined ? [] : networkFaults("network", network)) },
    {
        needs: ["extraNetworks"],
        check: ({ extraNetworks }) => extraNetworks.flatMap((network, i) => networkFaults(`extraNetworks[${i}]`, network)),
    },
    {
        needs: ["network", "extraNetworks"],
        check: ({ network, extraNetworks }) => {
            const gateways = [network, ...extraNetworks].filter((each) => each?.gateway !== undefined);
            return gateways.length > 1
                ? [{ property: "extraNetworks", reason: "only one interface can have a default `gateway`; remove the others" }]
                : [];
        },
    },
    {
        needs: ["vmidRange"],
        check: ({ vmidRange }) =>
            vmidRange.from > vmidRange.to ? [{ property: "vmidRange", reason: "`from` must not be greater than `to`" }] : [],
    },
    {
        needs: ["lxc"],
        check: ({ lxc }) => {
            if (lxc?.idMap === undefined) return [];
            return lxc.unprivileged
                ? idMapFaults(lxc.idMap, "lxc.idMap")
                : [{ property: "lxc.idMap", reason: "a privileged container has all numbers already; remove it" }];
        },
    },
    {
        needs: ["data"],
        check: ({ data }) => (data === undefined ? [] : dataFaults(data)),
    },
    {
        needs: ["samba"],
        check: ({ samba }) => {
            const fault = protocolFault(samba);
            return fault ? [fault] : [];
        },
    },
    {
        needs: ["samba"],
        check: ({ samba: { options } }) =>
            Object.entries(options).flatMap(([name, value]) => {
                const reason =
                    globalOptionRefusal(name) ??
                    doubledOption(name, Object.keys(options)) ??
                    configTextFault(value) ??
                    hostsFault(name, value, options);
                return reason ? [{ property: `samba.options[${JSON.stringify(name)}]`, reason }] : [];
            }),
    },
    {
        needs: ["description"],
        check: ({ description }) =>
            description.includes("<!-- pvesmb")
                ? [{ property: "description", reason: "must not contain the mark of pvesmb (<!-- pvesmb)" }]
                : [],
    },
];
