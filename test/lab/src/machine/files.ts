import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StoragePlace } from "../machine";
import type { NodeSpace } from "./node-space";

export type FileKind = "vztmpl" | "iso" | "snippets" | "backup";

/** Where PVE keeps files of each kind on a directory storage (PVE::Storage::Plugin). */
const directories: Record<FileKind, string> = { vztmpl: "template/cache", iso: "template/iso", snippets: "snippets", backup: "dump" };

/** Path on the node's side. */
export function filePath(space: NodeSpace, storage: StoragePlace, kind: FileKind, name = ""): string {
    return join(space.path(storage.path), directories[kind], name);
}

export function listFiles(space: NodeSpace, storage: StoragePlace, kind: FileKind): { name: string; size: number; ctime: number }[] {
    const dir = space.outside(filePath(space, storage, kind));
    if (!existsSync(dir)) return [];
    return readdirSync(dir)
        .map((name) => ({ name, stat: statSync(join(dir, name)) }))
        .filter(({ stat }) => stat.isFile())
        .map(({ name, stat }) => ({ name, size: stat.size, ctime: Math.floor(stat.ctimeMs / 1000) }));
}
