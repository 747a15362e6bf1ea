/**
 * Changes of a container's config: what applies at once, what waits for the next start (pve-container src/PVE/LXC/Config.pm:
 * update_pct_config, vmconfig_hotplug_pending, vmconfig_apply_pending).
 */
import { died, textOf } from "../../pve/errors";
import { normalDescription } from "../../pve/guest-config";
import { splitList } from "../../pve/lists";
import { randomMac } from "../../pve/mac";
import { normalTags } from "../../pve/tags";
import { parseNewVolume, parseVolumeId } from "../../pve/volume-id";
import type { Guest } from "../cluster";
import type { Lab } from "../lab";
import { isMountKey, netKeys } from "./keys";
import { guestMount, guestSpec } from "./spec";
import { addUnused, destroyVolume, dropUnused, isVolumeInUse, realizeMount } from "./volumes";

/** Take effect in a running container without any work in it. */
const atOnce = new Set(["description", "onboot", "startup", "protection", "hostname", "hookscript", "cores", "tags", "lock"]);
const limits = new Set(["memory", "swap", "cpulimit", "cpuunits"]);

/** Not this time; the change stays pending. */
class Skip extends Error {}

function checkProtection(guest: Guest, message: string): void {
    if (guest.config.values["protection"] === "1") throw died(`${message} - protection mode enabled`);
}

/** `netN` as PVE writes it back: with a MAC address and its type. */
export function completeNet(lab: Lab, key: string, value: string): string {
    const net = lab.lxc.parse(key, value);
    return lab.lxc.print(key, {
        ...net,
        hwaddr: net["hwaddr"]?.toUpperCase() ?? randomMac(lab.cluster.options["mac_prefix"]),
        type: net["type"] ?? "veth",
    });
}

/** Values in the form in which PVE keeps them. */
function normalized(key: string, value: string): string | undefined {
    if (key === "tags") return normalTags(value);
    if (key === "description") return normalDescription(value);
    if (key === "nameserver" || key === "searchdomain") return splitList(value).join(" ");
    if (key === "features") return value.replace(/=(?:on|yes|true)(?=,|$)/gi, "=1").replace(/=(?:off|no|false)(?=,|$)/gi, "=0");
    return value;
}

/** A storage that a mount point's volume lies on must be meant for containers. */
function checkContent(lab: Lab, node: string, volume: string): void {
    const storage = parseNewVolume(volume)?.storage ?? parseVolumeId(volume)?.storage;
    if (storage === undefined) return;
    const config = lab.storages.enabled(storage, node);
    if (!lab.storages.holds(config, "rootdir")) throw died(`storage '${storage}' does not support content type 'rootdir'`);
}

export class PendingChanges {
    /** Errors of single options; the others are applied all the same. */
    readonly errors: Record<string, string> = {};
    private limitsDone = false;

    constructor(
        private readonly lab: Lab,
        private readonly guest: Guest,
    ) {}

    /** Checks the changes and writes them to the pending section. Throws PVE's 500 for what can't be changed at all. */
    async stage(set: Record<string, string>, remove: string[], revert: string[]): Promise<void> {
        const { config, vmid, node } = this.guest;
        for (const key of revert) {
            delete config.pending[key];
            config.pendingDelete = config.pendingDelete.filter((entry) => entry !== key);
        }
        for (const key of remove) {
            if (config.values[key] === undefined && config.pending[key] === undefined) continue;
            if (key === "memory" || key === "rootfs" || key === "ostype") throw died(`unable to delete required option '${key}'`);
            if (key === "unprivileged") throw died(`unable to delete read-only option: '${key}'`);
            if (isMountKey(key) || /^unused\d+$/.test(key)) checkProtection(this.guest, `can't remove CT ${vmid} drive '${key}'`);
            delete config.pending[key];
            if (!config.pendingDelete.includes(key)) config.pendingDelete.push(key);
        }
        for (const key of Object.keys(set).sort()) {
            const value = set[key] ?? "";
            if (key === "unprivileged") throw died(`unable to modify read-only option: '${key}'`);
            if (isMountKey(key)) {
                checkProtection(this.guest, `can't update CT ${vmid} drive '${key}'`);
                const mount = this.lab.lxc.mount(key, value);
                if (mount.kind === "volume") checkContent(this.lab, node, mount.volume);
            }
            if (key === "hookscript" && (await this.lab.storages.size(value, node)) === undefined)
                throw died(`script '${value}' does not exist`);
            config.pendingDelete = config.pendingDelete.filter((entry) => entry !== key);
            const kept = normalized(key, value);
            if (kept !== undefined) config.pending[key] = kept;
            else config.pendingDelete.push(key);
        }
        this.dropIdle();
    }

    /** A pending value that is the active one already, or a deletion of nothing, is no change. */
    private dropIdle(): void {
        const { config } = this.guest;
        for (const [key, value] of Object.entries(config.pending)) if (config.values[key] === value) delete config.pending[key];
        config.pendingDelete = config.pendingDelete.filter((key) => config.values[key] !== undefined);
    }

    /** The container is stopped (or about to start): everything applies. */
    async applyAll(): Promise<void> {
        const { config } = this.guest;
        for (const key of [...config.pendingDelete].sort()) await this.attempt(key, "apply pending change", () => this.removeNow(key));
        this.dropIdle();
        for (const key of Object.keys(config.pending).sort()) {
            await this.attempt(key, "apply pending change", async () => {
                const value = await this.realized(key, false);
                this.replace(key, value);
            });
        }
    }

