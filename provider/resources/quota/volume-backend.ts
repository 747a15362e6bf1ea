import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { QuotaInputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import { percentOf } from "../../quota/figures";
import { followed, volumeFaults } from "../../quota/volume";
import type { VolumeSizes } from "../../quota/volume";
import { isDefaultRoot, SHARE_ROOTS_GLOB } from "../../samba/look";
import { refuseBelowUse } from "./backend";
import type { Backend, Change, Found, Opening } from "./backend";
import type { Ready } from "../../gateway/session";
import { needed } from "../../machines/machine";
import type { VolumeMount, Volumes } from "../../machines/machine";
import { lackOf, restartHint } from "../../machines/mounted";
import { mountsIn } from "../../hosts";
import type { Target } from "./target";

/** Limits the tree by the size of its own volume. It grows online; it shrinks only where the storage supports it. */
export function volumeBackend(ctx: Context<unknown>, target: Target, mount: VolumeMount, { closely }: Opening): Backend {
    const { gateway, path } = target;
    const { machine } = gateway;
    const volumes = volumesOf(gateway);
    const lack = lackOf(mountsIn(target.look), mount);
    // Reads share one gather; a size change must not use an older result of another caller.
    const spaces = !closely && isDefaultRoot(path) ? SHARE_ROOTS_GLOB : path;

    async function look(configured = mount.configured): Promise<Found & { sizes: VolumeSizes }> {
        const [stored, seen] = await Promise.all([
            volumes.stored(mount),
            gateway.hostSession.snapshot.readJust(ctx.deadline, { statvfs: [spaces] }),
        ]);
        // A directory below a missing mount is on another file system.
        const inside = lack === undefined ? seen.statvfs[path] : undefined;
        const all = { configured, stored, fileSystem: inside?.total };
        return {
            place: mount.volume,
            limit: stored,
            limited: false,
            observed: {},
            figures: {
                used: inside?.used ?? 0,
                available: inside?.available ?? 0,
                percent: percentOf(inside?.used ?? 0, (inside?.used ?? 0) + (inside?.available ?? 0)),
                filesUsed: inside?.files,
            },
            ...(lack === undefined ? {} : { unseen: true }),
            drift: [...(lack === undefined ? [] : [`limit: ${lack}`]), ...volumeFaults(all)],
            source: { kind: "statvfs", path },
            sizes: all,
        };
    }

    function refuse({ limit = 0 }: Found, inputs: QuotaInputs): void {
        if (mount.declared)
            throw new PvesmbError(
                "InvalidInput",
                "gateway: it sets `data.size` itself; set `data.initialSize` on the gateway instead, or remove the quota",
                { property: "gateway" },
            );
        if (lack !== undefined)
            throw new PvesmbError("Conflict", `limit: ${lack}, so clients have ${path} without it. ${restartHint(machine.name)}`, {
                property: "limit",
            });
        if (bytesOf(inputs.limit) >= limit || inputs.onShrink === "force") return;
        throw new PvesmbError(
            "InvalidInput",
            `limit: the volume ${mount.volume} has ${formatSize(limit)}, and Proxmox VE cannot shrink a volume; set at least that limit, set \`onShrink: "force"\` if its storage is ZFS, or move the files to a new share with a smaller volume`,
            { property: "limit" },
        );
    }

    async function apply({ id, found, inputs, claim, claimed, settle }: Change): Promise<{ after: Found }> {
        const { queue } = gateway.hostSession;
        await queue.submit({ key: `quota:${id}`, steps: claim() }, ctx.deadline);
        claimed();
        await resize(found, inputs);
        const after = await look();
        const steps = settle(after);
        if (steps.length > 0) await queue.submit({ key: `quota:${id}`, steps }, ctx.deadline);
        return { after };
    }

    async function resize(found: Found, inputs: QuotaInputs): Promise<void> {
        const before = (found as Awaited<ReturnType<typeof look>>).sizes;
        const bytes = bytesOf(inputs.limit);
        const stale = before.configured !== before.stored;
        if (before.stored === bytes && !stale) return;
        await volumes.checkResize(mount);
        if (before.stored !== undefined && bytes < before.stored) await shrink(found, inputs);
        else if (before.stored !== bytes) await volumes.grow(mount, { property: "limit", from: before.stored ?? 0, to: bytes });
        else await volumes.rescan();
        await verify(before, bytes);
    }

    async function verify(before: VolumeSizes, bytes: number): Promise<void> {
        gateway.hostSession.snapshot.forget();
        const mounted = (await machine.readMounts()).under(path);
        const { sizes } = await look(mounted.kind === "volume" ? mounted.configured : undefined);
        const faults = [
            ...(sizes.stored === bytes ? [] : [`asked for ${formatSize(bytes)}`]),
            ...(followed(before, sizes) ? [] : ["the file system did not grow"]),
            ...volumeFaults(sizes),
        ];
        if (faults.length > 0)
            throw new PvesmbError(
                "RemoteFailed",
                `the volume ${mount.volume} of ${machine.name} does not have the requested size after the change: ${faults.join("; ")}. ${volumes.resizeHint()}; then \`pulumi up\` again`,
            );
    }

    async function shrink(found: Found, inputs: QuotaInputs): Promise<void> {
        await volumes.refuseShrink(mount, found.limit ?? 0);
        refuseBelowUse(found, inputs);
        await volumes.shrink(mount, bytesOf(inputs.limit));
    }

    // A volume always has a size: without the quota it keeps the current one.
    return { name: "volume", look, refuse, apply, release: async () => ({ steps: [] }) };
}

const volumesOf = ({ machine }: Ready): Volumes =>
    needed(
        machine,
        "volumes",
        (name) =>
            new PvesmbError("InvalidInput", `path: ${name} has no volumes that can be made larger; leave the quota out`, {
                property: "path",
            }),
    );
