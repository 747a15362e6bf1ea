import { EXISTING } from "./connection";
import { onCluster } from "./server-ref";
import type { Rule } from "./meta";

/** The gateway is on a host that is there already (mode `existing`). The id is not known before the gateway exists. */
export const onExisting = (gateway: { id: string } | undefined): boolean => gateway?.id.startsWith(EXISTING) ?? false;

/** A property that such a gateway does not offer. `reason` completes "in mode `existing` ..." and has the way out. */
export const notOnExisting = <I extends { gateway?: { id: string } }>(
    property: keyof I & string,
    isSet: (inputs: I) => boolean,
    reason: string,
    at: string = property,
): Rule<I> => ({
    needs: ["gateway", property],
    check: (inputs) => (onExisting(inputs.gateway) && isSet(inputs) ? [{ property: at, reason: `in mode \`existing\` ${reason}` }] : []),
});

/** A property that a cluster cannot have. `reason` completes "on a CtdbVip ..." and has the way out. */
export const notOnCluster = <I extends { gateway?: { id: string } }>(
    property: keyof I & string,
    isSet: (inputs: I) => boolean,
    reason: string,
    at: string = property,
): Rule<I> => ({
    needs: ["gateway", property],
    check: (inputs) => (onCluster(inputs.gateway) && isSet(inputs) ? [{ property: at, reason: `on a CtdbVip ${reason}` }] : []),
});
