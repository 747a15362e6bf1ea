import { isKind } from "../../base/errors";
import type { Context } from "../../base/handler";
import { nonceOf } from "../id";
import type { Observation, Tenant } from "../kind";
import type { HostState, Outputs } from "../state";
import { readHostMark } from "./mark";
import { hostAt } from "./reach";

/** The host is there; what is on it, the look at the gateway tells. Undefined when another gateway has the host. */
export async function readHosted(
    ctx: Context<Outputs>,
    id: string,
    state: HostState,
    tenant: Pick<Tenant, "forget">,
): Promise<Observation | undefined> {
    const here: Observation = { inputs: {}, drift: [], outputs: {}, running: true, address: state.address, inside: () => [] };
    try {
        const mark = await readHostMark(hostAt(state.ssh, ctx.ssh(state.connection), id), ctx.deadline);
        if (mark === undefined || mark.nonce === nonceOf(id)) return here;
        tenant.forget(id);
        return undefined;
    } catch (error) {
        // The look that follows says so.
        if (isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) return here;
        throw error;
    }
}
