import { isKind, PvesmbError } from "../../base/errors";
import { joined, MOUNTS } from "../../hosts";
import type { GatherResult } from "../../hosts";
import type { GatewayRef, QuotaInputs } from "../../model";
import type { DomainAccount } from "../../model/domain-accounts";
import { DATA_ROOT } from "../../model/paths";
import { CLAIMS, CLAIMS_LOOK } from "../../quota/claim";
import type { Spot } from "../../quota/tree";
import { SHARES_AND_PEOPLE } from "../../samba/look";
import { directoryOf, HOMES } from "../../samba/share";
import { files } from "../../samba/store/files";
import type { Ready } from "../../gateway/session";
import type { Mount, Mounts } from "../../machines/machine";

/** The tree that a quota limits and how to reach it. */
export interface Target {
    gateway: Ready;
    /** Directory on the gateway. */
    path: string;
    /** The share's name, if the tree is a share's directory. */
    share: string | undefined;
    mount: Mount;
    mounts: Mounts;
    /** Last look at the gateway. */
    look: GatherResult;
    /** Accounts of its domain that the quota names, or did. */
    accounts: readonly DomainAccount[];
}

/** What a quota change needs to know about the gateway. Each change gathers it again for the next one. */
export const CHANGE_LOOK = joined([SHARES_AND_PEOPLE, CLAIMS_LOOK, { commands: [MOUNTS] }]);

export function gatewayOf(inputs: QuotaInputs): GatewayRef {
    const ref = inputs.share?.gateway ?? inputs.gateway;
    if (ref === undefined) throw new PvesmbError("InvalidInput", "share: give either `share` or `gateway`", { property: "share" });
    return ref;
}

/** A fault of the tree's path is reported at the property by which the program names the tree. */
export async function atItsProperty<T>(inputs: QuotaInputs, work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (!isKind(error, "InvalidInput") || error.details.property !== "path" || inputs.path !== undefined) throw error;
        const property = inputs.share === undefined ? "gateway" : "share";
        throw new PvesmbError(error.kind, error.message.replace(/^path:/, `${property}:`), { ...error.details, property, cause: error });
    }
}

/** A directory on the gateway to limit, and its share, if any. */
export interface Place {
    path: string;
    share?: string;
}

/**
 * Finds a share by the mark in its section, whatever its current name and path. A share of homes gives the directory that contains all of
 * them. Undefined when the share is gone.
 */
export function treeOf(inputs: QuotaInputs, look: GatherResult): Place | undefined {
    const { share } = inputs;
    if (share === undefined) return { path: inputs.path ?? DATA_ROOT };
    const section = files.of(look, share.id)?.sections.find(({ options }) => options.has("path"));
    const path = section?.options.get("path");
    return section && path !== undefined ? { path: directoryOf(path, section.name === HOMES), share: section.name } : undefined;
}

export const targetOf = (
    gateway: Ready,
    mounts: Mounts,
    look: GatherResult,
    { path, share }: Place,
    accounts: readonly DomainAccount[] = [],
): Target => ({
    gateway,
    path,
    share,
    mount: mounts.under(path),
    mounts,
    look,
    accounts,
});

/** Where the gateway's claims are on the node, if they are in a directory of their own. */
export function claimsOnNode({ mounts }: Target): string | undefined {
    const mount = mounts.under(CLAIMS);
    return mount.kind === "bind" ? mount.source + CLAIMS.slice(mount.at.length) : undefined;
}

/** A directory as seen from the node. Looks start at the outermost directory that the node gives to the gateway; many trees share it. */
export function spotOf({ mounts, path }: Target, { source, at }: Extract<Mount, { kind: "bind" }>): Spot {
    // The gateway supplies the share's path, and its root may set any text; all looks at the node share one gather and would fail together.
    if (path.split("/").some((part) => part === ".." || part === "."))
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path}, where the gateway has the share by now, is not a path without ..; \`pulumi refresh\` and \`pulumi up\` bring the share back to its own`,
            { property: "path" },
        );
    const onNode = source + path.slice(at.length);
    return { path: onNode, from: mounts.outermost(onNode) ?? source };
}
