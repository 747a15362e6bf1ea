import { PvesmbError } from "../../base/errors";
import { joined } from "../../hosts";
import type { GatherResult } from "../../hosts";
import type { GatewayRef, QuotaInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import { CLAIMS, CLAIMS_LOOK } from "../../quota/claim";
import { MOUNTS } from "../../quota/tree";
import type { Spot } from "../../quota/tree";
import { SHARES_AND_PEOPLE } from "../../samba/look";
import { directoryOf, HOMES } from "../../samba/share";
import { files } from "../../samba/store/files";
import type { Ready } from "../../gateway/session";
import type { Mount, Mounts } from "../../machines/machine";

/** The tree that a quota limits, and the way there. */
export interface Target {
    gateway: Ready;
    /** Directory on the gateway. */
    path: string;
    /** Name of the share, when it is one's directory. */
    share: string | undefined;
    mount: Mount;
    mounts: Mounts;
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
    const section = files.of(look, share.id)?.sections.find(({ options }) => options.has("path"));
    const path = section?.options.get("path");
    return section && path !== undefined ? { path: directoryOf(path, section.name === HOMES), share: section.name } : undefined;
}

export const targetOf = (gateway: Ready, mounts: Mounts, look: GatherResult, { path, share }: Place): Target => ({
    gateway,
    path,
    share,
    mount: mounts.under(path),
    mounts,
    look,
});

/** Where the node has the gateway's claims, if they are in a directory of its own. */
export function claimsOnNode({ mounts }: Target): string | undefined {
    const mount = mounts.under(CLAIMS);
    return mount.kind === "bind" ? mount.source + CLAIMS.slice(mount.at.length) : undefined;
}

/** A directory as the node has it. Looks go by the outermost directory that the gateway has of the node, which many trees share. */
export function spotOf({ mounts, path }: Target, { source, at }: Extract<Mount, { kind: "bind" }>): Spot {
    // The share's path is what the gateway says, and its root may say anything; all looks at the node go together and would fail together.
    if (path.split("/").some((part) => part === ".." || part === "."))
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path}, where the gateway has the share by now, is not a path without ..; \`pulumi refresh\` and \`pulumi up\` bring the share back to its own`,
            { property: "path" },
        );
    const onNode = source + path.slice(at.length);
    return { path: onNode, from: mounts.outermost(onNode) ?? source };
}
