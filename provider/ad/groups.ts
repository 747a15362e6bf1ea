import * as z from "zod";
import { asset } from "../base/asset";
import type { Gather } from "../hosts/batch";
import { parsed } from "../base/json";

const NAME = "groups";

/** Asks winbind for the groups of a user of the domain, also those that hold it by way of others. */
export const groupsOf = (sid: string): Gather => ({
    commands: [{ name: NAME, argv: ["python3", "-I", "-c", asset("ad/program/groups.py")], stdin: JSON.stringify({ sid }), timeout: 60 }],
});

const group = z.object({
    sid: z.string().regex(/^S-1-[0-9a-fx-]+$/i),
    /** Undefined: nobody knows its name. */
    name: z.string().nullable(),
    /** Null: no range of ids has room for it. */
    gid: z.int().nullable(),
});
export type FoundGroup = z.infer<typeof group>;

/** Undefined: no answer. A host's output is untrusted input. */
export function parseGroups({ commands }: { commands: Record<string, { code: number; stdout: string }> }): FoundGroup[] | undefined {
    const said = commands[NAME];
    return said?.code === 0 ? parsed(z.array(group), said.stdout) : undefined;
}
