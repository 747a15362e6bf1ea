import type { Context } from "../../base/handler";
import { pinsOf, rememberPins } from "../../base/pins";
import type { Pve } from "../../proxmox/client/client";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readConfig, readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { sized } from "../../proxmox/lxc/sized";
import { parseId } from "../id";
import type { Observation, Tenant } from "../kind";
import { isOutdated, readClaim, readMark } from "../mark";
import { markKeys } from "../mark-keys";
import { clusterOf } from "../pve";
import { DATA_ROOT } from "../../model/paths";
import { mountsIn } from "../../hosts";
import type { ContainerState, Outputs } from "../state";
import { staticAddress } from "./address";
import { DATA_MOUNT, isBind, text, volumeId, volumeSize } from "./config";
import { foreignMap, observedIdMap } from "./id-map";
import { lagOf } from "./lag";
import { dataLack } from "./data-mounted";
import { observedInputs } from "./observed";
import { volumesIn } from "./volumes";

/** The container in Proxmox VE; undefined when the VMID is free or belongs to another guest. */
export async function readContainerGateway(
    ctx: Context<Outputs>,
    own: string,
    state: ContainerState,
    tenant: Pick<Tenant, "forget">,
): Promise<Observation | undefined> {
    const id = parseId(own);
    const { connection, pve } = clusterOf(ctx, state.connection);
    const found = await locateContainer(pve, id.vmid, state.currentNode ?? id.node);
    if (found.state === "forbidden") throw found.error;
    if (found.state !== "found") return undefined;
    const place = { node: found.node, vmid: id.vmid };
    const { description } = found.config;
    const keys = markKeys(connection);
    const mark = readMark(description, id.vmid, keys);
    if (mark !== undefined && mark.nonce !== id.nonce) return undefined;

    // A resource on the gateway may have opened it before its host keys were known.
    if (mark === undefined && pinsOf(own).length === 0) tenant.forget(own);
    rememberPins(own, state.hostKeys);
    const { running } = await readStatus(pve, place);
    const drift: string[] = [];
    if (readClaim(description).claim === undefined) drift.push("notes: pvesmb's mark is missing");
    else if (mark === undefined)
        drift.push("notes: pvesmb's mark is not authentic; the next up renews it if the container can prove its identity");
    else if (isOutdated(description, keys)) drift.push("notes: pvesmb's mark is signed with an earlier secret");
    if (mark !== undefined && (mark.phase !== "ready" || state.ready !== true)) drift.push("the container is unfinished");
    const mount = await wholeMount(pve, place, text(found.config.all, DATA_MOUNT));
    drift.push(...volumeDrift(found.config, state));
    const config = { ...found.config.all, [DATA_MOUNT]: mount };
    const wantedIds = state.lxc.idMap;
    const idMap = wantedIds === undefined ? undefined : observedIdMap(found.config, wantedIds);
    if (wantedIds !== undefined && idMap === undefined) drift.push(foreignMap(found.config));
    return {
        inputs: { ...observedInputs(config, state, idMap), started: running, urn: mark?.key },
        drift,
        outputs: { currentNode: found.node, ...(mount === undefined ? {} : { dataVolume: volumeId(mount) }) },
        running,
        address: staticAddress(found.config.all),
        inside: (look) => {
            const lack = dataLack(mountsIn(look), found.config);
            // What statvfs shows there is the root file system then.
            const spaces = lack === undefined ? look.statvfs : { ...look.statvfs, [DATA_ROOT]: undefined };
            return [
                ...(lack === undefined ? [] : [`data: ${lack}`]),
                ...volumesIn(config, spaces, state).flatMap((each) => lagOf(each) ?? []),
            ];
        },
    };
}

/** The mount point with its size, which a pending change may lack. */
async function wholeMount(pve: Pve, place: Place, mount: string | undefined): Promise<string | undefined> {
    if (mount === undefined || isBind(mount) || volumeSize(mount) !== undefined) return mount;
    return sized(mount, (await readConfig(pve, place, "active")).mp[0]);
}

/** Drift: the data volume of a finished gateway is not mounted, so the shares lack their files. */
function volumeDrift(config: ContainerConfig, state: ContainerState): string[] {
    if (state.data === undefined || state.dataVolume === undefined || text(config.all, DATA_MOUNT) !== undefined) return [];
    const unused = Object.entries(config.unused).find(([, volume]) => volume === state.dataVolume);
    return [`data: ${state.dataVolume} is not mounted${unused === undefined ? "" : ` (it is unused${unused[0]})`}`];
}
