import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "../layout";

/**
 * A thing that is made once from its recipe and kept: `name-HASH` in the cache folder. `make` fills a path in a folder of its own, where
 * it may leave other files too; the thing gets its name only when complete, so an interrupted run leaves nothing half-made in use.
 */
export async function cached(name: string, recipe: unknown, make: (path: string) => Promise<void>): Promise<string> {
    const path = join(cacheDir, `${name}-${digest(recipe)}`);
    if (existsSync(path)) return path;
    const folder = `${path}.${process.pid}.partial`;
    mkdirSync(folder, { recursive: true });
    try {
        await make(join(folder, "made"));
        if (!existsSync(path)) renameSync(join(folder, "made"), path); // Another lab may have been quicker.
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
    return path;
}

export function digest(recipe: unknown): string {
    return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
}
