import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../machine";
import { willMake } from "./inventory";
import { datasets, zfsPool } from "./layout";
import type { NodeSpace } from "./node-space";
import { attempt } from "./run";

/** Sparse: they take what is written. */
const poolSize = 64 * 1024 ** 3;

/** Makes a node's btrfs, and the place where its ZFS pool will appear, before its container binds them. */
export async function preparePools(space: NodeSpace): Promise<void> {
    const { dir, directories } = space.layout;
    if (await kernelHas("btrfs")) {
        const image = join(dir, "btrfs.img");
        await space.run(["truncate", "--size", String(poolSize), image]);
        await space.run(["mkfs.btrfs", "--quiet", "--nodiscard", image]);
        await space.run(["mount", "-t", "btrfs", "-o", "loop,noatime", image, directories["/mnt/btrfs"] ?? ""]);
    }
    // Shared: datasets that come later are then seen in the node's container too.
    for (const shared of [join(dir, "zfs"), join(dir, "datasets")]) {
        await space.run(["mount", "--bind", shared, shared]);
        await space.run(["mount", "--make-shared", shared]);
    }
}

async function kernelHas(fileSystem: string): Promise<boolean> {
    return (await attempt(["sh", "-c", `grep -qw ${fileSystem} /proc/filesystems || modprobe ${fileSystem} 2>/dev/null`])).code === 0;
}

const started = new WeakMap<NodeSpace, Promise<void>>();

/** Runs `zfs` or `zpool` on a node. ZFS starts with the first such command: most labs never need it. */
export async function zfs(space: NodeSpace, argv: string[]): Promise<string> {
    await zfsReady(space);
    return space.run(argv);
}

/** ZFS in user space (zfs-fuse) on a file: real datasets, quotas and snapshots without a kernel module. */
export function zfsReady(space: NodeSpace): Promise<void> {
    const starting = started.get(space) ?? start(space);
    started.set(space, starting);
    return starting;
}

async function start(space: NodeSpace): Promise<void> {
    const { dir } = space.layout;
    // Its socket, its settings and its list of pools have fixed paths: each node gets its own there.
    for (const [path, own] of [
        ["/run/zfs", join(dir, "zfs-run")],
        ["/etc/zfs", join(dir, "zfs-etc")],
        ["/var/lib/zfs", join(dir, "zfs-lib")],
    ] as const) {
        mkdirSync(own, { recursive: true });
        if (!existsSync(path)) {
            willMake({ kind: "directory", path });
            mkdirSync(path);
        }
        await space.run(["mount", "--bind", own, path]);
    }
    // The same place in the node's own files and for ZFS, which mounts there.
    for (const path of [dirname(datasets), datasets])
        if (!existsSync(path)) {
            willMake({ kind: "directory", path });
            mkdirSync(path);
        }
    await space.run(["mount", "--bind", join(dir, "datasets"), datasets]);
    writeFileSync(join(dir, "zfs-etc", "zfsrc"), "");
    const [command = "", ...args] = space.command(["zfs-fuse", "--no-daemon", "--enable-xattr", "--no-kstat-mount"]);
    spawn(command, args, { stdio: "ignore", detached: true }).unref();
    for (let tries = 0; !existsSync(join(dir, "zfs-run", "zfs_socket")); tries++) {
        if (tries > 500) throw new MachineError("zfs-fuse does not start");
        await sleep(20);
    }
    const image = join(dir, "zfs.img");
    await space.run(["truncate", "--size", String(poolSize), image]);
    await space.run(["zpool", "create", "-f", "-m", join(dir, "zfs", zfsPool), zfsPool, image]);
    await space.run(["zfs", "create", `${zfsPool}/data`]);
}
