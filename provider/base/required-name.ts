import { PvesmbError } from "./errors";

/** The name of a resource; `kind` is its word for messages. `check` fills it in (runtime/checked.ts); only raw use of the runtime can omit it. */
export function nameOf({ name }: { name?: string | undefined }, kind: string): string {
    if (name === undefined) throw new PvesmbError("InvalidInput", `name: is required; set the name of the ${kind}`, { property: "name" });
    return name;
}
