import { readFileSync } from "node:fs";
import { join } from "node:path";

const texts = new Map<string, string>();

/**
 * A file of ours that goes to hosts as it is, by its path in provider/. The way to it is the same from here and from the two bundles
 * (tools/build.mjs): one folder up.
 */
export function asset(path: string): string {
    const text = texts.get(path) ?? readFileSync(join(__dirname, "..", path), "utf8");
    texts.set(path, text);
    return text;
}
