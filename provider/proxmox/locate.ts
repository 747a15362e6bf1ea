import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { PveError } from "./client/sayings";
import { isFreeVmid, listGuests, listNodes } from "./cluster";
import type { ContainerConfig } from "./lxc/config";
import { readConfig } from "./lxc/container";
import { untilCreated } from "./tasks";

export type Located =
    | { state: "found"; node: string; config: ContainerConfig }
    /** The VMID is free: nothing else counts as gone. */
    | { state: "gone" }
    /** The VMID belongs to something that is no container. */
    | { state: "other" }
    /** It exists, but the caller may not see it; `error` says which privilege is missing. */
    | { state: "forbidden"; error: PveError };

/**
 * Finds a container in the whole cluster, wherever HA or somebody has moved it. `hint` is the node where it was last: there it costs one
 * call. One that the caller itself is making there is waited for when its rights come from a pool, and `waiting` is called once: PVE puts
 * a guest into its pool when it is made, and hides it until then (pve-container API2/LXC.pm). Throws Unreachable when it must be on a
 * node that does not answer.
 */
export async function locateContainer(pve: Pve, vmid: number, hint?: string, waiting?: () => void): Promise<Located> {
    const found = await lookFor(pve, vmid, hint);
    if (found.state !== "forbidden" || hint === undefined) return found;
    await untilCreated(pve, { node: hint, vmid }, waiting);
    // One that is no longer being created may have been finished after it was looked for.
    return lookFor(pve, vmid, hint);
}

async function lookFor(pve: Pve, vmid: number, hint?: string): Promise<Located> {
    const search = new Search(pve, vmid);
    if (hint !== undefined) {
        const there = await search.at(hint, pve.timing.glance);
        if (there) return there;
    }
    // Authoritative and without lag, unlike the lists (pve-api.md 0.4, 1.4).
    if (await isFreeVmid(pve, vmid)) return { state: "gone" };

    const listed = (await listGuests(pve)).find((guest) => guest.vmid === vmid);
    if (listed?.type === "qemu") return { state: "other" };
    const nodes = (await listNodes(pve)).sort((a, b) => Number(b.online) - Number(a.online)).map(({ node }) => node);
    // A node that did not answer is waited for only when no other has the guest: HA may have moved it because that node is down.
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

    /** A glance lasts so many milliseconds; a node that was silent for it may be asked again. */
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
        // It may have gone while we were looking.
        if (await isFreeVmid(this.pve, this.vmid)) return { state: "gone" };
        if (this.refused) return { state: "forbidden", error: this.refused };
        if (this.unreachable) throw this.unreachable;
        throw new PveError(
            "Busy",
            `VMID ${this.vmid} is in use, but no node has a container with this number: it may be migrating; run again`,
        );
    }
}
