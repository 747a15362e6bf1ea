import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { inventoryFile } from "./layout";

/** What the lab makes outside its own directory and cgroups. Written down before it is made, so that `down` finds it after any crash. */
export type Made = { kind: "netns"; name: string } | { kind: "netns-mount" } | { kind: "directory"; path: string };

export function willMake(made: Made): void {
    appendFileSync(inventoryFile, `${JSON.stringify(made)}\n`, { flush: true });
}

/** All that was made or about to be, latest first. */
export function inventory(): Made[] {
    if (!existsSync(inventoryFile)) return [];
    const lines = readFileSync(inventoryFile, "utf8")
        .split("\n")
        .filter((line) => line.endsWith("}"));
    return lines.map((line) => JSON.parse(line) as Made).reverse();
}
