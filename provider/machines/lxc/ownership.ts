import type { Connection } from "../../base/connection";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { ContainerInputs, GatewayOutputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { staticAddress } from "./address";
import { DATA_MOUNT, text, volumeId } from "./config";
import { readClaim, readMark, withClaim } from "../mark";
import type { Claim, Mark } from "../mark";
import { markKeys } from "../mark-keys";
import { askGuest } from "./proof";
import { throughWrapper } from "../reach";
import type { GatewayId } from "../id";

/** A gateway as its state has it. */
export type Known = Partial<ContainerInputs & GatewayOutputs>;

/**
 * The mark of a guest that is proved to be this gateway, by its signature or by a host key from the state. Throws before any change for a
 * guest of another owner, a clone, or a guest with a forged mark.
 */
export async function provedMark(
    pve: Pve,
    connection: Connection,
    { node, id, config }: { node: string; id: GatewayId; config: ContainerConfig },
    state: Known,
): Promise<Mark> {
    const mark = readMark(config.description, id.vmid, markKeys(connection));
    if (mark !== undefined && mark.nonce !== id.nonce)
        throw new PvesmbError(
            "Conflict",
            `CT ${id.vmid} has the mark of another gateway in its notes, so this gateway no longer exists. Run \`pulumi refresh\`, then \`pulumi up\` to create it again`,
        );
    if (mark !== undefined) return mark;
    const place = { node, vmid: id.vmid };
    const hostKeys = await heard(pve, connection, place, id, config, state);
    return { key: "", nonce: id.nonce, vmid: id.vmid, phase: "ready", lease: 0, hostKeys };
}

/** The second proof: the guest has a host key from the state. Returns its host keys. */
async function heard(
    pve: Pve,
    connection: Connection,
    place: Place,
    { nonce }: GatewayId,
    config: ContainerConfig,
    state: Known,
): Promise<string[]> {
    const known = state.hostKeys ?? [];
    if (known.length === 0) throw unproved(place, config, "its SSH host keys are not in the state");
    if (!(await readStatus(pve, place)).running)
        throw unproved(place, config, "it cannot prove its identity because it is stopped. Start it and run again");
    const ask = (now: ContainerConfig): Promise<string[] | undefined> => askGuest(pve, connection, place, now, { nonce, hostKeys: known });
    try {
        const found =
            throughWrapper(connection) && readClaim(config.description).claim?.vmid !== place.vmid
                ? await letIn(pve, place, nonce, config, state, ask)
                : await ask(config);
        if (found !== undefined) return found;
    } catch (error) {
        if (!isKind(error, "HostKeyMismatch", "Unreachable", "Timeout", "Denied", "RemoteFailed")) throw error;
        throw unproved(place, config, `it could not prove its identity: ${messageOf(error)}`);
    }
    throw unproved(place, config, "it does not have the SSH host key that is in the state");
}

/**
 * The wrapper refuses containers without a mark, so write an unsigned one while the guest is asked, if it otherwise looks like ours.
 * Restores the notes when it is not ours.
 */
async function letIn<T>(
    pve: Pve,
    place: Place,
    nonce: string,
    config: ContainerConfig,
    state: Known,
    ask: (config: ContainerConfig) => Promise<T | undefined>,
): Promise<T | undefined> {
    const alike =
        config.hostname === (state.hostname ?? "pvesmb") &&
        volumeId(text(config.all, DATA_MOUNT)) === state.dataVolume &&
        (staticAddress(config.all) === undefined || staticAddress(config.all) === state.address);
    if (!alike) return undefined;
    const before = config.description ?? "";
    const write = (description: string): Promise<ContainerConfig> => editConfig(pve, place, () => ({ set: { description } }));
    const pass: Claim = { key: "", nonce, vmid: place.vmid, phase: "ready", lease: 0, hostKeys: [] };
    let answer: T | undefined;
    try {
        answer = await ask(await write(withClaim(before, pass)));
        return answer;
    } finally {
        if (answer === undefined) await write(before);
    }
}

function unproved({ node, vmid }: Place, config: ContainerConfig, more: string): PvesmbError {
    const { claim } = readClaim(config.description);
    const mark =
        claim === undefined
            ? "has no mark of pvesmb in its notes"
            : "has a mark in its notes that is not authentic (forged, copied, from an earlier version or signed with another secret)";
    return new PvesmbError(
        "Conflict",
        `CT ${vmid} on ${node} ${mark}, and ${more}. It may belong to someone else now, so nothing was changed. If it is the gateway: undo the changes in Proxmox VE (address, notes), or set the secret that signed the mark (connection.markSecretPrevious), and run again. If the gateway no longer exists: remove it from the state with \`pulumi state delete --target-dependents\``,
    );
}
