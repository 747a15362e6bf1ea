import type { Failure } from "../base/handler";
import type { GatewayInputs } from "./gateway";
import { isCidr } from "./network";
import type { NetworkInputs } from "./network";
import type { Rule } from "./meta";
import { bytesOf } from "./size";

function networkFaults(at: string, network: NetworkInputs): Failure[] {
    const faults: Failure[] = [];
    if (network.gateway !== undefined && !isCidr(network.address, 4))
        faults.push({
            property: `${at}.gateway`,
            reason: "needs a static `address` beside it; remove it, or give the address with its prefix length",
        });
    if (network.gateway6 !== undefined && !isCidr(network.address6, 6))
        faults.push({
            property: `${at}.gateway6`,
            reason: "needs a static `address6` beside it; remove it, or give the address with its prefix length",
        });
    if (network.address === "none" && network.address6 === "none")
        faults.push({ property: `${at}.address`, reason: "the interface would have no address at all; give `address` or `address6`" });
    return faults;
}

export const gatewayRules: Rule<GatewayInputs>[] = [
    { needs: ["network"], check: ({ network }) => networkFaults("network", network) },
    {
        needs: ["extraNetworks"],
        check: ({ extraNetworks }) => extraNetworks.flatMap((network, i) => networkFaults(`extraNetworks[${i}]`, network)),
    },
    {
        needs: ["network", "extraNetworks"],
        check: ({ network, extraNetworks }) => {
            const gateways = [network, ...extraNetworks].filter((each) => each.gateway !== undefined);
            return gateways.length > 1
                ? [{ property: "extraNetworks", reason: "only one interface can have the default `gateway`; remove the others" }]
                : [];
        },
    },
    {
        needs: ["vmidRange"],
        check: ({ vmidRange }) =>
            vmidRange.from > vmidRange.to ? [{ property: "vmidRange", reason: "`from` must not be above `to`" }] : [],
    },
    {
        needs: ["data"],
        check: ({ data }) => {
            if (!data) return [];
            if (data.volume !== undefined)
                return data.storage === undefined && data.size === undefined
                    ? []
                    : [
                          {
                              property: "data.volume",
                              reason: "attaches an existing volume, which has its storage and size; remove `storage` and `size`",
                          },
                      ];
            const missing = (["storage", "size"] as const).filter((name) => data[name] === undefined);
            return missing.map((name) => ({
                property: `data.${name}`,
                reason: "is needed for a new data volume; or attach an existing one with `data.volume`",
            }));
        },
    },
    {
        needs: ["description"],
        check: ({ description }) =>
            description.includes("<!-- pvesmb") ? [{ property: "description", reason: "must not contain pvesmb's own mark" }] : [],
    },
];

/** What a change of a gateway brings that its properties don't show. */
export function gatewayNotes(old: Partial<GatewayInputs>, news: Partial<GatewayInputs>): string[] {
    const notes: string[] = [];
    const shrinks = (a?: string, b?: string): boolean => a !== undefined && b !== undefined && bytesOf(b) < bytesOf(a);
    if (shrinks(old.data?.size, news.data?.size)) notes.push("data.size: PVE cannot shrink a volume; this will be refused");
    if (shrinks(old.lxc?.rootfs.size, news.lxc?.rootfs.size))
        notes.push("lxc.rootfs.size: PVE cannot shrink a volume; this will be refused");
    if (old.node !== undefined && news.node !== undefined && old.node !== news.node)
        notes.push(`node: the guest is not moved to ${news.node}; migrate it in Proxmox VE, pvesmb finds it there`);
    if (old.lxc !== undefined && news.lxc !== undefined && old.lxc.template !== news.lxc.template)
        notes.push("lxc.template: a fact of the creation; the guest keeps what it was made from");
    if (old.started !== false && news.started === false) notes.push("started: the guest will be shut down; clients lose their connections");
    return notes;
}
