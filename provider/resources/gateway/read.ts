import { isKind, messageOf } from "../../base/errors";
import type { Context, Observed } from "../../base/handler";
import { pinsOf, rememberPins } from "../../base/pins";
import { joined } from "../../hosts";
import type { GatherResult } from "../../hosts";
import type { GatewayInputs } from "../../model";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import type { Pve } from "../../proxmox/client/client";
import { sized } from "../../proxmox/lxc/sized";
import { foundLockout, lockoutLook } from "../../samba/lockout";
import { uncOf } from "../../samba/unc";
import { pveOf } from "../../machines/pve";
import { staticAddress } from "../../machines/lxc/address";
import { DATA_MOUNT, isBind, text, volumeId, volumeSize } from "../../machines/lxc/config";
import type { GuestConfig } from "../../machines/lxc/config";
import { gatewayDrift, gatewayWarnings, versionIn } from "../../gateway/drift";
import type { GatewayState, Outputs } from "./types";
import { READ_LOOK } from "../../gateway/look";
import { isOutdated, readClaim, readMark } from "../../machines/mark";
import { markKeys } from "../../machines/mark-keys";
import { observedInputs } from "../../machines/lxc/observed";
import { lagOf } from "../../machines/lxc/lag";
import { forgetGateway, openGateway } from "../../gateway/session";
import { formatId } from "../../machines/id";
import type { GatewayId } from "../../machines/id";
import { volumesIn } from "../../machines/lxc/volumes";

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
        drift.push("notes: pvesmb's mark is not authentic; the next up renews it if the container can prove its identity");
    else if (isOutdated(description, keys)) drift.push("notes: pvesmb's mark is signed with an earlier secret");
    if (mark !== undefined && (mark.phase !== "ready" || state.ready !== true)) drift.push("the container is unfinished");
    const mount = await wholeMount(pve, { node: found.node, vmid: id.vmid }, text(found.config.all, DATA_MOUNT));
    drift.push(...volumeDrift(found.config, state));
    const look = running ? await lookInto(ctx, id, state) : undefined;
    if (look !== undefined) drift.push(...driftIn(look, id, state, { ...found.config.all, [DATA_MOUNT]: mount }));
    const seen = look === "stranger" ? undefined : look;
    for (const warning of seen === undefined ? [] : gatewayWarnings(seen, `gateway CT ${id.vmid}`)) ctx.log.warnOnce(warning, warning);
    const sambaVersion = seen === undefined ? undefined : versionIn(seen);
    // Where another machine answers is no address of the gateway's, whatever its configuration says.
    const own = look === "stranger" ? state.address : running ? await addressOf(ctx, id, state) : undefined;
    const address = own ?? staticAddress(found.config.all);
    const outputs: Outputs = {
        ...(mount === undefined ? {} : { dataVolume: volumeId(mount) }),
        ...(address === undefined ? {} : { address, unc: uncOf(address) }),
        // An update of its packages may have come.
        ...(sambaVersion === undefined || state.sambaVersion === undefined ? {} : { sambaVersion }),
    };
    return {
        inputs: {
            ...observedInputs({ ...found.config.all, [DATA_MOUNT]: mount }, state),
            ...observedLockout(state, seen),
            started: running,
            key: mark?.key,
            drift,
        },
        state: { ...state, currentNode: found.node, ...outputs },
    };
}

/** Of Samba's settings the one that no file holds. */
function observedLockout({ samba }: GatewayInputs, look: GatherResult | undefined): Record<string, unknown> {
    const lockout = samba.lockout === undefined || look === undefined ? undefined : foundLockout(look.commands);
    return lockout === undefined ? {} : { samba: { lockout } };
}

/** The mount point with the size that a pending change may have left out. */
async function wholeMount(pve: Pve, place: Place, mount: string | undefined): Promise<string | undefined> {
    if (mount === undefined || isBind(mount) || volumeSize(mount) !== undefined) return mount;
    return sized(mount, (await readConfig(pve, place, "active")).mp[0]);
}

/** Where the gateway answers now. */
async function addressOf(ctx: Context<unknown>, id: GatewayId, state: GatewayInputs): Promise<string | undefined> {
    try {
        const gateway = await openGateway(ctx, { id: formatId(id), connection: state.connection });
        return gateway.state === "ready" ? gateway.address : undefined;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        return undefined;
    }
}

/** A finished gateway whose data volume is not mounted: the files are not where the shares are. */
function volumeDrift(config: ContainerConfig, state: GatewayState): string[] {
    if (state.data === undefined || state.dataVolume === undefined || text(config.all, DATA_MOUNT) !== undefined) return [];
    const unused = Object.entries(config.unused).find(([, volume]) => volume === state.dataVolume);
    return [`data: ${state.dataVolume} is not mounted${unused === undefined ? "" : ` (it is unused${unused[0]})`}`];
}

const STRANGER = "network.address: another machine answers there: its SSH host key is not the one of the gateway";

/** What differs on the host; nothing, with a warning, when it cannot be reached. */
export async function hostDrift(ctx: Context<unknown>, id: GatewayId, state: GatewayState): Promise<string[]> {
    const look = await lookInto(ctx, id, state);
    return look === undefined ? [] : driftIn(look, id, state);
}

function driftIn(look: GatherResult | "stranger", id: GatewayId, state: GatewayInputs, config?: GuestConfig): string[] {
    if (look === "stranger") return [STRANGER];
    const lags = config === undefined ? [] : volumesIn(config, look.statvfs, state).flatMap((each) => lagOf(each) ?? []);
    return [...gatewayDrift(look, state, id.nonce), ...lags];
}

/** What is on the host; nothing, with a warning, when it cannot be reached; a stranger when another machine has its address. */
async function lookInto(ctx: Context<unknown>, id: GatewayId, state: GatewayInputs): Promise<GatherResult | "stranger" | undefined> {
    try {
        const gateway = await openGateway(ctx, { id: formatId(id), connection: state.connection });
        return gateway.state === "ready"
            ? await gateway.workshop.snapshot.read(ctx.deadline, joined([READ_LOOK, { commands: lockoutLook(state.samba.lockout) }]))
            : undefined;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy", "HostKeyMismatch")) throw error;
        ctx.log.warnOnce(
            `away ${formatId(id)}`,
            `gateway CT ${id.vmid} cannot be read, its resources are assumed to be unchanged: ${messageOf(error)}`,
        );
        return isKind(error, "HostKeyMismatch") ? "stranger" : undefined;
    }
}
