// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import { type GatewayLike, gatewayInput } from "../gateway";
import { shareRefOf } from "../share";
import { type Kind, PvesmbResource } from "../shim";
import type { GatewayRefArgs, SmbShareAccessArgs, SmbShareVolumeArgs, TimeoutsArgs } from "./inputs";
import type { GatewayRef, ShareRef, SmbShareAccess, SmbShareVolume, Timeouts } from "./outputs";

export interface SmbShareArgs {
    /**
     * Name of the share.
     * @default the resource's name
     */
    name?: pulumi.Input<string>;

    /**
     * Directory on the gateway, under /srv/pvesmb.
     * @default /srv/pvesmb/<name at creation>
     */
    path?: pulumi.Input<string>;

    /**
     * A volume of its own, as a mount point of the container. Its size is the share's limit.
     * Adding or removing it replaces the resource: data would have to be copied between volumes.
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
     * @default `true`
     */
    browseable?: pulumi.Input<boolean>;

    /**
     * Whether clients without an account may connect, with the rights of `nobody`.
     * @default `false`
     */
    guest?: pulumi.Input<boolean>;

    /**
     * Owner of the share's root directory.
     * @default `"root"`
     */
    owner?: pulumi.Input<string>;

    /**
     * Group of the share's root directory.
     * @default `"root"`
     */
    group?: pulumi.Input<string>;

    /**
     * Mode of the share's root directory.
     * @default `"0770"`
     */
    mode?: pulumi.Input<string>;

    /**
     * Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.
     * @default `[]`
     */
    access?: pulumi.Input<pulumi.Input<SmbShareAccessArgs>[]>;

    /**
     * Most permission bits of new files.
     * @default `"0664"`
     */
    createMask?: pulumi.Input<string>;

    /**
     * Most permission bits of new directories.
     * @default `"0775"`
     */
    directoryMask?: pulumi.Input<string>;

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
     * The gateway it is on: an SmbGateway, or the `ref` of one.
     * A change replaces the resource: it lives on that guest.
     */
    gateway: GatewayLike | pulumi.Input<GatewayRefArgs>;

    /**
     * Take over an object of that name which pvesmb did not make.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "SmbShare",
    outputs: [
        "name",
        "path",
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
        "options",
        "onDelete",
        "allowRestart",
        "gateway",
        "adopt",
        "timeouts",
        "key",
        "drift",
        "unc",
        "volumeId",
        "mountPoint",
        "nonce",
    ],
    secrets: [
        ["gateway", "connection", "apiToken"],
        ["gateway", "connection", "password"],
        ["gateway", "connection", "otp"],
        ["gateway", "connection", "ssh", "privateKey"],
        ["gateway", "connection", "ssh", "passphrase"],
        ["gateway", "connection", "ssh", "password"],
    ],
    secretOutputs: [],
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
     * Directory on the gateway, under /srv/pvesmb.
     * @default /srv/pvesmb/<name at creation>
     */
    declare readonly path: pulumi.Output<string>;

    /**
     * A volume of its own, as a mount point of the container. Its size is the share's limit.
     * Adding or removing it replaces the resource: data would have to be copied between volumes.
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
     * @default `true`
     */
    declare readonly browseable: pulumi.Output<boolean | undefined>;

    /**
     * Whether clients without an account may connect, with the rights of `nobody`.
     * @default `false`
     */
    declare readonly guest: pulumi.Output<boolean | undefined>;

    /**
     * Owner of the share's root directory.
     * @default `"root"`
     */
    declare readonly owner: pulumi.Output<string | undefined>;

    /**
     * Group of the share's root directory.
     * @default `"root"`
     */
    declare readonly group: pulumi.Output<string | undefined>;

    /**
     * Mode of the share's root directory.
     * @default `"0770"`
     */
    declare readonly mode: pulumi.Output<string | undefined>;

    /**
     * Who may do what, as share-level rights and as ACL entries of the root directory. Empty and without `guest`, nobody may connect.
     * @default `[]`
     */
    declare readonly access: pulumi.Output<SmbShareAccess[] | undefined>;

    /**
     * Most permission bits of new files.
     * @default `"0664"`
     */
    declare readonly createMask: pulumi.Output<string | undefined>;

    /**
     * Most permission bits of new directories.
     * @default `"0775"`
     */
    declare readonly directoryMask: pulumi.Output<string | undefined>;

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
     * The gateway it is on: an SmbGateway, or the `ref` of one.
     * A change replaces the resource: it lives on that guest.
     */
    declare readonly gateway: pulumi.Output<GatewayRef>;

    /**
     * Take over an object of that name which pvesmb did not make.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * UNC path: `\\address\name`.
     */
    declare readonly unc: pulumi.Output<string | undefined>;

    /**
     * Volume id of the share's own volume.
     */
    declare readonly volumeId: pulumi.Output<string | undefined>;

    /**
     * Mount point of the share's own volume (`mp3`).
     */
    declare readonly mountPoint: pulumi.Output<string | undefined>;

    /** What quotas of other stacks keep of this share. */
    readonly ref: pulumi.Output<ShareRef>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: SmbShareArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, { ...args, name: args.name ?? name, gateway: gatewayInput(args.gateway) }, opts);
        this.ref = shareRefOf(this, args);
    }
}
