import { readFileSync } from "node:fs";
import { join } from "node:path";

const texts = new Map<string, string>();

/**
 * Text of a file that we install on hosts, by its path in provider/. This source and both bundles (tools/build.mjs) find it one folder up.
 */
export function asset(path: string): string {
    const text = texts.get(path) ?? readFileSync(join(__dirname, "..", path), "utf8");
    texts.set(path, text);
    return text;
}
