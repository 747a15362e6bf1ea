import { existsSync, mkdirSync, readdirSync, rmSync, rmdirSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { StoragePlace } from "../../machine";
import type { NodeSpace } from "../node-space";
import { atRest, copyImage, createImage, growImage, imageSize, mountImage } from "./image";
import type { VolumeKind } from "./kind";

/** A directory storage: `images/101/vm-101-disk-0.raw` is an image, `images/101/subvol-101-disk-0.subvol` a plain directory. */
export const dirVolumes: VolumeKind = {
    async create({ space, place, name }, size, unprivileged) {
        const path = pathOf(space, place, name);
        if (!isPlain(name)) return createImage(space, path, size, unprivileged);
        mkdirSync(space.outside(path), { recursive: true });
        await space.run(["chown", unprivileged ? "100000:100000" : "0:0", path]);
    },

    resize({ space, place, name }, size, alone) {
        return growImage(space, pathOf(space, place, name), size, alone);
    },

    async remove({ space, place, name }) {
        const path = space.outside(pathOf(space, place, name));
        rmSync(path, { recursive: true });
        if (readdirSync(dirname(path)).length === 0) rmdirSync(dirname(path));
    },

    async rename({ space, place, name }, next) {
        const to = space.outside(pathOf(space, place, next));
        mkdirSync(dirname(to), { recursive: true });
        renameSync(space.outside(pathOf(space, place, name)), to);
    },

    async copy(from, to) {
        const [source, target] = [pathOf(from.space, from.place, from.name), pathOf(to.space, to.place, to.name)];
        if (!isPlain(from.name)) {
            await atRest(from.space, source);
            return copyImage(to.space, source, target);
        }
        mkdirSync(to.space.outside(target), { recursive: true });
        await to.space.run(["cp", "-a", `${source}/.`, target]);
    },

    async size({ space, place, name }) {
        if (!isPlain(name)) return imageSize(space, pathOf(space, place, name));
        return existsSync(space.outside(pathOf(space, place, name))) ? 0 : undefined;
    },

    async mount({ space, place, name }, at, readOnly) {
        const path = pathOf(space, place, name);
        if (!isPlain(name)) return mountImage(space, path, at, readOnly);
        mkdirSync(space.outside(at), { recursive: true });
        await space.run(["mount", "--bind", path, at]);
    },

    root: (space, place) => space.path(place.path),

    async list(space, place) {
        const root = join(space.outside(space.path(place.path)), "images");
        if (!existsSync(root)) return [];
        const names = readdirSync(root).flatMap((owner) => readdirSync(join(root, owner)).map((file) => `${owner}/${file}`));
        return names.map((name) => {
            const stat = statSync(join(root, name));
            const sizes = stat.isDirectory() ? { size: 0, used: 0 } : { size: stat.size, used: stat.blocks * 512 };
            return { name, ...sizes, ctime: Math.floor(stat.ctimeMs / 1000) };
        });
    },
};

function isPlain(name: string): boolean {
    return name.endsWith(".subvol");
}

function pathOf(space: NodeSpace, place: StoragePlace, name: string): string {
    return join(space.path(place.path), "images", name);
}
