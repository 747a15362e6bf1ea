/** What tests may do to the lab behind PVE's back, and what they may look at. Every method takes and gives plain data. */
import { rescanSizes } from "./lxc/volumes";
import { configText, parseConfig } from "../pve/guest-config";
import { textOf } from "../pve/errors";
import type { Value } from "../pve/validate";
import { dispatch } from "./dispatch";
import type { LoggedRequest, RequestRule, TaskRule } from "./faults";
import { applyState, type InitialState } from "./initial-state";
import type { Lab } from "./lab";
import { guestLockFile } from "./locks";
import type { NodeServer } from "./node-server";

export class Control {
    private readonly held = new Map<string, () => void>();

    constructor(
        private readonly lab: Lab,
        private readonly servers: ReadonlyMap<string, NodeServer>,
    ) {}

    /** An API call without HTTP, as root@pam unless told; what `pct`, `qm` and `pvesm` on a node use. */
    async call(verb: string, path: string, params: Record<string, Value> = {}, identity = "root@pam", via?: string): Promise<unknown> {
        const node = via ?? this.lab.machine.nodes()[0]?.name ?? "";
        return (await dispatch(this.lab, { verb, path, params, via: node }, identity)) ?? null;
    }

    /** As `call`, then waits for the task and throws its error. Gives the exit status. */
    async run(verb: string, path: string, params: Record<string, Value> = {}, identity = "root@pam", via?: string): Promise<string> {
        const upid = await this.call(verb, path, params, identity, via);
        const task = this.lab.tasks.find(String(upid));
        if (!task) throw new Error(`${verb} ${path} started no task`);
        await task.done;
        const exit = task.exitstatus ?? "";
        if (exit !== "OK" && !exit.startsWith("WARNINGS")) throw new Error(exit);
        return exit;
    }

    /** Faults: the number names the rule. */
    injectRequest(rule: RequestRule): number {
        return this.lab.faults.onRequest(rule);
    }

    injectTask(rule: TaskRule): number {
        return this.lab.faults.onTask(rule);
    }

    faults(): { id: number; rule: RequestRule | TaskRule; seen: number }[] {
        return this.lab.faults.list();
    }

    removeFault(id: number): void {
        this.lab.faults.remove(id);
    }

    clearFaults(): void {
        this.lab.faults.clear();
    }

    requests(): LoggedRequest[] {
        return this.lab.faults.log;
    }

    clearRequests(): void {
        this.lab.faults.log.length = 0;
    }

    /** Adds users, tokens, roles, groups, ACLs, pools, storages and options; entries with the same name are replaced. */
    async add(state: InitialState): Promise<void> {
        applyState(this.lab, { storages: [], ...state });
        await this.lab.storages.activateAll();
    }

    /** To be called after something was done past the API. */
    changed(): void {
        this.lab.changed();
    }

    /** A guest's config file as text. */
    config(vmid: number): string {
        const guest = this.lab.cluster.guests.get(vmid);
        if (!guest) throw new Error(`no guest ${vmid}`);
        return configText(guest.config);
    }

    /** Writes a guest's config file; makes the guest when there is none (its volumes are not made). */
    setConfig(vmid: number, text: string, place?: { node: string; kind: "lxc" | "qemu" }): void {
        const guest = this.lab.cluster.guests.get(vmid);
        if (!guest && !place) throw new Error(`no guest ${vmid}, and no node given to make it on`);
        if (guest) guest.config = parseConfig(text);
        else if (place) this.lab.cluster.guests.set(vmid, { vmid, ...place, config: parseConfig(text) });
    }

    /** `pct rescan`, of one container or of all on a node. */
    async rescan(node: string, vmid?: number): Promise<void> {
        for (const guest of this.lab.cluster.guests.values())
            if (guest.kind === "lxc" && guest.node === node && (vmid === undefined || guest.vmid === vmid))
                await rescanSizes(this.lab, guest);
    }

    /** Sets or removes the `lock` flag. */
    setLock(vmid: number, lock?: string): void {
        const values = this.lab.cluster.guests.get(vmid)?.config.values;
        if (!values) throw new Error(`no guest ${vmid}`);
        if (lock === undefined) delete values["lock"];
        else values["lock"] = lock;
    }

    /** Holds a guest's config lock file until released: others run into its timeout. */
    async holdLock(vmid: number): Promise<void> {
        const guest = this.lab.cluster.guests.get(vmid);
        if (!guest) throw new Error(`no guest ${vmid}`);
        this.held.set(String(vmid), await this.lab.locks.hold(guestLockFile(guest.kind, vmid)));
    }

    releaseLock(vmid: number): void {
        this.held.get(String(vmid))?.();
        this.held.delete(String(vmid));
    }

    /** Kills a container's init as a crash would. */
    async crash(vmid: number): Promise<void> {
        const guest = this.lab.cluster.guests.get(vmid);
        if (!guest) throw new Error(`no guest ${vmid}`);
        await this.lab.machine.crash(guest.node, vmid);
    }

    setQuorum(quorate: boolean): void {
        this.lab.cluster.quorate = quorate;
    }

    /** The node's workers die with it, and HA recovers what it manages there; call it when the machine takes the node down. */
    nodeDied(node: string): void {
        this.lab.tasks.lose(node);
        this.lab.ha.fence(node);
    }

    /** A new certificate on one node (or on all) for new connections. */
    setCertificate(tls: { key: string; cert: string }, node?: string): void {
        for (const [name, server] of this.servers) if (node === undefined || node === name) server.setTls(tls);
    }

    tasks(): { upid: string; exitstatus?: string; lines: string[] }[] {
        return this.lab.tasks.list().map(({ upid, exitstatus, lines }) => ({ upid, exitstatus, lines }));
    }

    /** Waits until no task runs. */
    async idle(): Promise<void> {
        await this.lab.tasks.idle();
    }

    /** The text of an error of `call` or `run`, as a command line tool prints it. */
    errorText(error: unknown): string {
        return textOf(error);
    }
}
