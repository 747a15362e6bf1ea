import { isKind, messageOf } from "../../base/errors";
import type { Context, Observed } from "../../base/handler";
import { gatewayWarnings, versionIn } from "../../gateway/drift";
import { READ_LOOK } from "../../gateway/look";
import { forgetGateway, layoutOf, openGateway } from "../../gateway/session";
import { joined } from "../../hosts";
import type { GatherResult } from "../../hosts";
import { machineKindOf } from "../../machines";
import { nonceOf } from "../../machines/id";
import type { GatewayState, Outputs } from "../../machines/state";
import type { GatewayInputs, GatewayRef } from "../../model";
import { foundLockout, lockoutLook } from "../../samba/lockout";
import { uncOf } from "../../samba/unc";

/** Reads the machine and, if it runs, Samba on it. Undefined when the machine is gone or belongs to another owner. */
export async function readGateway(
    ctx: Context<Outputs>,
    id: string,
    state: GatewayState,
): Promise<{ inputs: Observed<GatewayInputs>; state: Outputs } | undefined> {
    const found = await machineKindOf(id).read(ctx, id, state, { forget: forgetGateway });
    if (found === undefined) return undefined;
    const look = found.running ? await lookInto(ctx, id, state) : undefined;
    const seen = look === "stranger" ? undefined : look;
    const drift = [...found.drift, ...driftIn(look, id, state), ...(seen === undefined ? [] : found.inside(seen))];
    for (const warning of seen === undefined ? [] : gatewayWarnings(seen, `gateway ${machineKindOf(id).nameOf(id)}`))
        ctx.log.warnOnce(warning, warning);
    const sambaVersion = seen === undefined ? undefined : versionIn(seen);
    // An address at which another machine answers is not the gateway's, even if its configuration says so.
    const own = look === "stranger" ? state.address : found.running ? await addressOf(ctx, id, state) : undefined;
    const address = own ?? found.address;
    const outputs: Outputs = {
        ...found.outputs,
        ...(address === undefined ? {} : { address, unc: uncOf(address) }),
        // A package upgrade may have changed it.
        ...(sambaVersion === undefined || state.sambaVersion === undefined ? {} : { sambaVersion }),
    };
    return { inputs: { ...found.inputs, ...observedLockout(state, seen), drift }, state: { ...state, ...outputs } };
}

/** The only Samba settings that are not stored in a file. */
function observedLockout({ samba }: GatewayInputs, look: GatherResult | undefined): Record<string, unknown> {
    const lockout = samba.lockout === undefined || look === undefined ? undefined : foundLockout(look.commands);
    return lockout === undefined ? {} : { samba: { lockout } };
}

/** The address at which the gateway answers now. */
async function addressOf(ctx: Context<unknown>, id: string, state: GatewayInputs): Promise<string | undefined> {
    try {
        const gateway = await openGateway(ctx, refTo(id, state));
        return gateway.state === "ready" ? gateway.machine.address : undefined;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        return undefined;
    }
}

const refTo = (id: string, { connection, ssh }: GatewayInputs): GatewayRef => ({ id, connection, ssh });

const STRANGER = "network.address: another machine answers there: its SSH host key is not the one of the gateway";

/** Differences on the host; none, with a warning, if it cannot be reached. */
export async function hostDrift(ctx: Context<unknown>, id: string, inputs: GatewayInputs): Promise<string[]> {
    return driftIn(await lookInto(ctx, id, inputs), id, inputs);
}

function driftIn(look: GatherResult | "stranger" | undefined, id: string, inputs: GatewayInputs): string[] {
    if (look === undefined) return [];
    return look === "stranger" ? [STRANGER] : layoutOf(id).drift(look, inputs, nonceOf(id));
}

/** Looks at the host; undefined, with a warning, if it cannot be reached; "stranger" if another machine has its address. */
async function lookInto(ctx: Context<unknown>, id: string, inputs: GatewayInputs): Promise<GatherResult | "stranger" | undefined> {
    try {
        const gateway = await openGateway(ctx, refTo(id, inputs));
        return gateway.state === "ready"
            ? await gateway.hostSession.snapshot.read(ctx.deadline, joined([READ_LOOK, { commands: lockoutLook(inputs.samba.lockout) }]))
            : undefined;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        ctx.log.warnOnce(
            `away ${id}`,
            `gateway ${machineKindOf(id).nameOf(id)} cannot be read, its resources are assumed to be unchanged: ${messageOf(error)}`,
        );
        return isKind(error, "HostKeyMismatch") ? "stranger" : undefined;
    }
}