    /** The container runs: what can change now does, the rest stays pending. */
    async hotplug(selection: Set<string>): Promise<void> {
        const { config } = this.guest;
        for (const key of Object.keys(config.pending).sort())
            if (selection.has(key) && atOnce.has(key)) this.replace(key, config.pending[key] ?? "");
        for (const key of [...config.pendingDelete].sort())
            if (selection.has(key)) await this.attempt(key, "hotplug", () => this.unplug(key));
        for (const key of Object.keys(config.pending).sort())
            if (selection.has(key)) await this.attempt(key, "hotplug", () => this.plug(key));
    }

    private async attempt(key: string, what: string, work: () => Promise<void>): Promise<void> {
        try {
            await work();
        } catch (error) {
            if (!(error instanceof Skip))
                this.errors[key] =
                    what === "hotplug" ? `unable to hotplug ${key}: ${textOf(error)}\n` : `unable to ${what} ${key}: ${textOf(error)}\n`;
        }
    }

    private replace(key: string, value: string): void {
        const { config } = this.guest;
        const before = config.values[key];
        config.values[key] = value;
        delete config.pending[key];
        if (isMountKey(key)) dropUnused(this.guest, this.lab.lxc.mount(key, value).volume);
        if (before !== undefined && isMountKey(key)) {
            const old = this.lab.lxc.mount(key, before);
            if (old.kind === "volume" && !isVolumeInUse(this.guest, old.volume)) addUnused(this.guest, old.volume);
        }
    }

    private forget(key: string): void {
        delete this.guest.config.values[key];
        this.guest.config.pendingDelete = this.guest.config.pendingDelete.filter((entry) => entry !== key);
    }

    private async removeNow(key: string): Promise<void> {
        const value = this.guest.config.values[key];
        if (value !== undefined && isMountKey(key)) {
            const mount = this.lab.lxc.mount(key, value);
            if (mount.kind === "volume" && !isVolumeInUse(this.guest, mount.volume, key)) addUnused(this.guest, mount.volume);
        }
        if (value !== undefined && /^unused\d+$/.test(key) && !isVolumeInUse(this.guest, value))
            await destroyVolume(this.lab, this.guest, value);
        this.forget(key);
    }

    private async unplug(key: string): Promise<void> {
        const { config } = this.guest;
        if (atOnce.has(key)) return this.forget(key);
        if (/^unused\d+$/.test(key)) return this.removeNow(key);
        if (limits.has(key)) {
            this.forget(key);
            await this.lab.machine.applyLimits(guestSpec(this.lab, this.guest));
        } else if (/^net\d+$/.test(key)) {
            const before = config.values[key];
            this.forget(key);
            await this.lab.machine.applyNetwork(guestSpec(this.lab, this.guest)).catch((error: unknown) => {
                if (before !== undefined) config.values[key] = before;
                config.pendingDelete.push(key);
                throw error;
            });
        } else {
            throw new Skip();
        }
    }

    private async plug(key: string): Promise<void> {
        const { config } = this.guest;
        if (limits.has(key)) return this.plugLimits();
        if (/^net\d+$/.test(key)) return this.plugNet(key);
        if (!/^mp\d+$/.test(key) || config.values[key] !== undefined) throw new Skip();
        this.replace(key, await this.realized(key, true));
    }

    private async plugLimits(): Promise<void> {
        if (this.limitsDone) return;
        this.limitsDone = true;
        const { config } = this.guest;
        const chosen = Object.entries(config.pending).filter(([key]) => limits.has(key));
        const trial: Guest = { ...this.guest, config: { ...config, values: { ...config.values, ...Object.fromEntries(chosen) } } };
        await this.lab.machine.applyLimits(guestSpec(this.lab, trial));
        for (const [key, value] of chosen) this.replace(key, value);
    }

    private async plugNet(key: string): Promise<void> {
        const { config } = this.guest;
        const value = completeNet(this.lab, key, config.pending[key] ?? "");
        const trial: Guest = { ...this.guest, config: { ...config, values: { ...config.values, [key]: value } } };
        await this.lab.machine.applyNetwork(guestSpec(this.lab, trial));
        this.replace(key, value);
    }

    /** The final value of a pending option; new volumes are made here, and mounted when the container runs. */
    private async realized(key: string, running: boolean): Promise<string> {
        const { config, node } = this.guest;
        const value = config.pending[key] ?? "";
        if (/^net\d+$/.test(key)) return completeNet(this.lab, key, value);
        if (!isMountKey(key)) return value;
        const made: string[] = [];
        try {
            const final = await realizeMount(this.lab, this.guest, key, value, config.values["unprivileged"] === "1", made);
            if (running) await this.lab.machine.hotplugMount(guestSpec(this.lab, this.guest), guestMount(this.lab, node, key, final));
            return final;
        } catch (error) {
            for (const volid of made) await this.lab.storages.remove(volid, node).catch(() => undefined);
            throw error;
        }
    }
}

/** PVE writes LXC's own config after each change, which needs every NIC's bridge (PVE::LXC::update_lxc_config). */
export async function checkBridges(lab: Lab, guest: Guest): Promise<void> {
    for (const key of netKeys(guest.config.values)) {
        const bridge = lab.lxc.parse(key, guest.config.values[key] ?? "")["bridge"];
        if (bridge !== undefined && !(await lab.machine.bridgeExists(guest.node, bridge))) throw died(`bridge '${bridge}' does not exist`);
    }
}
