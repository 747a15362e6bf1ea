import * as z from "zod";
import { childInputs, childOutputs } from "../common";
import { without } from "../consequences";
import { domainAccounts } from "../domain-accounts";
import { field } from "../meta";
import { principalName } from "../principal-name";
import { accountId, groupName } from "../text";
import { FILES_BELONG_TO_IT } from "../user/inputs";

export const inputs = z.strictObject({
    name: field(groupName().optional(), {
        description: "Name of the group.",
        defaultText: "the resource's name",
        autoName: "as-is",
        effect: { does: "renamed in place: number, members and files stay" },
    }),
    gid: field(accountId().optional(), {
        description: "Numeric group id; never changes.",
        defaultText: "the next free one from 10000 on",
        fixed: FILES_BELONG_TO_IT,
        chosen: true,
    }),
    members: field(z.array(principalName()).optional(), {
        description:
            "Members of the group, all of them. If omitted, memberships are left to the `groups` of SmbUser; set it on the group or on its users, not both. Users of a domain, as `DOMAIN\\name`, `name@realm` or SID, may be members too.",
        compare: "set",
        effect: {
            does: "open sessions of those who leave are ended",
            if: (before, after) => (after === undefined ? [] : without(before, after)),
        },
    }),
    ...childInputs,
});

export const outputs = z.object({
    sid: field(z.string().optional(), { description: "Security identifier that Samba has for the group.", always: true }),
    domainAccounts,
    ...childOutputs,
});

export type GroupInputs = z.infer<typeof inputs>;
export type GroupOutputs = z.infer<typeof outputs>;
