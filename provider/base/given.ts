import { PvesmbError } from "./errors";

/** What the classes of the SDK always give: only raw use of the provider can leave it out. */

/** The resource's URN. */
export function keyOf({ key }: { key?: string | undefined }): string {
    if (key === undefined)
        throw new PvesmbError("InvalidInput", "key: must be the URN of the resource; use the classes of the pvesmb SDK, which set it");
    return key;
}

/** The resource's name, of a user, a group or a share. */
export function nameOf({ name }: { name?: string | undefined }, kind: "user" | "group" | "share"): string {
    if (name === undefined) throw new PvesmbError("InvalidInput", `name: is required; set the name of the ${kind}`, { property: "name" });
    return name;
}
