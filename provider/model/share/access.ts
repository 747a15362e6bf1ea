import * as z from "zod";
import { field } from "../meta";
import { accountName } from "../text";

/** Access levels; they determine Samba's share-level rights and the ACL entries of the file system. */
export const LEVELS = ["read", "change", "full"] as const;

export const access = z.strictObject({
    user: field(accountName().optional(), { description: "Name of a user; or give `group`." }),
    group: field(accountName().optional(), { description: "Name of a group; or give `user`." }),
    level: field(z.enum(LEVELS), { description: "`read`; `change`: read, write and delete; `full`: change, and change permissions." }),
});

export type AccessEntry = z.infer<typeof access>;
