import { isKind, messageOf } from "../../base/errors";
import type { Context, Observed } from "../../base/handler";
import { pinsOf, rememberPins } from "../../base/pins";
import type { GatewayInputs } from "../../model";
import { locateContainer } from "../../proxmox/locate";
import { readStatus } from "../../proxmox/lxc/container";
import { pveOf } from "../pve";
import { gatewayDrift } from "./drift";
import type { GatewayState, Outputs } from "./handler";
import { READ_LOOK } from "./look";
import { isOutdated, readClaim, readMark } from "./mark";
import { markKeys } from "./mark-keys";
import { observedInputs } from "./observed";
import { forgetGateway, formatId, openGateway } from "./session";
import type { GatewayId } from "./session";

/** The gateway as PVE and, when it runs, its host say it is. Undefined when the VMID is free or somebody else's. */
export async function readGateway(
    ctx: Context<Outputs>,
    id: GatewayId,
    state: GatewayState,
): Promise<{ inputs: Observed<GatewayInputs>; state: Outputs } | undefined> {
    const pve = pveOf(ctx, state.connection);
    const found = await locateContainer(pve, id.vmid, state.currentNode ?? id.node);
    if (found.state === "forbidden") throw found.error;
    if (found.state !== "found") return undefined;
    const { description } = found.config;
    const keys = markKeys(ctx.connect(state.connection));
    const mark = readMark(description, id.vmid, keys);
    if (mark !== undefined && mark.nonce !== id.nonce) return undefined;

    // What is on it may have asked before anybody knew the host.
    if (mark === undefined && pinsOf(formatId(id)).length === 0) forgetGateway(formatId(id));
    rememberPins(formatId(id), state.hostKeys);
    const running = (await readStatus(pve, { node: found.node, vmid: id.vmid })).running;
    const drift: string[] = [];
    if (readClaim(description).claim === undefined) drift.push("notes: pvesmb's mark is missing");
    else if (mark === undefined)
        drift.push("notes: pvesmb's mark is not authentic; the next up makes it anew if the guest itself proves to be ours");
    else if (isOutdated(description, keys)) drift.push("notes: pvesmb's mark is signed with an earlier secret");
    if (mark !== undefined && (mark.phase !== "ready" || state.ready !== true)) drift.push("the guest is half-made");
    if (running) drift.push(...(await hostDrift(ctx, id, state)));
    return {
        inputs: { ...observedInputs(found.config.all, state), started: running, key: mark?.key, drift },
        state: { ...state, currentNode: found.node },
    };
}

/** What differs on the host; nothing, with a warning, when it cannot be reached. */
export async function hostDrift(ctx: Context<unknown>, id: GatewayId, state: GatewayInputs): Promise<string[]> {
    try {
        const gateway = await openGateway(ctx, { id: formatId(id), connection: state.connection });
        if (gateway.state !== "ready") return [];
        return gatewayDrift(await gateway.workshop.snapshot.read(ctx.deadline, READ_LOOK), state, id.nonce);
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy")) throw error;
        ctx.log.warnOnce(
            `away ${formatId(id)}`,
            `gateway CT ${id.vmid} cannot be looked into, its resources are taken as unchanged: ${messageOf(error)}`,
        );
        return [];
    }
}
