// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource, type ResourceWith } from "../shim";
import type {
    ServerRefArgs,
    SmbShareAccessArgs,
    SmbShareAclEntryArgs,
    SmbShareAuditArgs,
    SmbShareCatiaArgs,
    SmbSharePreviousVersionsArgs,
    SmbShareRecycleArgs,
    SmbShareTimeMachineArgs,
    SmbShareVolumeArgs,
    TimeoutsArgs,
} from "./inputs";
import type {
    ServerRef,
    ShareRef,
    SmbShareAccess,
    SmbShareAclEntry,
    SmbShareAudit,
    SmbShareCatia,
    SmbSharePreviousVersions,
    SmbShareRecycle,
    SmbShareTimeMachine,
    SmbShareVolume,
    Timeouts,
} from "./outputs";

export interface SmbShareArgs {
    /**
     * Name of the share.
     * @default the resource's name
     */
    name?: pulumi.Input<string>;

    /**
     * Directory on the gateway, under /srv/pvesmb. It must not overlap another share's directory or, without `homes`, a user's home. A share with `readOnly` that declares nothing about the directory may show another share's.
     * @default /srv/pvesmb/<name at creation>
     */
    path?: pulumi.Input<string>;

    /**
     * What the share is for: a preset of defaults for other properties. Anything set explicitly wins. `default`: nothing; `homes`: homes true, browseable false, mode 0711, createMask 0700, directoryMask 0700; `dropBox`: mode 1770, hideUnreadable true, createMask 0770, directoryMask 0770; `timeMachine`: timeMachine {}, createMask 0700, directoryMask 0700; `archive`: recycle {path:.recycle,perUser:true,keepTree:true,versions:true,keepFor:90d}; `media`: mode 2775, createMask 0764, directoryMask 2775, vetoFiles [.DS_Store,Thumbs.db,desktop.ini]; `scanner`: oplocks false, createMask 0760, directoryMask 0770; `database`: oplocks false.
     * @default `default`
     */
    purpose?: pulumi.Input<"default" | "homes" | "dropBox" | "timeMachine" | "archive" | "media" | "scanner" | "database">;

    /**
     * A volume of its own, as a mount point of the container. Its size is the share's limit.
     * Adding or removing it is refused: its files would have to be copied; create another share, copy the files, then remove this one.
     */
    volume?: pulumi.Input<SmbShareVolumeArgs>;

    /**
     * Comment that clients see.
     * @default `""`
     */
    comment?: pulumi.Input<string>;

    /**
     * Whether clients can connect.
     * @default `true`
     */
    enabled?: pulumi.Input<boolean>;

    /**
     * Nobody may write, whatever `access` says.
     * @default `false`
     */
    readOnly?: pulumi.Input<boolean>;

    /**
     * Whether lists of shares show it.
     * @default `true`, or by `purpose`
     */
    browseable?: pulumi.Input<boolean>;

    /**
     * Whether clients without an account may connect. They act as `nobody`, who may read and, unless `readOnly`, write: by an ACL entry of the root directory, or as `mode` and `aclEntries` say where one of them is given. What is below already keeps its rights, unless `recursive`.
     * @default `false`
     */
    guest?: pulumi.Input<boolean>;

    /**
     * Owner of the share's root directory. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     * @default `"root"`
     */
    owner?: pulumi.Input<string>;

    /**
     * Group of the share's root directory. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     * @default `"root"`
     */
    group?: pulumi.Input<string>;

    /**
     * Mode of the share's root directory.
     * @default `0770`, or by `purpose`
     */
    mode?: pulumi.Input<string>;

    /**
     * Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.
     * @default `[]`
     */
    access?: pulumi.Input<pulumi.Input<SmbShareAccessArgs>[]>;

    /**
     * Maximum permission bits of new files (create mask).
     * @default `0764`, or by `purpose`
     */
    createMask?: pulumi.Input<string>;

    /**
     * Maximum permission bits of new directories (directory mask).
     * @default `0775`, or by `purpose`
     */
    directoryMask?: pulumi.Input<string>;

