import { EXISTING } from "./connection";
import { onCluster } from "./server-ref";
import type { Rule } from "./meta";

/** The gateway is on a host that is there already (mode `existing`). The id is not known before the gateway exists. */
export const onExisting = (gateway: { id: string } | undefined): boolean => gateway?.id.startsWith(EXISTING) ?? false;

/** Refuses a property on some servers. `reason` completes `where` and has the way out; `at`: the property that is named. */
type Refusal = <I extends { gateway?: { id: string } }>(
    property: keyof I & string,
    isSet: (inputs: I) => boolean,
    reason: string,
    at?: string,
) => Rule<I>;

const refusalOn =
    (isOn: (server: { id: string } | undefined) => boolean, where: string): Refusal =>
    (property, isSet, reason, at = property) => ({
        needs: ["gateway", property],
        check: (inputs) => (isOn(inputs.gateway) && isSet(inputs) ? [{ property: at, reason: `${where} ${reason}` }] : []),
    });

/** A property that a gateway of mode `existing` does not offer. */
export const notOnExisting = refusalOn(onExisting, "in mode `existing`");

/** A property that a cluster cannot have. */
export const notOnCluster = refusalOn(onCluster, "on a CtdbVip");
