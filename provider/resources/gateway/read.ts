import { isKind, messageOf } from "../../base/errors";
import type { Context, Observed } from "../../base/handler";
import { gatewayDrift, gatewayWarnings, versionIn } from "../../gateway/drift";
import { READ_LOOK } from "../../gateway/look";
import { forgetGateway, openGateway } from "../../gateway/session";
import { joined } from "../../hosts";
import type { GatherResult } from "../../hosts";
import { machineKindOf } from "../../machines";
import { nonceOf } from "../../machines/id";
import type { GatewayState, Outputs } from "../../machines/state";
import type { GatewayInputs } from "../../model";
import { foundLockout, lockoutLook } from "../../samba/lockout";
import { uncOf } from "../../samba/unc";

/** The gateway as its machine and, when it runs, Samba on it are. Undefined when the machine is gone, or somebody else's. */
export async function readGateway(
    ctx: Context<Outputs>,
    id: string,
    state: GatewayState,
): Promise<{ inputs: Observed<GatewayInputs>; state: Outputs } | undefined> {
    const found = await machineKindOf(id).read(ctx, id, state, { forget: forgetGateway });
    if (found === undefined) return undefined;
    const look = found.running ? await lookInto(ctx, id, state) : undefined;
    const seen = look === "stranger" ? undefined : look;
    const drift = [...found.drift, ...driftIn(look, id, state), ...(seen === undefined ? [] : found.lags(seen.statvfs))];
    for (const warning of seen === undefined ? [] : gatewayWarnings(seen, `gateway ${machineKindOf(id).nameOf(id)}`))
        ctx.log.warnOnce(warning, warning);
    const sambaVersion = seen === undefined ? undefined : versionIn(seen);
    // Where another machine answers is no address of the gateway's, whatever its configuration says.
    const own = look === "stranger" ? state.address : found.running ? await addressOf(ctx, id, state) : undefined;
    const address = own ?? found.address;
    const outputs: Outputs = {
        ...found.outputs,
        ...(address === undefined ? {} : { address, unc: uncOf(address) }),
        // An update of its packages may have come.
        ...(sambaVersion === undefined || state.sambaVersion === undefined ? {} : { sambaVersion }),
    };
    return { inputs: { ...found.inputs, ...observedLockout(state, seen), drift }, state: { ...state, ...outputs } };
}

/** Of Samba's settings the one that no file holds. */
function observedLockout({ samba }: GatewayInputs, look: GatherResult | undefined): Record<string, unknown> {
    const lockout = samba.lockout === undefined || look === undefined ? undefined : foundLockout(look.commands);
    return lockout === undefined ? {} : { samba: { lockout } };
}

/** Where the gateway answers now. */
async function addressOf(ctx: Context<unknown>, id: string, state: GatewayInputs): Promise<string | undefined> {
    try {
        const gateway = await openGateway(ctx, { id, connection: state.connection });
        return gateway.state === "ready" ? gateway.machine.address : undefined;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        return undefined;
    }
}

const STRANGER = "network.address: another machine answers there: its SSH host key is not the one of the gateway";

/** What differs on the host; nothing, with a warning, when it cannot be reached. */
export async function hostDrift(ctx: Context<unknown>, id: string, inputs: GatewayInputs): Promise<string[]> {
    return driftIn(await lookInto(ctx, id, inputs), id, inputs);
}

function driftIn(look: GatherResult | "stranger" | undefined, id: string, inputs: GatewayInputs): string[] {
    if (look === undefined) return [];
    return look === "stranger" ? [STRANGER] : gatewayDrift(look, inputs, nonceOf(id));
}

/** What is on the host; nothing, with a warning, when it cannot be reached; a stranger when another machine has its address. */
async function lookInto(ctx: Context<unknown>, id: string, inputs: GatewayInputs): Promise<GatherResult | "stranger" | undefined> {
    try {
        const gateway = await openGateway(ctx, { id, connection: inputs.connection });
        return gateway.state === "ready"
            ? await gateway.workshop.snapshot.read(ctx.deadline, joined([READ_LOOK, { commands: lockoutLook(inputs.samba.lockout) }]))
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