    /**
     * `posix`: pvesmb keeps the permissions of the root directory as declared. `windows`: they are declared once, then Windows' own dialogs decide (acl_xattr keeps what POSIX cannot say, in user.NTACL).
     * @default `"posix"`
     */
    acl?: pulumi.Input<"posix" | "windows">;

    /**
     * ACL entries of the root directory, and default entries for what is created in it.
     * @default those that follow from `access`
     */
    aclEntries?: pulumi.Input<pulumi.Input<SmbShareAclEntryArgs>[]>;

    /**
     * Give owner, group and ACL to everything below the root directory too, whenever they change. What is there already is not brought back by a failure.
     * @default `false`
     */
    recursive?: pulumi.Input<boolean>;

    /**
     * Change owner, group, mode and ACL of a directory that the host exports by NFS too, or that holds or lies in such a one. Otherwise that is refused. Modes `existing` and `native` only.
     * @default `false`
     */
    allowNfsExport?: pulumi.Input<boolean>;

    /**
     * Metadata and streams as macOS wants them (fruit).
     * @default as the gateway's `samba.macos`
     */
    macos?: pulumi.Input<boolean>;

    /**
     * Offer the share to Macs for their backups. Includes `macos`.
     */
    timeMachine?: pulumi.Input<SmbShareTimeMachineArgs>;

    /**
     * Move deleted files to a folder instead of deleting them.
     */
    recycle?: pulumi.Input<SmbShareRecycleArgs>;

    /**
     * Log what clients do. It goes where the gateway's `samba.logging` says.
     */
    audit?: pulumi.Input<SmbShareAuditArgs>;

    /**
     * Show snapshots of the share to clients as previous versions of files.
     */
    previousVersions?: pulumi.Input<SmbSharePreviousVersionsArgs>;

    /**
     * Map characters of file names that Windows does not allow.
     */
    catia?: pulumi.Input<SmbShareCatiaArgs>;

    /**
     * Clients that may connect, by address or network (`192.168.1.0/24`); all others may not. Names are refused, because Samba would not look them up.
     */
    hostsAllow?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Clients that may not connect, unless `hostsAllow` has them, by address or network.
     */
    hostsDeny?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Refuse clients that do not encrypt.
     * @default `false`
     */
    encryptionRequired?: pulumi.Input<boolean>;

    /**
     * Show the share in lists only to those who may connect.
     * @default `false`
     */
    accessBasedEnumeration?: pulumi.Input<boolean>;

    /**
     * Show in folders only what the client may read.
     * @default `false`, or by `purpose`
     */
    hideUnreadable?: pulumi.Input<boolean>;

    /**
     * Files and folders that clients can neither see nor make, as patterns with * and ?. Nobody can remove a folder with one of them in it, unless they are all litter (.DS_Store, Thumbs.db, desktop.ini), which goes with the folder.
     */
    vetoFiles?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Files and folders that clients see as hidden, as patterns with * and ?.
     */
    hideFiles?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Most connections at a time.
     * @default unlimited
     */
    maxConnections?: pulumi.Input<number>;

    /**
     * Let clients keep files in their own memory (oplocks and leases). Switch it off for databases, and where NFS or programs on the gateway change the same files.
     * @default `true`, or by `purpose`
     */
    oplocks?: pulumi.Input<boolean>;

    /**
     * `lower` and `upper`: names are stored in that case, and lookups in large folders are fast; refused while a name is stored otherwise, which clients would no longer find. `sensitive`: as on Unix.
     * @default `insensitive`
     */
    caseHandling?: pulumi.Input<"insensitive" | "sensitive" | "lower" | "upper">;

    /**
     * Serve to each user the folder of that name below `path` (SmbUser's `home`), as a share with the user's name.
     * @default `false`, or by `purpose`
     */
    homes?: pulumi.Input<boolean>;

    /**
     * Folders of the share that lead clients to other servers' shares (DFS), by name.
     */
    dfsLinks?: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<string>[]>>>;

    /**
     * Further smb.conf options of this share. What pvesmb writes itself, and what runs programs, is refused.
     * @default `{}`
     */
    options?: pulumi.Input<Record<string, pulumi.Input<string>>>;

    /**
     * What happens to the files when the share is deleted.
     * @default `"retain"`
     */
    onDelete?: pulumi.Input<"retain" | "delete">;

