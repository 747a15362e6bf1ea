import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { GatewayRef } from "../../model";
import { hostIn, nonceOf } from "../id";
import type { Caller, Opened } from "../machine";
import { foundHost } from "./machine";
import { readHostMark } from "./mark";
import { hostAt } from "./reach";

/** Opens the host of a gateway by its reference. */
export async function openHosted(ctx: Caller, ref: GatewayRef): Promise<Opened> {
    const { ssh } = ref;
    if (ssh === undefined)
        throw new PvesmbError("InvalidInput", "gateway.ssh is missing: use the `ref` of the SmbGateway, which has it", {
            property: "gateway",
        });
    const host = hostAt(ssh, ctx.ssh(ref.connection), ref.id);
    try {
        const mark = await readHostMark(host, ctx.deadline);
        // Another gateway has the host now: ours is gone.
        if (mark !== undefined && mark.nonce !== nonceOf(ref.id)) return { state: "gone" };
        return foundHost(ssh, host, nonceOf(ref.id));
    } catch (error) {
        if (!isKind(error, "Unreachable")) throw error;
        return {
            state: "away",
            why: `the gateway on ${hostIn(ref.id)} does not answer: ${messageOf(error)}`,
            remedy: "check that the host runs and that SSH reaches it from here, then run again",
        };
    }
}
