import { perSession } from "./session";
/**
 * SSH host keys of gateways from their own states, by gateway id. Others can write to a guest's notes, but not to the state; the engine
 * hands over a gateway's state (in diff or read) before it handles the resources on it.
 */
const known = perSession(() => new Map<string, string[]>());

/** Stores the keys from a state; ignores anything but a list of keys. */
export function rememberPins(id: string, hostKeys: unknown): void {
    if (!Array.isArray(hostKeys) || hostKeys.length === 0 || !hostKeys.every((key) => typeof key === "string")) return;
    known().set(id, hostKeys);
}

export const pinsOf = (id: string): readonly string[] => known().get(id) ?? [];
