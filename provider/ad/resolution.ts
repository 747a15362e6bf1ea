import * as z from "zod";
import { asset } from "../base/asset";
import type { Gather } from "../hosts/batch";
import { parsed } from "../base/json";

/** A name to resolve; `before`: the SID that it had last, to find one that was renamed. */
export interface AskedName {
    name: string;
    before?: string | undefined;
}

const NAME = "principals";

/** Asks winbind on the gateway for all names in one look. They go by stdin: no name is ever part of a command line that a shell reads. */
export const resolving = (names: readonly AskedName[]): Gather => ({
    commands: [
        { name: NAME, argv: ["python3", "-I", "-c", asset("ad/program/resolve.py")], stdin: JSON.stringify({ names }), timeout: 110 },
    ],
});

const found = z.object({
    sid: z.string().regex(/^S-1-[0-9a-fx-]+$/i),
    /** lsa_SidType ([MS-LSAT] 2.2.13). */
    type: z.int(),
    /** A user's uid, a group's gid; null: no range of ids has room for it. */
    id: z.int().min(1).max(4_294_967_294).nullable(),
    account: z.string().nullable(),
});
const answer = z.object({
    domain: z.object({ name: z.string(), dns: z.string() }).nullable(),
    /** No winbind, one that does not run, one that is in no domain; one that did not answer in time. */
    why: z.enum(["absent", "down", "alone", "away"]).nullable(),
    /** Whether a controller answers, once a name was not found. */
    reachable: z.boolean(),
    found: z.record(z.string(), found),
    near: z.record(z.string(), z.array(z.string())),
    renamed: z.record(z.string(), z.string()),
});

export type FoundAccount = z.infer<typeof found>;
export type Resolution = z.infer<typeof answer>;

/** What a host answered; undefined when it is no answer: no Python, an error, something else in its place. */
export function parseResolution({ commands }: { commands: Record<string, { code: number; stdout: string }> }): Resolution | undefined {
    const said = commands[NAME];
    return said?.code === 0 ? parsed(answer, said.stdout) : undefined;
}

/** `user` of users and computers, `group` of groups of all kinds. */
export const kindOf = ({ type }: FoundAccount): "user" | "group" => (type === 1 || type === 9 ? "user" : "group");
