import { PvesmbError } from "./errors";

/** Inputs that the SDK classes always set; only raw use of the provider can omit them. */

/** The resource's URN. */
export function keyOf({ key }: { key?: string | undefined }): string {
    if (key === undefined)
        throw new PvesmbError("InvalidInput", "key: must be the URN of the resource; use the classes of the pvesmb SDK, which set it");
    return key;
}

/** The name of a user, group or share. */
export function nameOf({ name }: { name?: string | undefined }, kind: "user" | "group" | "share"): string {
    if (name === undefined) throw new PvesmbError("InvalidInput", `name: is required; set the name of the ${kind}`, { property: "name" });
    return name;
}
