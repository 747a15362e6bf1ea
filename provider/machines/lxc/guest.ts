import { randomBytes } from "node:crypto";
import { PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import { together } from "../../base/together";
import type { ContainerInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { isFreeVmid } from "../../proxmox/cluster";
import { locateContainer } from "../../proxmox/locate";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { createContainer } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { allocate } from "../../proxmox/vmid";
import { createParams } from "./config";
import { readClaim, readMark, withMark } from "../mark";
import type { Mark } from "../mark";
import type { MarkKeys } from "../mark-keys";
import { checkStorages } from "./preflight";
import { perSession } from "../../base/session";

/** Seconds after its last renewal for which a lease is valid. */
export const LEASE = 45;

/** Nonces issued by this process: a lost HTTP answer must not make us wait for our own lease. */
const issuedNonces = perSession(() => new Set<string>());

export const now = (): number => Math.floor(Date.now() / 1000);

export interface Made {
    vmid: number;
    node: string;
    mark: Mark;
    /** The guest existed: an orphan of a killed create, or with `adopt` a finished one. */
    adopted: boolean;
}

/** Everything needed to make a guest; nothing is changed yet. */
export interface Plan {
    inputs: ContainerInputs;
    key: string;
    hostname: string;
    template: string;
    publicKeys: string[];
    /** Sign the mark and verify marks. */
    keys: MarkKeys;
    /** Throws when one of its addresses, or an id of its map, is in use. */
    free(): Promise<void>;
    /** Asks a guest with an unverified mark whether it is that gateway; returns its host keys. */
    ask(place: Place, config: ContainerConfig, nonce: string): Promise<string[] | undefined>;
    /** VMID and nonce from the state when the guest was never made. */
    identity?: { vmid: number; nonce: string };
}

/**
 * Creates the guest or adopts the one that a killed create of the same resource left behind. Calls `remember` with the VMID as soon as PVE
 * has accepted the create call, so that no later failure loses track of the guest.
 */
export async function makeGuest(pve: Pve, plan: Plan, log: Log, remember: (made: Made) => void): Promise<Made> {
    const fixed = plan.identity?.vmid ?? plan.inputs.vmid;
    const range = fixed === undefined ? plan.inputs.vmidRange : { from: fixed, to: fixed };
    const creation = {
        create: (vmid: number) => create(pve, plan, vmid, log, remember),
        onTaken: (vmid: number) => ownOrphan(pve, plan, vmid, log),
    };
    return allocate(pve, range, plan.key, creation);
}

async function create(pve: Pve, plan: Plan, vmid: number, log: Log, remember: (made: Made) => void): Promise<Made> {
    const { inputs } = plan;
    // Not earlier: the orphan of a killed create already has its volumes and its address.
    await together(checkStorages(pve, inputs), plan.free());
    const mark: Mark = {
        key: plan.key,
        nonce: plan.identity?.nonce ?? randomBytes(8).toString("hex"),
        vmid,
        phase: "creating",
        lease: now() + LEASE,
        hostKeys: [],
    };
    issuedNonces().add(mark.nonce);
    const made = { vmid, node: inputs.node, mark, adopted: false };
    const { ostemplate, unprivileged, ...config } = createParams(inputs, plan.hostname, plan.template, plan.publicKeys);
    const task = await createContainer(
        pve,
        { node: inputs.node, vmid },
        {
            ostemplate: String(ostemplate),
            unprivileged: unprivileged === 1,
            config: { ...config, description: withMark(inputs.description, mark, plan.keys) },
        },
    );
    remember(made);
    log.info(`creating CT ${vmid} on ${inputs.node}`);
    for (const warning of (await task.wait()).warnings) log.warn(`CT ${vmid}: ${warning}`);
    mark.hostKeys = hostKeysMade(await task.lines());
    return made;
}

/**
 * Fingerprints from `done: SHA256:... root@files` in the log, where PVE reports the keys it made for the new container (pve-container,
 * PVE::LXC::Setup rewrite_ssh_host_keys). The log arrives over TLS, so even the first SSH contact is verified.
 */
export function hostKeysMade(log: readonly string[]): string[] {
    return log.flatMap((line) => /^done: (SHA256:[A-Za-z0-9+/]{43})\s+root@/.exec(line)?.[1] ?? []).sort();
}

/** Checks a taken VMID. The guest is ours only if it has our key, is half-made and nobody works on it any more. */
async function ownOrphan(pve: Pve, plan: Plan, vmid: number, log: Log): Promise<Made | undefined> {
    let told = false;
    for (;;) {
        const found = await locateContainer(pve, vmid, plan.inputs.node, () =>
            log.info(`VMID ${vmid} is being created by pvesmb; waiting for it`),
        );
        if (found.state === "found") {
            const { claim } = readClaim(found.config.description);
            const mark = readMark(found.config.description, vmid, plan.keys);
            const creating = found.config.lock === "create";
            const left = mark === undefined ? 0 : mark.lease - now();
            const half = mark?.key === plan.key && mark.phase === "creating";
            if (half && !creating && (left <= 0 || issuedNonces().has(mark.nonce))) return { vmid, node: found.node, mark, adopted: true };
            const wanted = plan.inputs.adopt && plan.inputs.vmid === vmid && !creating;
            if (wanted && mark?.key === plan.key) return { vmid, node: found.node, mark, adopted: true };
            if (!creating && mark === undefined && claim?.key === plan.key && claim.vmid === vmid)
                return unsigned(plan, { vmid, node: found.node }, found.config, { claim, wanted, log });
            if (!half && !creating) return refuse(plan, vmid, found.config.hostname);
            // The mark appears late during creation, and the process that holds the lease may be alive.
            if (!told) log.info(`VMID ${vmid} is being created; waiting to see who owns it`);
            told = true;
        } else if (found.state !== "gone" || (await isFreeVmid(pve, vmid))) {
            return refuse(plan, vmid, undefined);
        }
        pve.deadline.check(`waiting for the half-made CT ${vmid}`);
        await pve.deadline.sleep(1000);
    }
}

/** The mark names our resource but is not authentic: adopt the guest only with `adopt` and if the guest itself proves it. */
async function unsigned(
    plan: Plan,
    { vmid, node }: Place,
    config: ContainerConfig,
    { claim, wanted, log }: { claim: Mark; wanted: boolean; log: Log },
): Promise<Made | undefined> {
    const hostKeys = wanted ? await plan.ask({ vmid, node }, config, claim.nonce) : undefined;
    if (hostKeys !== undefined && hostKeys.length > 0) {
        const { key, nonce } = claim;
        return { vmid, node, mark: { key, nonce, vmid, phase: "ready", lease: 0, hostKeys }, adopted: true };
    }
    log.warn(
        `CT ${vmid} on ${node} has a mark for this gateway that is not authentic (forged, from an earlier version, or signed with another secret), so it is not changed (docs/marks.md)`,
    );
    return refuse(plan, vmid, config.hostname);
}

/** With a range, continue with the next number; a fixed number is an error. */
function refuse(plan: Plan, vmid: number, hostname: string | undefined): undefined {
    if (plan.identity !== undefined)
        throw new PvesmbError(
            "Conflict",
            `VMID ${vmid} was chosen for this gateway, but its creation failed and another guest has this number now; run \`pulumi up --replace\` for the gateway`,
        );
    if (plan.inputs.vmid === undefined) return undefined;
    throw new PvesmbError(
        "Conflict",
        `vmid: ${vmid} is already in use${hostname === undefined ? "" : ` by ${hostname}`}; choose another one, or leave \`vmid\` out to get a free one (adopt: true only takes over a container of this same resource)`,
        { property: "vmid" },
    );
}