    /**
     * Restart the container when the share's volume is to go: Proxmox VE cannot unplug one from a running container.
     * @default `false`
     */
    allowRestart?: pulumi.Input<boolean>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    gateway: ResourceWith<ServerRef> | pulumi.Input<ServerRefArgs>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "SmbShare",
    inputs: [
        "name",
        "purpose",
        "volume",
        "comment",
        "enabled",
        "readOnly",
        "browseable",
        "guest",
        "owner",
        "group",
        "mode",
        "access",
        "createMask",
        "directoryMask",
        "acl",
        "aclEntries",
        "recursive",
        "allowNfsExport",
        "macos",
        "timeMachine",
        "recycle",
        "audit",
        "previousVersions",
        "catia",
        "hostsAllow",
        "hostsDeny",
        "encryptionRequired",
        "accessBasedEnumeration",
        "hideUnreadable",
        "vetoFiles",
        "hideFiles",
        "maxConnections",
        "oplocks",
        "caseHandling",
        "homes",
        "dfsLinks",
        "options",
        "onDelete",
        "allowRestart",
        "gateway",
        "adopt",
        "timeouts",
    ],
    outputs: ["path", "unc", "uncByAddress", "volumeId", "mountPoint"],
    secrets: [
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
        ["gateway", "connection", "ssh", "jump", "password"],
        ["gateway", "connection", "markSecret"],
        ["gateway", "connection", "markSecretPrevious"],
        ["gateway", "gateways", "*", "connection", "apiToken"],
        ["gateway", "gateways", "*", "connection", "password"],
        ["gateway", "gateways", "*", "connection", "otp"],
        ["gateway", "gateways", "*", "connection", "ssh", "privateKey"],
        ["gateway", "gateways", "*", "connection", "ssh", "passphrase"],
        ["gateway", "gateways", "*", "connection", "ssh", "password"],
        ["gateway", "gateways", "*", "connection", "ssh", "jump", "password"],
        ["gateway", "gateways", "*", "connection", "markSecret"],
        ["gateway", "gateways", "*", "connection", "markSecretPrevious"],
    ],
    secretOutputs: [],
    autoNames: { name: "as-is" },
    references: ["gateway"],
    reference: { gateway: ["gateway"], path: ["path"], size: ["volume", "size"] },
    follows: { unc: { input: "gateway", output: "unc", like: "uncByAddress" }, uncByAddress: { input: "gateway", output: "unc" } },
    outside: [["previousVersions", "schedule"]],
};

/**
 * A share on a gateway: its directory or volume, its section of the Samba configuration, and who may do what.
 *
 * ```ts
 * const docs = new pvesmb.SmbShare("docs", {
 *     gateway: files,
 *     comment: "Documents",
 *     access: [{ user: alice.name, level: "full" }],
 * });
 * ```
 */
export class SmbShare extends PvesmbResource {
    /**
     * Name of the share.
     * @default the resource's name
     */
    declare readonly name: pulumi.Output<string>;

    /**
     * Directory on the gateway, under /srv/pvesmb. It must not overlap another share's directory or, without `homes`, a user's home. A share with `readOnly` that declares nothing about the directory may show another share's.
     * @default /srv/pvesmb/<name at creation>
     */
    declare readonly path: pulumi.Output<string>;

    /**
     * What the share is for: a preset of defaults for other properties. Anything set explicitly wins. `default`: nothing; `homes`: homes true, browseable false, mode 0711, createMask 0700, directoryMask 0700; `dropBox`: mode 1770, hideUnreadable true, createMask 0770, directoryMask 0770; `timeMachine`: timeMachine {}, createMask 0700, directoryMask 0700; `archive`: recycle {path:.recycle,perUser:true,keepTree:true,versions:true,keepFor:90d}; `media`: mode 2775, createMask 0764, directoryMask 2775, vetoFiles [.DS_Store,Thumbs.db,desktop.ini]; `scanner`: oplocks false, createMask 0760, directoryMask 0770; `database`: oplocks false.
     * @default `default`
     */
    declare readonly purpose: pulumi.Output<
        "default" | "homes" | "dropBox" | "timeMachine" | "archive" | "media" | "scanner" | "database" | undefined
    >;

