import type { AclEntry, DirectoryStep, Step } from "../hosts/batch";
import type { Bin } from "./recycle";
import type { ShareStore } from "./store/store";

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
    /** New files are for their owners and those in `inherited`, whatever `mode` gives the directory's group. */
    ownersOnly?: boolean;
    /** Clients manage the permissions after creation: set them only if their declaration changes. */
    once: boolean;
    recursive: boolean;
    /** NFS clients of the directory may get other rights by it. */
    allowNfsExport?: boolean;
    /** Folder of scheduled snapshots, which is read-only. */
    snapshotFolder?: string;
    /** The share is read-only and declares nothing about the directory: the directory may belong to another share. */
    view?: boolean;
}

/** Names the step that says where NFS exports the directory. */
const EXPORTED = "exported";

/**
 * Converges a share's directory. `before`: the previous declaration. `apart`: a check before anything recursive. `exported`: of a store on a
 * host that may export the directory.
 */
export function rootSteps(
    path: string,
    root: ShareRoot,
    before: ShareRoot | undefined,
    apart: Step,
    exported?: ShareStore["exported"],
): Step[] {
    const { owner, group, mode, acl, inherited = acl, ownersOnly } = root;
    const same = (a: ShareRoot): string => JSON.stringify([a.owner, a.group, a.mode, a.acl, a.inherited ?? a.acl, a.ownersOnly]);
    if (root.once && before !== undefined && same(before) === same(root)) return [{ do: "directory", path }];
    const acls = { access: acl, default: inherited, ...(ownersOnly && { ownersOnly }) };
    const dress: DirectoryStep = { do: "directory", id: "root", path, owner, group, mode, acl: acls };
    // If `recursive` was just set, apply it to existing files now; otherwise only when the root has changed.
    const now = before !== undefined && root.recursive && !before.recursive;
    const asked = now ? {} : { ifChanged: "root" };
    return [
        ...(exported === undefined || root.allowNfsExport ? [] : unexported(path, dress, now, exported)),
        dress,
        ...(root.recursive ? [apart, recursion(path, root)].map((step): Step => ({ ...step, ...asked })) : []),
    ];
}

/** Refuses to change what NFS clients of the same directory may do: a new directory is nobody's yet. `all`: what is below it, too. */
function unexported(path: string, dress: DirectoryStep, all: boolean, exported: NonNullable<ShareStore["exported"]>): Step[] {
    const way = "Let the share's `owner`, `group`, `mode` and `aclEntries` be what the directory has, or set `allowNfsExport: true`";
    return [
        exported(EXPORTED, path),
        {
            ...dress,
            id: "kept",
            ifFull: EXPORTED,
            keep: [
                `allowNfsExport: the owner, the mode or the ACL of ${path} would change, and the host exports the directory by NFS as well: `,
                { value: EXPORTED },
                `; nothing was changed. ${way}`,
            ],
        },
        ...(all
            ? [
                  {
                      do: "require" as const,
                      ifFull: EXPORTED,
                      path,
                      is: "absent" as const,
                      message: `allowNfsExport: \`recursive\` would change everything below ${path}, which the host exports by NFS as well; nothing was changed. Leave \`recursive\` out, or set \`allowNfsExport: true\``,
                  },
              ]
            : []),
    ];
}

/** Everything below the root except links, snapshots and the recycle bin, whose folders belong to their users. */
const recursion = (path: string, { owner, group, mode, acl, inherited = acl, ownersOnly, recycle, snapshotFolder }: ShareRoot): Step => ({
    do: "below",
    path,
    owner,
    group,
    mode,
    acl: inherited,
    ...(ownersOnly && { ownersOnly }),
    skip: [recycle?.path, snapshotFolder].filter((folder) => folder !== undefined),
});
