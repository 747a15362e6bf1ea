import type { AclEntry, Step } from "../hosts/batch";
import type { Bin } from "./recycle";

/** The directory that a share serves. */
export interface ShareRoot {
    owner: string;
    group: string;
    mode: string;
    /** The directory is a mounted volume and must be mounted already. */
    mounted: boolean;
    recycle?: Bin;
    /** Named ACL entries of the directory, and of its default ACL unless `inherited` is set. */
    acl: AclEntry[];
    /** Named entries of the default ACL, if different. */
    inherited?: AclEntry[];
    /** Clients manage the permissions after creation: set them only if their declaration changes. */
    once: boolean;
    recursive: boolean;
    /** Folder of scheduled snapshots, which is read-only. */
    snapshotFolder?: string;
    /** The share is read-only and declares nothing about the directory: the directory may belong to another share. */
    view?: boolean;
}

/** Converges a share's directory. `before`: the previous declaration. `apart`: a check before anything recursive. */
export function rootSteps(path: string, root: ShareRoot, before: ShareRoot | undefined, apart: Step): Step[] {
    const { owner, group, mode, acl, inherited = acl } = root;
    const same = (a: ShareRoot): string => JSON.stringify([a.owner, a.group, a.mode, a.acl, a.inherited ?? a.acl]);
    if (root.once && before !== undefined && same(before) === same(root)) return [{ do: "directory", path }];
    const dress: Step = { do: "directory", id: "root", path, owner, group, mode, acl: { access: acl, default: inherited } };
    // If `recursive` was just set, apply it to existing files now; otherwise only when the root has changed.
    const asked = before !== undefined && root.recursive && !before.recursive ? {} : { ifChanged: "root" };
    return root.recursive ? [dress, ...[apart, recursion(path, root)].map((step): Step => ({ ...step, ...asked }))] : [dress];
}

/** Everything below the root except links, snapshots and the recycle bin, whose folders belong to their users. */
const recursion = (path: string, { owner, group, mode, acl, inherited = acl, recycle, snapshotFolder }: ShareRoot): Step => ({
    do: "below",
    path,
    owner,
    group,
    mode,
    acl: inherited,
    skip: [recycle?.path, snapshotFolder].filter((folder) => folder !== undefined),
});