    /**
     * A volume of its own, as a mount point of the container. Its size is the share's limit.
     * Adding or removing it is refused: its files would have to be copied; create another share, copy the files, then remove this one.
     */
    declare readonly volume: pulumi.Output<SmbShareVolume | undefined>;

    /**
     * Comment that clients see.
     * @default `""`
     */
    declare readonly comment: pulumi.Output<string | undefined>;

    /**
     * Whether clients can connect.
     * @default `true`
     */
    declare readonly enabled: pulumi.Output<boolean | undefined>;

    /**
     * Nobody may write, whatever `access` says.
     * @default `false`
     */
    declare readonly readOnly: pulumi.Output<boolean | undefined>;

    /**
     * Whether lists of shares show it.
     * @default `true`, or by `purpose`
     */
    declare readonly browseable: pulumi.Output<boolean | undefined>;

    /**
     * Whether clients without an account may connect. They act as `nobody`, who may read and, unless `readOnly`, write: by an ACL entry of the root directory, or as `mode` and `aclEntries` say where one of them is given. What is below already keeps its rights, unless `recursive`.
     * @default `false`
     */
    declare readonly guest: pulumi.Output<boolean | undefined>;

    /**
     * Owner of the share's root directory. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     * @default `"root"`
     */
    declare readonly owner: pulumi.Output<string | undefined>;

    /**
     * Group of the share's root directory. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     * @default `"root"`
     */
    declare readonly group: pulumi.Output<string | undefined>;

    /**
     * Mode of the share's root directory.
     * @default `0770`, or by `purpose`
     */
    declare readonly mode: pulumi.Output<string | undefined>;

    /**
     * Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.
     * @default `[]`
     */
    declare readonly access: pulumi.Output<SmbShareAccess[] | undefined>;

    /**
     * Maximum permission bits of new files (create mask).
     * @default `0764`, or by `purpose`
     */
    declare readonly createMask: pulumi.Output<string | undefined>;

    /**
     * Maximum permission bits of new directories (directory mask).
     * @default `0775`, or by `purpose`
     */
    declare readonly directoryMask: pulumi.Output<string | undefined>;

    /**
     * `posix`: pvesmb keeps the permissions of the root directory as declared. `windows`: they are declared once, then Windows' own dialogs decide (acl_xattr keeps what POSIX cannot say, in user.NTACL).
     * @default `"posix"`
     */
    declare readonly acl: pulumi.Output<"posix" | "windows" | undefined>;

    /**
     * ACL entries of the root directory, and default entries for what is created in it.
     * @default those that follow from `access`
     */
    declare readonly aclEntries: pulumi.Output<SmbShareAclEntry[] | undefined>;

    /**
     * Give owner, group and ACL to everything below the root directory too, whenever they change. What is there already is not brought back by a failure.
     * @default `false`
     */
    declare readonly recursive: pulumi.Output<boolean | undefined>;

    /**
     * Change owner, group, mode and ACL of a directory that the host exports by NFS too, or that holds or lies in such a one. Otherwise that is refused. Modes `existing` and `native` only.
     * @default `false`
     */
    declare readonly allowNfsExport: pulumi.Output<boolean | undefined>;

    /**
     * Metadata and streams as macOS wants them (fruit).
     * @default as the gateway's `samba.macos`
     */
    declare readonly macos: pulumi.Output<boolean | undefined>;

    /**
     * Offer the share to Macs for their backups. Includes `macos`.
     */
    declare readonly timeMachine: pulumi.Output<SmbShareTimeMachine | undefined>;

    /**
     * Move deleted files to a folder instead of deleting them.
     */
    declare readonly recycle: pulumi.Output<SmbShareRecycle | undefined>;

    /**
     * Log what clients do. It goes where the gateway's `samba.logging` says.
     */
    declare readonly audit: pulumi.Output<SmbShareAudit | undefined>;

    /**
     * Show snapshots of the share to clients as previous versions of files.
     */
    declare readonly previousVersions: pulumi.Output<SmbSharePreviousVersions | undefined>;

    /**
     * Map characters of file names that Windows does not allow.
     */
    declare readonly catia: pulumi.Output<SmbShareCatia | undefined>;

