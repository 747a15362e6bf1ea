import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { MachineError } from "../machine";
import type { StoragePlace, StoredFile } from "../machine";
import type { NodeSpace } from "./node-space";

export type FileKind = "vztmpl" | "iso" | "snippets" | "backup";

/** Where PVE keeps files of each kind on a directory storage (PVE::Storage::Plugin). */
const directories: Record<FileKind, string> = { vztmpl: "template/cache", iso: "template/iso", snippets: "snippets", backup: "dump" };

/** Path on the node's side. */
export function filePath(space: NodeSpace, storage: StoragePlace, kind: FileKind, name = ""): string {
    return join(space.path(storage.path), directories[kind], name);
}

/** What is no single file is a directory of its own, too: guests' volumes (the second name is from OpenVZ's days), disks to import. */
const others: Record<string, string> = { images: "images", rootdir: "private", import: "import" };

/** As each use of a storage begins in PVE (Plugin.pm: activate_storage). */
export function activateDirectory(
    space: NodeSpace,
    storage: StoragePlace,
    contents: string[],
    make: { base: boolean; contents: boolean },
): void {
    const base = space.outside(space.path(storage.path));
    if (make.base) mkdirSync(base, { recursive: true });
    if (!statSync(base, { throwIfNoEntry: false })?.isDirectory())
        throw new MachineError(`unable to activate storage '${storage.id}' - directory '${storage.path}' does not exist or is unreachable`);
    const names = contents.flatMap((kind) => ({ ...directories, ...others })[kind] ?? []);
    if (make.contents) for (const name of names) mkdirSync(join(base, name), { recursive: true });
}

export function listFiles(space: NodeSpace, storage: StoragePlace, kind: FileKind): StoredFile[] {
    const dir = space.outside(filePath(space, storage, kind));
    if (!existsSync(dir)) return [];
    return readdirSync(dir)
        .map((name) => ({ name, stat: statSync(join(dir, name)) }))
        .filter(({ stat }) => stat.isFile())
        .map(({ name, stat }) => ({ name, size: stat.size, ctime: Math.floor(stat.ctimeMs / 1000) }));
}
