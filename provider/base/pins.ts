import { perSession } from "./session";
/**
 * SSH host keys of gateways as their own states hold them, by the gateway's id. The engine shows a gateway's state before it comes to what is
 * on it (its diff, or its read): what is in guests' notes can be written by others, this cannot. One per process.
 */
const known = perSession(() => new Map<string, string[]>());

/** Takes what a state holds; anything else than a list of keys is passed over. */
export function rememberPins(id: string, hostKeys: unknown): void {
    if (!Array.isArray(hostKeys) || hostKeys.length === 0 || !hostKeys.every((key) => typeof key === "string")) return;
    known().set(id, hostKeys);
}

export const pinsOf = (id: string): readonly string[] => known().get(id) ?? [];
