import * as z from "zod";
import { childInputs, childOutputs } from "../common";
import { domainAccounts } from "../domain-accounts";
import { PENDING } from "../consequences";
import { field } from "../meta";
import { storageId } from "../network";
import { access, OF_DOMAIN } from "./access";
import { features } from "./features";
import { PURPOSES, purposeText } from "./purpose";
import { changes } from "./changes";
import { absolutePath, configText, mode, shareName } from "../text";
import { principalName } from "../principal-name";
import { volumeSizes } from "../volume";

const aclEntry = z.strictObject({
    user: field(principalName().optional(), { description: `Name of a user; or give \`group\`. ${OF_DOMAIN}` }),
    group: field(principalName().optional(), { description: `Name of a group; or give \`user\`. ${OF_DOMAIN}` }),
    permissions: field(z.enum(["---", "--x", "r--", "r-x", "rw-", "rwx"]), { description: "What the entry allows." }),
});

const volume = z.strictObject({
    storage: field(storageId(), {
        description: "Storage of the share's volume. One that was moved in Proxmox VE is found where it is; pvesmb moves none.",
    }),
    ...volumeSizes("the share's volume", "16MiB"),
    backup: field(z.boolean().default(true), { description: "Include the volume in Proxmox backups.", effect: PENDING }),
});

export const inputs = z.strictObject({
    name: field(shareName().optional(), {
        description: "Name of the share.",
        defaultText: "the resource's name",
        autoName: "as-is",
        effect: changes.name,
    }),
    path: field(absolutePath().optional(), {
        description:
            "Directory on the gateway, under /srv/pvesmb. It must not overlap another share's directory or, without `homes`, a user's home. A share with `readOnly` that declares nothing about the directory may show another share's.",
        defaultText: "/srv/pvesmb/<name at creation>",
        effect: changes.path,
        chosen: true,
    }),
    purpose: field(z.enum(PURPOSES).optional(), {
        description: `What the share is for: a preset of defaults for other properties. Anything set explicitly wins. ${purposeText}.`,
        defaultText: "`default`",
        effect: changes.purpose,
    }),
    volume: field(volume.optional(), {
        description: "A volume of its own, as a mount point of the container. Its size is the share's limit.",
        fixed: "its files would have to be copied; create another share, copy the files, then remove this one",
    }),
    comment: field(configText(256).default(""), { description: "Comment that clients see." }),
    enabled: field(z.boolean().default(true), { description: "Whether clients can connect.", effect: changes.disabled }),
    readOnly: field(z.boolean().default(false), { description: "Nobody may write, whatever `access` says.", effect: changes.enabled }),
    browseable: field(z.boolean().optional(), { description: "Whether lists of shares show it.", defaultText: "`true`, or by `purpose`" }),
    guest: field(z.boolean().default(false), {
        description:
            "Whether clients without an account may connect. They act as `nobody`, who may read and, unless `readOnly`, write: by an ACL entry of the root directory, or as `mode` and `aclEntries` say where one of them is given. What is below already keeps its rights, unless `recursive`.",
        effect: changes.disabled,
    }),
    owner: field(principalName().default("root"), { description: `Owner of the share's root directory. ${OF_DOMAIN}` }),
    group: field(principalName().default("root"), { description: `Group of the share's root directory. ${OF_DOMAIN}` }),
    mode: field(mode().optional(), { description: "Mode of the share's root directory.", defaultText: "`0770`, or by `purpose`" }),
    access: field(z.array(access).default([]), {
        description:
            "Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.",
        compare: { byKey: ["user", "group"] },
        effect: changes.access,
    }),
    createMask: field(mode().optional(), {
        description: "Maximum permission bits of new files (create mask).",
        defaultText: "`0764`, or by `purpose`",
    }),
    directoryMask: field(mode().optional(), {
        description: "Maximum permission bits of new directories (directory mask).",
        defaultText: "`0775`, or by `purpose`",
    }),
    acl: field(z.enum(["posix", "windows"]).default("posix"), {
        description:
            "`posix`: pvesmb keeps the permissions of the root directory as declared. `windows`: they are declared once, then Windows' own dialogs decide (acl_xattr keeps what POSIX cannot say, in user.NTACL).",
        effect: changes.module,
    }),
    aclEntries: field(z.array(aclEntry).min(1).optional(), {
        description: "ACL entries of the root directory, and default entries for what is created in it.",
        defaultText: "those that follow from `access`",
        compare: { byKey: ["user", "group"] },
    }),
    recursive: field(z.boolean().default(false), {
        description:
            "Give owner, group and ACL to everything below the root directory too, whenever they change. What is there already is not brought back by a failure.",
        effect: changes.recursive,
    }),
    allowNfsExport: field(z.boolean().default(false), {
        description:
            "Change owner, group, mode and ACL of a directory that the host exports by NFS too, or that holds or lies in such a one. Otherwise that is refused. Modes `existing` and `native` only.",
    }),
    ...features,
    options: field(z.record(z.string(), z.string()).default({}), {
        description: "Further smb.conf options of this share. What pvesmb writes itself, and what runs programs, is refused.",
        effect: changes.options,
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
    unc: field(z.string().optional(), {
        description:
            "UNC path: `\\\\address\\name`. On a member of a domain `\\\\gateway.ad.example.com\\name`, for Kerberos; a share that is older than the membership has it from the next refresh on.",
        always: true,
        follows: { input: "gateway", output: "unc", like: "uncByAddress" },
    }),
    uncByAddress: field(z.string().optional(), {
        description: "UNC path by the gateway's address, also on a member of a domain: there it means NTLM.",
        always: true,
        follows: { input: "gateway", output: "unc" },
    }),
    volumeId: field(z.string().optional(), { description: "Volume id of the share's own volume." }),
    mountPoint: field(z.string().optional(), { description: "Mount point of the share's own volume (`mp3`)." }),
    snapshotFolder: field(z.string().optional(), {
        description: "Where the file system keeps the snapshots of `previousVersions.schedule`.",
        hidden: true,
    }),
    domainAccounts,
    ...childOutputs,
});

export type ShareInputs = z.infer<typeof inputs>;
export type ShareOutputs = z.infer<typeof outputs>;
