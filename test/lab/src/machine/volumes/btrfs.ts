import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { StoragePlace } from "../../machine";
import type { NodeSpace } from "../node-space";
import { atRest, copyImage, createImage, growImage, imageSize, mountImage } from "./image";
import type { VolumeKind } from "./kind";

/**
 * A btrfs storage keeps each volume in a subvolume: `101/vm-101-disk-0.raw` is the file `disk.raw` in `images/101/vm-101-disk-0`, and
 * `101/subvol-101-disk-0.subvol` the subvolume itself, which has no size (BTRFSPlugin.pm).
 */
export const btrfsVolumes: VolumeKind = {
    async create({ space, place, name }, size, unprivileged) {
        const path = subvolume(space, place, name);
        mkdirSync(space.outside(dirname(path)), { recursive: true });
        await space.run(["btrfs", "-q", "subvolume", "create", path]);
        if (!isPlain(name)) return createImage(space, join(path, "disk.raw"), size, unprivileged);
        await space.run(["chown", unprivileged ? "100000:100000" : "0:0", path]);
    },

    resize({ space, place, name }, size, alone) {
        return growImage(space, disk(space, place, name), size, alone);
    },

    async remove({ space, place, name }) {
        const path = subvolume(space, place, name);
        const owner = space.outside(dirname(path));
        const kept = readdirSync(owner).filter((entry) => entry.startsWith(`${basename(path)}@`));
        for (const entry of [basename(path), ...kept]) await space.run(["btrfs", "-q", "subvolume", "delete", join(dirname(path), entry)]);
        if (readdirSync(owner).length === 0) rmdirSync(owner);
    },

    async rename({ space, place, name }, next) {
        const to = space.outside(subvolume(space, place, next));
        mkdirSync(dirname(to), { recursive: true });
        renameSync(space.outside(subvolume(space, place, name)), to);
    },

    async copy(from, to) {
        if (from.space === to.space) {
            const target = subvolume(to.space, to.place, to.name);
            mkdirSync(to.space.outside(dirname(target)), { recursive: true });
            await to.space.run(["btrfs", "-q", "subvolume", "snapshot", subvolume(from.space, from.place, from.name), target]);
            return;
        }
        // Another node's file system is not seen from this one's side, only through its process.
        mkdirSync(to.space.outside(dirname(subvolume(to.space, to.place, to.name))), { recursive: true });
        await to.space.run(["btrfs", "-q", "subvolume", "create", subvolume(to.space, to.place, to.name)]);
        const source = from.space.outside(subvolume(from.space, from.place, from.name));
        if (!isPlain(from.name)) {
            await atRest(from.space, disk(from.space, from.place, from.name));
            return copyImage(to.space, join(source, "disk.raw"), disk(to.space, to.place, to.name));
        }
        await to.space.run(["cp", "-a", `${source}/.`, subvolume(to.space, to.place, to.name)]);
    },

    // BTRFSPlugin.pm: the snapshot `s1` of `vm-101-disk-0` is the read-only subvolume `vm-101-disk-0@s1`.
    snapshots: {
        async create({ space, place, name }, snapshot) {
            const path = subvolume(space, place, name);
            await space.run(["btrfs", "-q", "subvolume", "snapshot", "-r", path, `${path}@${snapshot}`]);
        },
        async rollback({ space, place, name }, snapshot) {
            const path = subvolume(space, place, name);
            await space.run(["btrfs", "-q", "subvolume", "delete", path]);
            await space.run(["btrfs", "-q", "subvolume", "snapshot", `${path}@${snapshot}`, path]);
        },
        async remove({ space, place, name }, snapshot) {
            await space.run(["btrfs", "-q", "subvolume", "delete", `${subvolume(space, place, name)}@${snapshot}`]);
        },
    },

    async size({ space, place, name }) {
        if (!isPlain(name)) return imageSize(space, disk(space, place, name));
        return existsSync(space.outside(subvolume(space, place, name))) ? 0 : undefined;
    },

    async mount({ space, place, name }, at, readOnly) {
        if (!isPlain(name)) return mountImage(space, disk(space, place, name), at, readOnly);
        mkdirSync(space.outside(at), { recursive: true });
        await space.run(["mount", "--bind", subvolume(space, place, name), at]);
    },

    root: (space, place) => space.path(place.path),

    async list(space, place) {
        const root = join(space.outside(space.path(place.path)), "images");
        if (!existsSync(root)) return [];
        return readdirSync(root).flatMap((owner) =>
            volumesIn(join(root, owner)).map((entry) => {
                const raw = statSync(join(root, owner, entry, "disk.raw"), { throwIfNoEntry: false });
                const stat = raw ?? statSync(join(root, owner, entry));
                return {
                    name: `${owner}/${entry}.${raw ? "raw" : "subvol"}`,
                    size: raw?.size ?? 0,
                    used: (raw?.blocks ?? 0) * 512,
                    ctime: Math.floor(stat.ctimeMs / 1000),
                };
            }),
        );
    },
};

function volumesIn(owner: string): string[] {
    return readdirSync(owner).filter((entry) => !entry.includes("@"));
}

function isPlain(name: string): boolean {
    return name.endsWith(".subvol");
}

function subvolume(space: NodeSpace, place: StoragePlace, name: string): string {
    return join(space.path(place.path), "images", name.replace(/\.(raw|subvol)$/, ""));
}

function disk(space: NodeSpace, place: StoragePlace, name: string): string {
    return join(subvolume(space, place, name), "disk.raw");
}
