import { z } from "zod";
import { childInputs } from "./common";
import { field } from "./meta";
import type { Model } from "./meta";
import { accountName, CONTROL } from "./text";

/** Unprivileged containers map 65,536 ids (pve-api.md 3.3); those below 1000 are the distribution's. */
const id = (): z.ZodInt => z.int().min(1000).max(65_533);

const inputs = z.strictObject({
    name: field(accountName().optional(), {
        description: "Login name.",
        defaultText: "the resource's name",
        replace: "the name is the account",
    }),
    password: field(
        z
            .string()
            .min(1, "must not be empty")
            .max(127, "must have at most 127 characters")
            .refine((text) => !CONTROL.test(text), { error: "must not contain control characters" }),
        { description: "Password.", secret: true },
    ),
    uid: field(id().optional(), {
        description: "Numeric user id; stays with the name for ever.",
        defaultText: "the next free one from 10000 on",
        replace: "files belong to the number",
        chosen: true,
    }),
    gid: field(id().optional(), {
        description: "Numeric id of the user's own group.",
        defaultText: "the next free one from 10000 on",
        replace: "files belong to the number",
        chosen: true,
    }),
    groups: field(z.array(accountName()).default([]), { description: "Further groups; made when missing.", compare: "set" }),
    enabled: field(z.boolean().default(true), { description: "Whether the account can log in." }),
    fullName: field(
        z
            .string()
            .max(128)
            .refine((text) => !CONTROL.test(text) && !/[:,]/.test(text), { error: "must be one line without : and ," })
            .default(""),
        { description: "Full name." },
    ),
    ...childInputs,
});

const outputs = z.object({
    sid: field(z.string().optional(), { description: "Security identifier." }),
    nonce: field(z.string(), { description: "Random mark of this very account.", hidden: true }),
});

export const userModel: Model<typeof inputs, typeof outputs> = {
    kind: "SmbUser",
    description:
        "A local account of a gateway. Its numeric ids are kept beside the data: a rebuilt gateway gives the files back to the right people.",
    example: `const alice = new pvesmb.SmbUser("alice", { gateway: files, password: config.requireSecret("alicePassword") });`,
    inputs,
    outputs,
    rules: [
        {
            needs: ["name", "groups"],
            check: ({ name, groups }) =>
                name !== undefined && groups.includes(name)
                    ? [{ property: "groups", reason: "must not contain the user's own group" }]
                    : [],
        },
    ],
    notes: (old, news) => (old.enabled !== false && news.enabled === false ? ["enabled: new logins are refused; open sessions go on"] : []),
    version: 1,
};

export type UserInputs = z.infer<typeof inputs>;
export type UserOutputs = z.infer<typeof outputs>;
