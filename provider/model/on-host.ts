import { hostModeOf } from "./connection";
import { onCluster } from "./server-ref";
import type { Rule } from "./meta";

/**
 * The mode of a gateway on a host that is there already (`existing`, `native`); undefined for others. The id is not known before the
 * gateway exists.
 */
export const onHost = (gateway: { id: string } | undefined): ReturnType<typeof hostModeOf> =>
    gateway === undefined ? undefined : hostModeOf(gateway.id);

/** Refuses a property on some servers. `reason` completes where that is, and has the way out; `at`: the property that is named. */
type Refusal = <I extends { gateway?: { id: string } }>(
    property: keyof I & string,
    isSet: (inputs: I) => boolean,
    reason: string,
    at?: string,
) => Rule<I>;

const refusalOn =
    (whereOf: (server: { id: string } | undefined) => string | undefined): Refusal =>
    (property, isSet, reason, at = property) => ({
        needs: ["gateway", property],
        check: (inputs) => {
            const where = whereOf(inputs.gateway);
            return where !== undefined && isSet(inputs) ? [{ property: at, reason: `${where} ${reason}` }] : [];
        },
    });

/** A property that a gateway on a host that is there already does not offer. */
export const notOnHost = refusalOn((server) => {
    const mode = onHost(server);
    return mode === undefined ? undefined : `in mode \`${mode}\``;
});

/** A property that a cluster cannot have. */
export const notOnCluster = refusalOn((server) => (onCluster(server) ? "on a CtdbVip" : undefined));
