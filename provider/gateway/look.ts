import { isKind, messageOf } from "../base/errors";
import type { Context } from "../base/handler";
import { joined } from "../hosts";
import type { Gather, GatherResult } from "../hosts";
import type { ServerRef } from "../model";
import { CLAIMS_LOOK } from "../quota/claim";
import { COLLECTOR_LOOK } from "../quota/collector";
import { MOUNTED_LOOK } from "../machines/mounted";
import { openGateway } from "./session";
import { SPACES } from "./setup";
import { sizes } from "./sizes";
import type { Ready } from "./session";

/** Gather shared by the reads of a gateway and of everything on it. */
export const READ_LOOK = joined([CLAIMS_LOOK, COLLECTOR_LOOK, sizes.look, MOUNTED_LOOK, { statvfs: SPACES }]);

export interface Seen {
    look: GatherResult;
    gateway: Ready;
}

/** Nothing is known of what is on the gateway. `address`: the one that it has now, if Proxmox VE tells it. */
export interface Away {
    away: true;
    address: string | undefined;
}

/**
 * Looks at the host for a child's read; all children in this process share one look. A stopped or unreachable gateway tells nothing about
 * its children: they keep their state, with one warning per gateway. Only its address may be known, as the gateway's own read tells it.
 */
export async function lookAt(ctx: Context<unknown>, ref: ServerRef, extra: Gather = {}): Promise<Seen | Away | "gone"> {
    let address: string | undefined;
    const away = (why: string): Away => {
        ctx.log.warnOnce(`away ${ref.id}`, `${why}; everything on it is assumed to be unchanged`);
        return { away: true, address };
    };
    try {
        const gateway = await openGateway(ctx, ref);
        if (gateway.state === "gone") return "gone";
        address = gateway.state === "away" ? gateway.address : gateway.machine.address;
        if (gateway.state === "away") return away(gateway.why);
        return { look: await gateway.hostSession.snapshot.read(ctx.deadline, joined([READ_LOOK, extra])), gateway };
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        // Another machine answers there: it is not the gateway's.
        if (isKind(error, "HostKeyMismatch")) address = undefined;
        return away(messageOf(error));
    }
}