    /**
     * Clients that may connect, by address or network (`192.168.1.0/24`); all others may not. Names are refused, because Samba would not look them up.
     */
    declare readonly hostsAllow: pulumi.Output<string[] | undefined>;

    /**
     * Clients that may not connect, unless `hostsAllow` has them, by address or network.
     */
    declare readonly hostsDeny: pulumi.Output<string[] | undefined>;

    /**
     * Refuse clients that do not encrypt.
     * @default `false`
     */
    declare readonly encryptionRequired: pulumi.Output<boolean | undefined>;

    /**
     * Show the share in lists only to those who may connect.
     * @default `false`
     */
    declare readonly accessBasedEnumeration: pulumi.Output<boolean | undefined>;

    /**
     * Show in folders only what the client may read.
     * @default `false`, or by `purpose`
     */
    declare readonly hideUnreadable: pulumi.Output<boolean | undefined>;

    /**
     * Files and folders that clients can neither see nor make, as patterns with * and ?. Nobody can remove a folder with one of them in it, unless they are all litter (.DS_Store, Thumbs.db, desktop.ini), which goes with the folder.
     */
    declare readonly vetoFiles: pulumi.Output<string[] | undefined>;

    /**
     * Files and folders that clients see as hidden, as patterns with * and ?.
     */
    declare readonly hideFiles: pulumi.Output<string[] | undefined>;

    /**
     * Most connections at a time.
     * @default unlimited
     */
    declare readonly maxConnections: pulumi.Output<number | undefined>;

    /**
     * Let clients keep files in their own memory (oplocks and leases). Switch it off for databases, and where NFS or programs on the gateway change the same files.
     * @default `true`, or by `purpose`
     */
    declare readonly oplocks: pulumi.Output<boolean | undefined>;

    /**
     * `lower` and `upper`: names are stored in that case, and lookups in large folders are fast; refused while a name is stored otherwise, which clients would no longer find. `sensitive`: as on Unix.
     * @default `insensitive`
     */
    declare readonly caseHandling: pulumi.Output<"insensitive" | "sensitive" | "lower" | "upper" | undefined>;

    /**
     * Serve to each user the folder of that name below `path` (SmbUser's `home`), as a share with the user's name.
     * @default `false`, or by `purpose`
     */
    declare readonly homes: pulumi.Output<boolean | undefined>;

    /**
     * Folders of the share that lead clients to other servers' shares (DFS), by name.
     */
    declare readonly dfsLinks: pulumi.Output<Record<string, string[]> | undefined>;

    /**
     * Further smb.conf options of this share. What pvesmb writes itself, and what runs programs, is refused.
     * @default `{}`
     */
    declare readonly options: pulumi.Output<Record<string, string> | undefined>;

    /**
     * What happens to the files when the share is deleted.
     * @default `"retain"`
     */
    declare readonly onDelete: pulumi.Output<"retain" | "delete" | undefined>;

    /**
     * Restart the container when the share's volume is to go: Proxmox VE cannot unplug one from a running container.
     * @default `false`
     */
    declare readonly allowRestart: pulumi.Output<boolean | undefined>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    declare readonly gateway: pulumi.Output<ServerRef>;

    /**
     * Take over an object of that name that another program or a person created on the gateway. It is then changed to match; differences are printed. An account of the distribution stays when the resource is deleted.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * UNC path: `\\address\name`. On a member of a domain `\\gateway.ad.example.com\name`, for Kerberos; a share that is older than the membership has it from the next refresh on.
     */
    declare readonly unc: pulumi.Output<string>;

    /**
     * UNC path by the gateway's address, also on a member of a domain: there it means NTLM.
     */
    declare readonly uncByAddress: pulumi.Output<string>;

    /**
     * Volume id of the share's own volume.
     */
    declare readonly volumeId: pulumi.Output<string | undefined>;

    /**
     * Mount point of the share's own volume (`mp3`).
     */
    declare readonly mountPoint: pulumi.Output<string | undefined>;

    /** What quotas of other stacks keep of this share. */
    declare readonly ref: pulumi.Output<ShareRef>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: SmbShareArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
