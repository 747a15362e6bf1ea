import * as z from "zod";
import { field } from "../meta";
import { principalName } from "../principal-name";

/** Access levels; they determine Samba's share-level rights and the ACL entries of the file system. */
export const LEVELS = ["read", "change", "full"] as const;

/** On fields that take a name. */
export const OF_DOMAIN = "Of a domain: `DOMAIN\\name`, `name@realm` or a SID.";

export const access = z.strictObject({
    user: field(principalName().optional(), { description: `Name of a user; or give \`group\`. ${OF_DOMAIN}` }),
    group: field(principalName().optional(), { description: `Name of a group; or give \`user\`. ${OF_DOMAIN}` }),
    level: field(z.enum(LEVELS), { description: "`read`; `change`: read, write and delete; `full`: change, and change permissions." }),
});

export type AccessEntry = z.infer<typeof access>;
