import type { Tree } from "./tree";

/** Makes state of format n + 1 from state of format n; pure. */
export type Migration = (state: Tree) => Tree;

/** By kind, then by the format it starts from. Every kind is at its first format so far. */
export const migrations: Record<string, Record<number, Migration>> = {};
