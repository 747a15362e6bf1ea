import * as z from "zod";
import { connectionInputs, partsFor } from "./connection";
import { duration } from "./duration";
import { field, hiddenInputs, named } from "./meta";
import { serverRef } from "./server-ref";
import type { FeatureName } from "./permissions/features";

const deadlines = named(
    z.strictObject({
        create: field(duration().optional(), { description: "Longest time for a create.", defaultText: "15m" }),
        update: field(duration().optional(), { description: "Longest time for an update.", defaultText: "15m" }),
        read: field(duration().optional(), { description: "Longest time for a refresh of this resource.", defaultText: "2m" }),
        delete: field(duration().optional(), { description: "Longest time for a delete.", defaultText: "10m" }),
    }),
    { name: "Timeouts" },
);

export const timeouts = field(deadlines.optional(), {
    description:
        "Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.",
});

export const connection = field(connectionInputs.optional(), {
    description: "How to reach Proxmox VE. What is left out comes from the environment, then from stack config `pvesmb:*`.",
    needs: ({ mode }) => partsFor(mode === "existing" || mode === "native"),
});

/** Inputs of every resource on a gateway or cluster. */
export const childInputs = {
    gateway: field(serverRef, {
        description: "Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.",
        replace: "it exists only on that gateway",
    }),
    adopt: field(z.boolean().default(false), {
        description:
            "Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.",
    }),
    timeouts,
    ...hiddenInputs,
};

/** Outputs of every resource whose change may have to end open sessions. */
export const childOutputs = {
    closing: field(z.array(z.string()).optional(), {
        description: "Whose open sessions the last change was to end and could not: the next one does.",
        hidden: true,
    }),
};

/** The features that every resource on a gateway needs to find it and to work there. */
export const childUses = ["find-gateway", "node-address", "guest-login", "node-login"] as const satisfies readonly FeatureName[];
