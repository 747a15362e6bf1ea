import * as z from "zod";
import { connectionInputs, gatewayRef } from "./connection";
import { duration } from "./duration";
import { field, hiddenInputs, named } from "./meta";
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
});

/** Inputs of every resource on a gateway. */
export const childInputs = {
    gateway: field(gatewayRef, {
        description: "The gateway it is on: an SmbGateway, or the `ref` of one.",
        replace: "it lives on that guest",
    }),
    adopt: field(z.boolean().default(false), {
        description:
            "Take over what has that name on the gateway already, of another program or made by hand: as it is, then changed to what is declared. What differed is printed. An account of the distribution stays when the resource goes.",
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
