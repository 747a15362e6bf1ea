import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { QuotaInputs } from "../../model";
import { spots } from "../../model/permissions/feature";
import { bytesOf, formatSize } from "../../model/size";
import { readConfig } from "../../proxmox/lxc/container";
import { resizeVolume } from "../../proxmox/lxc/resize";
import { readStorage } from "../../proxmox/storage";
import { percentOf } from "../../quota/figures";
import { followed, volumeFaults } from "../../quota/volume";
import type { VolumeSizes } from "../../quota/volume";
import { isSideBySide, SIDE_BY_SIDE } from "../../samba/look";
import { nodeHost } from "../../machines/reach";
import { checkRights } from "../../rights/check";
import { refuseBelowUse } from "./backend";
import type { Backend, Change, Found, Opening } from "./backend";
import { mountOf } from "../../machines/lxc/mounts";
import type { Mount } from "../../machines/lxc/mounts";
import type { Target } from "./target";
import { forgetVolumes, volumeSizes } from "../../machines/lxc/volume-sizes";

type VolumeMount = Extract<Mount, { kind: "volume" }>;

/**
 * The size of the tree's own volume. It grows by Proxmox VE while the gateway runs; it becomes smaller only where it is a dataset of ZFS,
 * by the node's own `zfs`, since the API refuses that everywhere (pve-api.md 3.1).
 */
export function volumeBackend(ctx: Context<unknown>, target: Target, mount: VolumeMount, { closely }: Opening): Backend {
    const { gateway, pve, path } = target;
    const { place } = gateway;
    const storage = mount.volume.slice(0, mount.volume.indexOf(":"));
    // Those who only read ask for the same and share one look; who changes a size must not be told what another saw before that.
    const spaces = !closely && isSideBySide(path) ? SIDE_BY_SIDE : path;

    async function look(configured = mount.configured): Promise<Found & { sizes: VolumeSizes }> {
        const [sizes, seen] = await Promise.all([
            volumeSizes(pve, place.node, storage),
            gateway.workshop.snapshot.readJust(ctx.deadline, { statvfs: [spaces] }),
        ]);
        const inside = seen.statvfs[path];
        const stored = sizes.get(mount.volume);
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
            drift: volumeFaults(all),
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
        if (bytesOf(inputs.limit) >= limit || inputs.onShrink === "force") return;
        throw new PvesmbError(
            "InvalidInput",
            `limit: the volume ${mount.volume} has ${formatSize(limit)}, and Proxmox VE cannot shrink a volume; set at least that limit, set \`onShrink: "force"\` if its storage is ZFS, or move the files to a new share with a smaller volume`,
            { property: "limit" },
        );
    }

    async function apply({ id, found, inputs, claim, claimed, settle }: Change): Promise<{ after: Found }> {
        const { queue } = gateway.workshop;
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
        await checkRights(pve, [{ feature: "quota-volume", scope: { guests: spots(`vms/${place.vmid}`), storage: spots(storage) } }]);
        if (before.stored !== undefined && bytes < before.stored) await shrink(found, inputs);
        else if (before.stored !== bytes) await resizeVolume(pve, place, mount.key, bytes);
        else await rescan();
        await verify(before, bytes);
    }

    async function verify(before: VolumeSizes, bytes: number): Promise<void> {
        forgetVolumes(place.node, storage);
        gateway.workshop.snapshot.forget();
        const mounted = mountOf(await readConfig(pve, place), path);
        const { sizes } = await look(mounted.kind === "volume" ? mounted.configured : undefined);
        const faults = [
            ...(sizes.stored === bytes ? [] : [`asked for ${formatSize(bytes)}`]),
            ...(followed(before, sizes) ? [] : ["the file system did not grow"]),
            ...volumeFaults(sizes),
        ];
        if (faults.length > 0)
            throw new PvesmbError(
                "RemoteFailed",
                `the volume ${mount.volume} of CT ${place.vmid} does not have the requested size after the change: ${faults.join("; ")}. Run \`pct rescan --vmid ${place.vmid}\` on ${place.node}, and resize2fs (or xfs_growfs) if the file system did not grow; then \`pulumi up\` again`,
            );
    }

    async function shrink(found: Found, inputs: QuotaInputs): Promise<void> {
        const { type } = await readStorage(pve, place.node, storage);
        if (type !== "zfspool")
            throw new PvesmbError(
                "InvalidInput",
                `limit: ${storage} is a storage of type ${type}, whose volumes cannot shrink (${mount.volume} has ${formatSize(found.limit ?? 0)}); set at least that limit, or move the files to a new share`,
                { property: "limit" },
            );
        refuseBelowUse(found, inputs);
        const directory = (await onNode(["pvesm", "path", mount.volume])).trim();
        const dataset = (await onNode(["findmnt", "-n", "-o", "SOURCE", "--mountpoint", directory])).trim();
        await onNode(["zfs", "set", `refquota=${bytesOf(inputs.limit)}`, dataset]);
        await rescan();
    }

    /** Brings `size=` in the guest's configuration to what the storage says. */
    const rescan = (): Promise<string> => onNode(["pct", "rescan", "--vmid", String(place.vmid)]);

    async function onNode(argv: string[]): Promise<string> {
        const host = await nodeHost(pve, target.connection, place.node);
        const { code, stdout, stderr } = await host.exec(argv, { deadline: ctx.deadline });
        if (code !== 0) throw new PvesmbError("RemoteFailed", `${host.name}: ${argv.join(" ")} ended with ${code}: ${stderr.trim()}`);
        return stdout;
    }

    // A volume always has a size: without the quota it stays as it is.
    return { name: "volume", look, refuse, apply, release: async () => ({ steps: [] }) };
}
