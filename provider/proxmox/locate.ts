import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { PveError } from "./client/known-errors";
import { isFreeVmid, listGuests, listNodes } from "./cluster";
import type { ContainerConfig } from "./lxc/config";
import { readConfig } from "./lxc/container";
import { untilCreated } from "./tasks";

export type Located =
    | { state: "found"; node: string; config: ContainerConfig }
    /** The VMID is free. Nothing else counts as gone. */
    | { state: "gone" }
    /** The VMID belongs to a VM. */
    | { state: "other" }
    /** It exists, but the caller may not see it; `error` names the missing privilege. */
    | { state: "forbidden"; error: PveError };

/**
 * Finds a container in the whole cluster, with `hint` (its last node) usually by one call. Calls `waiting` once if it has to wait for a
 * create of the caller; throws Unreachable when only a node that does not answer can have it.
 */
export async function locateContainer(pve: Pve, vmid: number, hint?: string, waiting?: () => void): Promise<Located> {
    const found = await lookFor(pve, vmid, hint);
    if (found.state !== "forbidden" || hint === undefined) return found;
    // With rights from a pool, a container is hidden until it is created: PVE adds it to the pool then (pve-container API2/LXC.pm).
    await untilCreated(pve, { node: hint, vmid }, waiting);
    // It may have been finished since the first search.
    return lookFor(pve, vmid, hint);
}

async function lookFor(pve: Pve, vmid: number, hint?: string): Promise<Located> {
    const search = new Search(pve, vmid);
    if (hint !== undefined) {
        const there = await search.at(hint, pve.timing.lastNode);
        if (there) return there;
    }
    // Authoritative and without lag, unlike the lists (pve-api.md 0.4, 1.4).
    if (await isFreeVmid(pve, vmid)) return { state: "gone" };

    const listed = (await listGuests(pve)).find((guest) => guest.vmid === vmid);
    if (listed?.type === "qemu") return { state: "other" };
    const nodes = (await listNodes(pve)).sort((a, b) => Number(b.online) - Number(a.online)).map(({ node }) => node);
    // Nodes that did not answer come last: HA may have moved the guest because its node is down.
    const order = (listed ? [listed.node, ...nodes] : nodes).sort((a, b) => Number(search.silent(a)) - Number(search.silent(b)));
    for (const node of order) {
        const there = await search.at(node);
        if (there) return there;
    }
    return search.nowhere();
}

class Search {
    private readonly asked = new Set<string>();
    private readonly glanced = new Set<string>();
    private unreachable: PveError | undefined;
    private refused: PveError | undefined;

    constructor(
        private readonly pve: Pve,
        private readonly vmid: number,
    ) {}

    silent(node: string): boolean {
        return this.glanced.has(node);
    }

    /** `glance` is the timeout in milliseconds; a node that exceeds it may be asked again. */
    async at(node: string, glance?: number): Promise<Located | undefined> {
        if (this.asked.has(node)) return undefined;
        const { deadline } = this.pve;
        try {
            const pve = glance === undefined ? this.pve : this.pve.within(deadline.atMost(glance));
            return { state: "found", node, config: await readConfig(pve, { node, vmid: this.vmid }) };
        } catch (error) {
            if (glance !== undefined && !deadline.expired && isKind(error, "Unreachable", "Timeout")) {
                this.glanced.add(node);
                return undefined;
            }
            if (!(error instanceof PveError)) throw error;
            this.asked.add(node);
            if (error.kind === "NotFound" || error.says === "no such node") return undefined;
            if (error.kind === "Unreachable") this.unreachable = error;
            else if (error.kind === "Denied" && error.details.status === 403) this.refused = error;
            else throw error;
            return undefined;
        }
    }

    async nowhere(): Promise<Located> {
        // It may have been deleted during the search.
        if (await isFreeVmid(this.pve, this.vmid)) return { state: "gone" };
        if (this.refused) return { state: "forbidden", error: this.refused };
        if (this.unreachable) throw this.unreachable;
        throw new PveError(
            "Busy",
            `VMID ${this.vmid} is in use, but no node has a container with this number: it may be migrating; run again`,
        );
    }
}
