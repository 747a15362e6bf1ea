import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A file of ours that goes to hosts as it is, by its path in provider/. The way to it is the same from here and from the two bundles
 * (tools/build.mjs): one folder up.
 */
export const asset = (path: string): string => readFileSync(join(__dirname, "..", path), "utf8");
