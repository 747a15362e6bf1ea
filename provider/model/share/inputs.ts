import * as z from "zod";
import { childInputs, childOutputs } from "../common";
import { PENDING } from "../consequences";
import { field } from "../meta";
import { storageId } from "../network";
import { access } from "./access";
import { features } from "./features";
import { PURPOSES, purposeText } from "./purpose";
import { changes } from "./changes";
import { absolutePath, accountName, configText, mode, shareName } from "../text";
import { volumeSizes } from "../volume";

const aclEntry = z.strictObject({
    user: field(accountName().optional(), { description: "Name of a user; or give `group`." }),
    group: field(accountName().optional(), { description: "Name of a group; or give `user`." }),
    permissions: field(z.enum(["---", "--x", "r--", "r-x", "rw-", "rwx"]), { description: "What the entry allows." }),
});

const volume = z.strictObject({
    storage: field(storageId(), {
        description: "Storage of the share's volume. One that was moved in Proxmox VE is found where it is; pvesmb moves none.",
    }),
    ...volumeSizes("the share's volume", "16MiB"),
    backup: field(z.boolean().default(true), { description: "Include the volume in Proxmox backups.", brings: PENDING }),
});

export const inputs = z.strictObject({
    name: field(shareName().optional(), {
        description: "Name of the share.",
        defaultText: "the resource's name",
        autoName: "as-is",
        brings: changes.name,
    }),
    path: field(absolutePath().optional(), {
        description:
            "Directory on the gateway, under /srv/pvesmb. It is no other share's and no user's home, and lies in none; a share with `readOnly` that declares nothing about the directory may show another one's.",
        defaultText: "/srv/pvesmb/<name at creation>",
        brings: changes.path,
        chosen: true,
    }),
    purpose: field(z.enum(PURPOSES).optional(), {
        description: `What the share is for: defaults of other properties, and nothing else. ${purposeText}.`,
        defaultText: "`default`",
        brings: changes.purpose,
    }),
    volume: field(volume.optional(), {
        description: "A volume of its own, as a mount point of the container. Its size is the share's limit.",
        fixed: "its files would have to be copied; make another share for that, copy them there, then take this one out",
    }),
    comment: field(configText(256).default(""), { description: "Comment that clients see." }),
    enabled: field(z.boolean().default(true), { description: "Whether clients can connect.", brings: changes.disabled }),
    readOnly: field(z.boolean().default(false), { description: "Nobody may write, whatever `access` says.", brings: changes.enabled }),
    browseable: field(z.boolean().optional(), { description: "Whether lists of shares show it.", defaultText: "`true`, or by `purpose`" }),
    guest: field(z.boolean().default(false), {
        description:
            "Whether clients without an account may connect. They act as `nobody`, who may read and, unless `readOnly`, write: by an ACL entry of the root directory, or as `mode` and `aclEntries` say where one of them is given. What is below already keeps its rights, unless `recursive`.",
        brings: changes.disabled,
    }),
    owner: field(accountName().default("root"), { description: "Owner of the share's root directory." }),
    group: field(accountName().default("root"), { description: "Group of the share's root directory." }),
    mode: field(mode().optional(), { description: "Mode of the share's root directory.", defaultText: "`0770`, or by `purpose`" }),
    access: field(z.array(access).default([]), {
        description:
            "Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.",
        compare: { byKey: ["user", "group"] },
        brings: changes.access,
    }),
    createMask: field(mode().optional(), {
        description: "Most permission bits of new files.",
        defaultText: "`0764`, or by `purpose`",
    }),
    directoryMask: field(mode().optional(), {
        description: "Most permission bits of new directories.",
        defaultText: "`0775`, or by `purpose`",
    }),
    acl: field(z.enum(["posix", "windows"]).default("posix"), {
        description:
            "`posix`: pvesmb keeps the permissions of the root directory as declared. `windows`: they are declared once, then Windows' own dialogs decide (acl_xattr keeps what POSIX cannot say, in user.NTACL).",
        brings: changes.module,
    }),
    aclEntries: field(z.array(aclEntry).min(1).optional(), {
        description: "ACL entries of the root directory, and as default of what is made in it.",
        defaultText: "those that follow from `access`",
        compare: { byKey: ["user", "group"] },
    }),
    recursive: field(z.boolean().default(false), {
        description:
            "Give owner, group and ACL to everything below the root directory too, whenever they change. What is there already is not brought back by a failure.",
        brings: changes.recursive,
    }),
    ...features,
    options: field(z.record(z.string(), z.string()).default({}), {
        description: "Further smb.conf options of this share. What pvesmb writes itself, and what runs programs, is refused.",
        brings: changes.options,
    }),
    onDelete: field(z.enum(["retain", "delete"]).default("retain"), {
        description: "What happens to the files when the share is deleted.",
    }),
    allowRestart: field(z.boolean().default(false), {
        description: "Restart the container when the share's volume is to go: Proxmox VE cannot unplug one from a running container.",
    }),
    ...childInputs,
});

export const outputs = z.object({
    unc: field(z.string().optional(), { description: "UNC path: `\\\\address\\name`.", always: true, follows: "gateway" }),
    volumeId: field(z.string().optional(), { description: "Volume id of the share's own volume." }),
    mountPoint: field(z.string().optional(), { description: "Mount point of the share's own volume (`mp3`)." }),
    snapshotFolder: field(z.string().optional(), {
        description: "Where the file system keeps the snapshots of `previousVersions.schedule`.",
        hidden: true,
    }),
    ...childOutputs,
});

export type ShareInputs = z.infer<typeof inputs>;
export type ShareOutputs = z.infer<typeof outputs>;
