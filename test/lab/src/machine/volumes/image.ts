import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeSpace } from "../node-space";
import { imageFileSystem } from "./file-system";

/** A raw file with a file system, used through a loop device: its size is enforced by the kernel. Paths are on the node's side. */

export async function createImage(space: NodeSpace, path: string, size: number, unprivileged: boolean, lostFound = true): Promise<void> {
    mkdirSync(space.outside(dirname(path)), { recursive: true });
    await space.run(["truncate", "--size", String(size), path]);
    await imageFileSystem.make(space, path, unprivileged ? 100_000 : 0, lostFound);
}

/** Grows the file, then every loop device on it, then the file system (unless `alone`): mounted or not. */
export async function growImage(space: NodeSpace, path: string, size: number, alone: boolean): Promise<void> {
    await space.run(["truncate", "--size", String(size), path]);
    const devices = await loopDevices(space, path);
    for (const device of devices) await space.run(["losetup", "--set-capacity", device]);
    if (!alone) await imageFileSystem.grow(space, path, devices[0]);
}

export async function mountImage(space: NodeSpace, path: string, at: string, readOnly: boolean): Promise<void> {
    mkdirSync(space.outside(at), { recursive: true });
    // `loop` makes the device go away with the last mount of it.
    const options = ["loop", "noatime", ...imageFileSystem.mountOptions, ...(readOnly ? ["ro"] : [])];
    await space.run(["mount", "-t", imageFileSystem.type, "-o", options.join(","), path, at]);
}

export async function copyImage(space: NodeSpace, from: string, to: string): Promise<void> {
    mkdirSync(space.outside(dirname(to)), { recursive: true });
    await space.run(["cp", "--sparse=always", "--reflink=auto", from, to]);
}

/**
 * Waits until nothing writes an image whose guest is stopped. Its file system may still be held by another mount namespace (a guest that is
 * just starting has copies of all mounts). Its last changes were written when it was unmounted here (mounts.ts); what it writes when it goes
 * at last must not fall into a copy. PVE mounts both volumes and copies files.
 */
export async function atRest(space: NodeSpace, path: string): Promise<void> {
    for (let tries = 0; (await loopDevices(space, path)).length > 0; tries++) {
        if (tries === 100) {
            await space.run(["sync"]); // Held for longer: on the disk it is whole, with its journal.
            return;
        }
        await sleep(20);
    }
}

export function imageSize(space: NodeSpace, path: string): number | undefined {
    const outside = space.outside(path);
    return existsSync(outside) ? statSync(outside).size : undefined;
}

async function loopDevices(space: NodeSpace, path: string): Promise<string[]> {
    const out = await space.run(["losetup", "--noheadings", "--output", "NAME", "--associated", path]);
    return out
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean);
}
