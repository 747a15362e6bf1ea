import { PvesmbError } from "./errors";

/** The name of a user, group or share. `check` fills it in (runtime/checked.ts); only raw use of the runtime can omit it. */
export function nameOf({ name }: { name?: string | undefined }, kind: "user" | "group" | "share"): string {
    if (name === undefined) throw new PvesmbError("InvalidInput", `name: give the ${kind} a name`, { property: "name" });
    return name;
}
