import * as z from "zod";
import { childInputs, childOutputs } from "../common";
import { without } from "../consequences";
import { field } from "../meta";
import { accountId, accountName, groupName } from "../text";
import { FILES_BELONG_TO_IT } from "../user/inputs";

export const inputs = z.strictObject({
    name: field(groupName().optional(), {
        description: "Name of the group.",
        defaultText: "the resource's name",
        autoName: "as-is",
        brings: { does: "renamed in place: number, members and files stay" },
    }),
    gid: field(accountId().optional(), {
        description: "Numeric group id; stays with the group for ever.",
        defaultText: "the next free one from 10000 on",
        fixed: FILES_BELONG_TO_IT,
        chosen: true,
    }),
    members: field(z.array(accountName()).optional(), {
        description:
            "Who is in the group, all of them. Left out, membership is the users' to say, by their `groups`; a group and its users cannot both say it.",
        compare: "set",
        brings: {
            does: "open sessions of those who leave are ended",
            if: (before, after) => (after === undefined ? [] : without(before, after)),
        },
    }),
    ...childInputs,
});

export const outputs = z.object({
    sid: field(z.string().optional(), { description: "Security identifier that Samba has for the group.", always: true }),
    ...childOutputs,
});

export type GroupInputs = z.infer<typeof inputs>;
export type GroupOutputs = z.infer<typeof outputs>;
