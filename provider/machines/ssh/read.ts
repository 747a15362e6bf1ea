import { isKind } from "../../base/errors";
import type { Context } from "../../base/handler";
import { nonceOf } from "../id";
import type { Observation, Tenant } from "../kind";
import type { ExistingState, Outputs } from "../state";
import { readHostMark } from "./mark";
import { existingHost } from "./reach";

/** The host is there; what is on it, the look at the gateway tells. Undefined when another gateway has the host. */
export async function readExistingGateway(
    ctx: Context<Outputs>,
    id: string,
    state: ExistingState,
    tenant: Pick<Tenant, "forget">,
): Promise<Observation | undefined> {
    const here: Observation = { inputs: {}, drift: [], outputs: {}, running: true, address: state.address, inside: () => [] };
    try {
        const mark = await readHostMark(existingHost(state.ssh, ctx.ssh(state.connection), id), ctx.deadline);
        if (mark === undefined || mark.nonce === nonceOf(id)) return here;
        tenant.forget(id);
        return undefined;
    } catch (error) {
        // The look that follows says so.
        if (isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) return here;
        throw error;
    }
}
