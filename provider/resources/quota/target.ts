import type { Connection } from "../../base/connection";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { joined, onceSeen } from "../../hosts";
import type { GatherResult } from "../../hosts";
import type { GatewayRef, QuotaInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import { pveClient } from "../../proxmox/client/client";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import { mountPoint } from "../../proxmox/values/property-string";
import { CLAIMS, CLAIMS_LOOK } from "../../quota/claim";
import { MOUNTS } from "../../quota/tree";
import type { Spot } from "../../quota/tree";
import { SHARES_AND_PEOPLE } from "../../samba/look";
import { directoryOf, HOMES, parseOwner } from "../../samba/share";
import { SAMBA } from "../../samba/paths";
import { parseSections } from "../../samba/text";
import type { Ready } from "../../gateway/session";
import { mountOf } from "../../machines/lxc/mounts";
import type { Mount } from "../../machines/lxc/mounts";

/** The tree that a quota limits, and the way there. */
export interface Target {
    gateway: Ready;
    connection: Connection;
    pve: Pve;
    /** Directory on the gateway. */
    path: string;
    /** Name of the share, when it is one's directory. */
    share: string | undefined;
    mount: Mount;
    config: ContainerConfig;
    /** What the gateway looks like. */
    look: GatherResult;
}

/** What whoever changes a quota needs to know of the gateway. With its last change it looks at that for the next one. */
export const CHANGE_LOOK = joined([SHARES_AND_PEOPLE, CLAIMS_LOOK, { commands: [MOUNTS] }]);

export function gatewayOf(inputs: QuotaInputs): GatewayRef {
    const ref = inputs.share?.gateway ?? inputs.gateway;
    if (ref === undefined) throw new PvesmbError("InvalidInput", "share: give either `share` or `gateway`", { property: "share" });
    return ref;
}

/** A directory of the gateway that is to be limited, and the share that it belongs to, if any. */
export interface Place {
    path: string;
    share?: string;
}

/** Undefined when the share is not there (any more). Of homes it is the directory that holds all of them. A share is found by the mark in its section, whatever its name and path are by now. */
export function treeOf(inputs: QuotaInputs, look: GatherResult): Place | undefined {
    const { share } = inputs;
    if (share === undefined) return { path: inputs.path ?? DATA_ROOT };
    const section = parseSections(shares(look).get(share.id) ?? "").find(({ options }) => options.has("path"));
    const path = section?.options.get("path");
    return section && path !== undefined ? { path: directoryOf(path, section.name === HOMES), share: section.name } : undefined;
}

/** The shares' own files by their marks. */
const shares = onceSeen(({ files }) => {
    const own = Object.entries(files).filter(([file]) => file.startsWith(`${SAMBA.fragments}/`));
    return new Map(own.map(([, text]) => [parseOwner(text)?.nonce, text]));
});

export function targetOf(
    ctx: Context<unknown>,
    inputs: QuotaInputs,
    gateway: Ready,
    config: ContainerConfig,
    look: GatherResult,
    { path, share }: Place,
): Target {
    const connection = ctx.connect(gatewayOf(inputs).connection);
    return {
        gateway,
        connection,
        pve: pveClient(connection, ctx.log).within(ctx.deadline),
        path,
        share,
        mount: mountOf(config, path),
        config,
        look,
    };
}

/** Where the node has the gateway's claims, if they are in a directory of its own. */
export function claimsOnNode({ config }: Target): string | undefined {
    const mount = mountOf(config, CLAIMS);
    return mount.kind === "bind" ? mount.source + CLAIMS.slice(mount.at.length) : undefined;
}

/** A directory as the node has it. Looks go by the outermost directory that the gateway has of the node, which many trees share. */
export function spotOf({ config, path }: Target, { source, at }: Extract<Mount, { kind: "bind" }>): Spot {
    const onNode = source + path.slice(at.length);
    const [from = source] = Object.values(config.mp)
        .map((value) => mountPoint.parse(value).volume ?? "")
        .filter((volume) => volume.startsWith("/") && (onNode === volume || onNode.startsWith(`${volume}/`)))
        .sort((a, b) => a.length - b.length);
    return { path: onNode, from };
}
