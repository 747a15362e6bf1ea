import { mkdtempSync, readFileSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeSpace } from "../node-space";

/** The file system inside an image. */
interface FileSystem {
    type: "ext4" | "xfs";
    mountOptions: string[];
    /** `owner`: numeric id of the root directory's owner and group. `lostFound`: with or without the directory that ext4 has. */
    make(space: NodeSpace, image: string, owner: number, lostFound: boolean): Promise<void>;
    /** After the image has grown; `device` is its loop device when it is in use. */
    grow(space: NodeSpace, image: string, device: string | undefined): Promise<void>;
}

/** What PVE makes on directory storages. */
const ext4: FileSystem = {
    type: "ext4",
    mountOptions: [],
    async make(space, image, owner, lostFound) {
        await space.run(["mkfs.ext4", "-q", "-E", `root_owner=${owner}:${owner},nodiscard`, image]);
        if (!lostFound) await space.run(["debugfs", "-w", "-R", "rmdir lost+found", image]);
    },
    async grow(space, image, device) {
        if (device === undefined) await space.run(["e2fsck", "-f", "-p", image]);
        await space.run(["resize2fs", device ?? image]);
    },
};

/**
 * Where root lacks CAP_SYS_RESOURCE the kernel refuses to grow a mounted ext4 (ext4_resize_begin); XFS asks for CAP_SYS_ADMIN only. It
 * is made to look like PVE's ext4 volumes, `lost+found` included.
 */
const xfs: FileSystem = {
    type: "xfs",
    mountOptions: ["nouuid"], // A copied volume has the same one.
    async make(space, image, owner, lostFound) {
        const proto = `${image}.proto`;
        writeFileSync(space.outside(proto), `/\n0 0\nd--755 ${owner} ${owner}\n${lostFound ? "lost+found d--700 0 0\n$\n" : ""}$\n`);
        // mkfs.xfs refuses less than 300 MB unless these three, made for its own tests, are set.
        await space.run(["mkfs.xfs", "-q", "-p", proto, image], { env: { TEST_DIR: "1", TEST_DEV: "1", QA_CHECK_FS: "1" } });
        rmSync(space.outside(proto));
    },
    async grow(space, image, device) {
        if (device !== undefined) return grow(space, await mountPoint(space, device));
        const at = mkdtempSync(join(space.layout.dir, "grow-"));
        await space.run(["mount", "-t", "xfs", "-o", "loop,nouuid", image, at]);
        try {
            await grow(space, at);
        } finally {
            await space.run(["umount", at]);
            rmdirSync(at);
        }
    },
};

async function grow(space: NodeSpace, at: string): Promise<void> {
    await space.run(["xfs_growfs", "-d", at]);
}

async function mountPoint(space: NodeSpace, device: string): Promise<string> {
    const targets = await space.run(["findmnt", "--noheadings", "--output", "TARGET", "--source", device]);
    return targets.split("\n")[0] ?? "";
}

const capSysResource = 24n;

/** The file system that images get on this machine. */
export const imageFileSystem: FileSystem = hasCapability(capSysResource) ? ext4 : xfs;

function hasCapability(bit: bigint): boolean {
    const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
    return ((BigInt(`0x${effective}`) >> bit) & 1n) === 1n;
}
