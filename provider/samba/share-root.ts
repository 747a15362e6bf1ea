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
}

/** What brings a share's directory to what is wanted; `before`: what it was to be so far. */
export function rootSteps(path: string, root: ShareRoot, before: ShareRoot | undefined): Step[] {
    const { owner, group, mode, acl, inherited = acl } = root;
    const same = (a: ShareRoot): string => JSON.stringify([a.owner, a.group, a.mode, a.acl, a.inherited ?? a.acl]);
    if (root.once && before !== undefined && same(before) === same(root)) return [{ do: "directory", path }];
    const dress: Step = { do: "directory", id: "root", path, owner, group, mode, acl: { access: acl, default: inherited } };
    // A program that asks for it now means what is there already; otherwise a change of the root is what has to be handed down.
    const asked = before !== undefined && root.recursive && !before.recursive ? {} : { ifChanged: "root" };
    return root.recursive ? [dress, ...recursion(path, root).map((step): Step => ({ ...step, ...asked }))] : [dress];
}

/** Everything below the root but links, snapshots and the bin, whose parts are their users' own. X: folders, and what can be run already (setfacl(1)). */
function recursion(path: string, { owner, group, mode, acl: root, inherited: acl = root, recycle, snapshotFolder }: ShareRoot): Step[] {
    const [user, own, other] = [...mode.slice(-3)].map((digit) => LETTERS[Number(digit)]);
    const named = acl.map(({ kind, name, permissions }) => `${kind}:${name}:${permissions.replace("x", "X")}`);
    const entries = [`u::${user}`, `g::${own}`, `o::${other}`, ...named].join(",");
    const below = (...does: string[]): Step => ({
        do: "run",
        argv: [
            "find",
            path,
            "-mindepth",
            "1",
            ...[recycle?.path, snapshotFolder].flatMap((folder) => (folder === undefined ? [] : skipped(`${path}/${folder}`))),
            ...does,
            "{}",
            "+",
        ],
        timeout: 3600,
    });
    return [
        below("!", "-type", "l", "-exec", "chown", "-h", `${owner}:${group}`),
        below("!", "-type", "l", "-exec", "setfacl", "-b", "-m", entries),
        ...(acl.length === 0 ? [] : [below("-type", "d", "-exec", "setfacl", "-d", "-m", entries.replaceAll("X", "x"))]),
    ];
}

const skipped = (path: string): string[] => ["-path", path.replace(/[*?[\]\\]/g, "\\$&"), "-prune", "-o"];

const LETTERS = ["---", "--X", "-w-", "-wX", "r--", "r-X", "rw-", "rwX"];
