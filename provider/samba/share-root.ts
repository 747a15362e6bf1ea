import type { AclEntry, Step } from "../hosts/batch";
import type { Bin } from "./recycle";

/** The directory that a share serves. */
export interface ShareRoot {
    owner: string;
    group: string;
    mode: string;
    /** The directory is a volume of its own and must be mounted already. */
    mounted: boolean;
    recycle?: Bin;
    /** Named entries, for the directory and, unless `inherited` says otherwise, as default below. */
    acl: AclEntry[];
    /** Named entries that what is made below gets, when they are others. */
    inherited?: AclEntry[];
    /** Clients decide about the permissions once the directory is there: they are set only when something about them was declared anew. */
    once: boolean;
    recursive: boolean;
    /** Where snapshots are that a schedule makes: read-only. */
    snapshotFolder?: string;
    /** The share only reads and declares nothing about the directory: it may be another one's. */
    view?: boolean;
}

/** What brings a share's directory to what is wanted; `before`: what it was to be so far; `apart` comes before something is handed down. */
export function rootSteps(path: string, root: ShareRoot, before: ShareRoot | undefined, apart: Step): Step[] {
    const { owner, group, mode, acl, inherited = acl } = root;
    const same = (a: ShareRoot): string => JSON.stringify([a.owner, a.group, a.mode, a.acl, a.inherited ?? a.acl]);
    if (root.once && before !== undefined && same(before) === same(root)) return [{ do: "directory", path }];
    const dress: Step = { do: "directory", id: "root", path, owner, group, mode, acl: { access: acl, default: inherited } };
    // A program that asks for it now means what is there already; otherwise a change of the root is what has to be handed down.
    const asked = before !== undefined && root.recursive && !before.recursive ? {} : { ifChanged: "root" };
    return root.recursive ? [dress, ...[apart, recursion(path, root)].map((step): Step => ({ ...step, ...asked }))] : [dress];
}

/** Everything below the root but links, snapshots and the bin, whose parts are their users' own. */
const recursion = (path: string, { owner, group, mode, acl, inherited = acl, recycle, snapshotFolder }: ShareRoot): Step => ({
    do: "below",
    path,
    owner,
    group,
    mode,
    acl: inherited,
    skip: [recycle?.path, snapshotFolder].filter((folder) => folder !== undefined),
});
