import { isKind, PvesmbError } from "../../base/errors";
import type { Pve } from "../client/client";
import { route } from "../client/form";
import { isKnown, isRetryable } from "../client/known-errors";
import { pauseBefore } from "../client/timing";
import { task } from "../tasks";
import { text } from "../values/scalars";
import { type Place, readStatus } from "./container";

/** Starts a container and waits until it runs. Returns PVE's warnings. */
export function startContainer(pve: Pve, place: Place): Promise<string[]> {
    return setPower(pve, place, true, () => command(pve, place, "start", {}));
}

/**
 * Shuts a container down and waits until it is stopped. After `timeout` seconds (default 60) it is killed, or with `kill: false` the
 * failure is thrown.
 */
export function shutdownContainer(pve: Pve, place: Place, options: { timeout?: number; kill?: boolean } = {}): Promise<string[]> {
    return setPower(pve, place, false, () =>
        command(pve, place, "shutdown", { timeout: options.timeout ?? 60, forceStop: options.kill ?? true }),
    );
}

/** Kills a container and waits until it is stopped. */
export function stopContainer(pve: Pve, place: Place): Promise<string[]> {
    return setPower(pve, place, false, () => command(pve, place, "stop", {}));
}

async function command(
    pve: Pve,
    { node, vmid }: Place,
    verb: "start" | "shutdown" | "stop",
    params: Record<string, number | boolean>,
): Promise<string[]> {
    const upid = text(await pve.post(route`/nodes/${node}/lxc/${vmid}/status/${verb}`, params)) ?? "";
    return (await task(pve, upid).wait()).warnings;
}

/**
 * Sends the command and checks the state before each further try. Under HA the task only files a request, so its effect is awaited
 * (pve-api.md 1.4).
 */
async function setPower(pve: Pve, place: Place, running: boolean, send: () => Promise<string[]>): Promise<string[]> {
    const began = Date.now();
    for (let attempt = 0; ; attempt++) {
        const before = await readStatus(pve, place);
        if (before.running === running) return [];
        try {
            const warnings = await send();
            await settled(pve, place, running);
            return warnings;
        } catch (error) {
            if (isKnown(error, running ? "already running" : "not running")) return [];
            if (!isRetryable(error) || Date.now() - began > pve.timing.busy || pve.deadline.expired) throw error;
        }
        await pve.deadline.sleep(pauseBefore(attempt, pve.timing.pause));
    }
}

/** Without HA the effect is there when the task ends; the HA manager needs about ten seconds. */
async function settled(pve: Pve, place: Place, running: boolean): Promise<void> {
    for (let look = 0; ; look++) {
        const wanted = running ? "started" : "stopped";
        const late = new PvesmbError(
            "Timeout",
            `timed out while waiting for HA to have CT ${place.vmid} ${wanted}; \`ha-manager status\` on a node shows what it is doing`,
            { dispatched: true },
        );
        const status = await readStatus(pve, place).catch((error: unknown) => {
            throw look > 0 && isKind(error, "Timeout") ? late : error;
        });
        if (status.running === running) return;
        if (!status.ha)
            throw new PvesmbError(
                "RemoteFailed",
                `CT ${place.vmid} on ${place.node} was ${wanted}, but ${running ? "is no longer running" : "is running again"}`,
            );
        const pause = pauseBefore(look, pve.timing.poll);
        if (pause >= pve.deadline.left) throw late;
        await pve.deadline.sleep(pause);
    }
}
