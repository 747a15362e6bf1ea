import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StoragePlace } from "../../machine";
import type { NodeSpace } from "../node-space";
import { zfs } from "../pools";
import { atRest, copyImage, createImage, growImage, imageSize, mountImage } from "./image";
import type { VolumeKind } from "./kind";

/**
 * A ZFS pool: `subvol-101-disk-0` is a dataset with a refquota. But zfs-fuse judges by the caller's real uid, so that root of an
 * unprivileged container could not even chown; such a guest's volume is an image behind the same name, empty and growing like a dataset.
 */
export const zfsVolumes: VolumeKind = {
    async create({ space, place, name }, size, unprivileged) {
        if (unprivileged) return createImage(space, imageOf(space, place, name), size, true, false);
        await zfs(space, ["zfs", "create", "-o", `refquota=${size === 0 ? "none" : size}`, `${place.path}/${name}`]);
    },

    async resize({ space, place, name }, size) {
        if (isImage(space, place, name)) return growImage(space, imageOf(space, place, name), size, false);
        await zfs(space, ["zfs", "set", `refquota=${size}`, `${place.path}/${name}`]);
    },

    async remove({ space, place, name }) {
        if (isImage(space, place, name)) {
            for (const file of names(space, imagesOf(space, place)))
                if (file.startsWith(`${name}.raw`)) rmSync(space.outside(join(imagesOf(space, place), file)));
            return;
        }
        await destroy(space, `${place.path}/${name}`);
    },

    async rename({ space, place, name }, next) {
        const [from, to] = [imageOf(space, place, name), imageOf(space, place, next)];
        if (isImage(space, place, name)) return renameSync(space.outside(from), space.outside(to));
        await zfs(space, ["zfs", "rename", `${place.path}/${name}`, `${place.path}/${next}`]);
    },

    async copy(from, to) {
        const source = imageOf(from.space, from.place, from.name);
        if (isImage(from.space, from.place, from.name)) {
            await atRest(from.space, source);
            return copyImage(to.space, source, imageOf(to.space, to.place, to.name));
        }
        const quota = await zfs(from.space, ["zfs", "get", "-Hp", "-o", "value", "refquota", `${from.place.path}/${from.name}`]);
        await zfs(to.space, ["zfs", "create", "-o", `refquota=${quota.trim()}`, `${to.place.path}/${to.name}`]);
        const send = ["cp", "-a", `${dataset(from.space, from.place, from.name)}/.`, dataset(to.space, to.place, to.name)];
        await from.space.run(send);
    },

    snapshots: {
        async create({ space, place, name }, snapshot) {
            const image = imageOf(space, place, name);
            if (isImage(space, place, name)) return copyImage(space, image, `${image}@${snapshot}`);
            await zfs(space, ["zfs", "snapshot", `${place.path}/${name}@${snapshot}`]);
        },
        async rollback({ space, place, name }, snapshot) {
            const image = imageOf(space, place, name);
            if (isImage(space, place, name)) {
                await atRest(space, image);
                return copyImage(space, `${image}@${snapshot}`, image);
            }
            await zfs(space, ["zfs", "rollback", `${place.path}/${name}@${snapshot}`]);
        },
        async remove({ space, place, name }, snapshot) {
            if (isImage(space, place, name)) return rmSync(space.outside(`${imageOf(space, place, name)}@${snapshot}`));
            await zfs(space, ["zfs", "destroy", `${place.path}/${name}@${snapshot}`]);
        },
    },

    async size({ space, place, name }) {
        const image = imageSize(space, imageOf(space, place, name));
        if (image !== undefined || !existsSync(space.outside(dataset(space, place, name)))) return image;
        return Number(await zfs(space, ["zfs", "get", "-Hp", "-o", "value", "refquota", `${place.path}/${name}`]));
    },

    async mount({ space, place, name }, at, readOnly) {
        if (isImage(space, place, name)) return mountImage(space, imageOf(space, place, name), at, readOnly);
        mkdirSync(space.outside(at), { recursive: true });
        await space.run(["mount", "--bind", dataset(space, place, name), at]);
    },

    root: (space) => space.layout.dir,

    async list(space, place) {
        const files = names(space, imagesOf(space, place)).filter((file) => file.endsWith(".raw"));
        const images = files.map((file) => {
            const stat = statSync(space.outside(join(imagesOf(space, place), file)));
            return { name: file.replace(/\.raw$/, ""), size: stat.size, ctime: Math.floor(stat.ctimeMs / 1000) };
        });
        const datasets = names(space, space.path(`/${place.path}`)).filter((name) => /^(?:base)?(?:sub)?vol-|^basevol-/.test(name));
        const listed = await Promise.all(
            datasets.map(async (name) => ({
                name,
                size: (await zfsVolumes.size({ space, place, name })) ?? 0,
                ctime: Math.floor(statSync(space.outside(dataset(space, place, name))).ctimeMs / 1000),
            })),
        );
        return [...images, ...listed];
    },
};

/** The last user of a dataset may still be letting go of it: PVE tries again too (ZFSPoolPlugin.pm: zfs_delete_zvol). */
async function destroy(space: NodeSpace, dataset: string): Promise<void> {
    for (let tries = 0; ; tries++) {
        try {
            await zfs(space, ["zfs", "destroy", "-r", dataset]);
            return;
        } catch (error) {
            if (tries === 50) throw error;
            await sleep(100);
        }
    }
}

function dataset(space: NodeSpace, place: StoragePlace, name: string): string {
    return join(space.path(`/${place.path}`), name);
}

function imagesOf(space: NodeSpace, place: StoragePlace): string {
    return join(space.layout.dir, "zfs-images", place.path);
}

function imageOf(space: NodeSpace, place: StoragePlace, name: string): string {
    return join(imagesOf(space, place), `${name}.raw`);
}

function isImage(space: NodeSpace, place: StoragePlace, name: string): boolean {
    return existsSync(space.outside(imageOf(space, place, name)));
}

function names(space: NodeSpace, dir: string): string[] {
    return existsSync(space.outside(dir)) ? readdirSync(space.outside(dir)) : [];
}
