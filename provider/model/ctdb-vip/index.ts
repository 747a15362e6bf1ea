import { childUses } from "../common";
import type { Model } from "../meta";
import { inputs, outputs } from "./inputs";
import { clusterRef } from "./ref";
import { clusterRules } from "./rules";

export const clusterModel: Model<typeof inputs, typeof outputs> = {
    kind: "CtdbVip",
    description:
        "Makes two or more gateways with the same data one highly available file server: Samba with CTDB, one set of users, and floating addresses that move to another gateway when one fails. Shares, users and groups are declared once, with it as their `gateway`. Everything is checked on all gateways before one of them is touched (docs/high-availability.md).",
    example: `const cluster = new pvesmb.CtdbVip("cluster", {
    gateways: [first, second, third],
    addresses: [{ address: "192.168.1.60/24" }, { address: "192.168.1.61/24" }],
    privateNetwork: { addresses: ["10.99.0.1/24", "10.99.0.2/24", "10.99.0.3/24"] },
    lock: { file: "/srv/pvesmb/.pvesmb/ctdb.lock" },
    netbiosName: "FILES",
});`,
    inputs,
    outputs,
    deletion:
        "The floating addresses go and sessions end. The first gateway serves by itself again, with the cluster's users; the others serve nothing any more, so that two servers never write to the same files. All files stay.",
    rules: clusterRules,
    reference: clusterRef,
    uses: childUses,
    version: 2,
};
