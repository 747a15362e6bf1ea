import { basename } from "node:path/posix";
import type { AclEntry, Step, Unit } from "../hosts/batch";
import { needsRights, shareRights } from "./access";
import { binSteps, expiryPath } from "./recycle";
import type { Bin } from "./recycle";
import { fragmentPath, SAMBA } from "./paths";
import { probeName, renderProbe, renderShare } from "./share";
import type { FragmentOwner, ShareSection } from "./share";

/** The directory that a share serves. */
export interface ShareRoot {
    owner: string;
    group: string;
    mode: string;
    /** The directory is a volume of its own and must be mounted already. */
    mounted: boolean;
    recycle?: Bin;
    /** Named entries, for the directory and as default below. */
    acl: AclEntry[];
    /** Clients decide about the permissions once the directory is there: they are set only when something about them was declared anew. */
    once: boolean;
    recursive: boolean;
    /** Where snapshots are that a schedule makes: read-only. */
    snapshotFolder?: string;
}

/**
 * What brings a share from `before` (undefined: it is new) to what is wanted. Running it twice changes nothing.
 * `claim` is what a fragment of that name must contain to be ours: our key at a create (a killed create left it), our nonce later; without
 * one the share is taken over from whoever has it.
 */
export function shareUnit(
    wanted: ShareSection,
    root: ShareRoot,
    owner: FragmentOwner,
    claim: string | undefined,
    before?: ShareSection,
    beforeRoot?: ShareRoot,
): Unit {
    const renamed = before !== undefined && fragmentPath(before.name) !== fragmentPath(wanted.name);
    const steps: Step[] = [...ours(wanted.name, claim), known(wanted, root)];
    if (wanted.guest)
        steps.push({
            do: "require",
            path: SAMBA.noGuests,
            is: "absent",
            message:
                "guest: the gateway lets no guests in (`samba.guests` is `never`, or `samba.encryption` is `required`, which guests cannot do); remove it, or change that",
        });
    if (root.mounted)
        steps.push({ do: "require", path: wanted.path, is: "mountpoint", message: `the share's volume is not mounted at ${wanted.path}` });
    if (before !== undefined && before.path !== wanted.path && !root.mounted)
        steps.push({ do: "rename", from: before.path, to: wanted.path });
    if (Object.keys(wanted.options).length > 0) steps.push(...tryOptions(wanted));
    steps.push(...rootSteps(wanted.path, root, beforeRoot));
    steps.push(...binSteps(wanted.path, root, owner.nonce), ...linkSteps(wanted, before));
    if (renamed) steps.push(...ours(before.name, claim), { do: "remove", path: fragmentPath(before.name) });
    steps.push({ do: "write", path: fragmentPath(wanted.name), content: renderShare(wanted, owner), mode: "0644" });
    if (before !== undefined && needsRights(before.access) && (renamed || !needsRights(wanted.access)))
        steps.push(clearRights(before.name));
    if (needsRights(wanted.access)) steps.push(...setRights(wanted));
    return {
        key: `share:${owner.nonce}`,
        steps,
        contribute: { probe: renderProbe(wanted), ask: `tcon "${probeName(wanted)}"\n` },
        asks: true,
    };
}

/** Ends a share. Its directory is retained unless `remove` says otherwise. A fragment with another nonce is somebody else's and stays. */
export function shareRemovalUnit(share: ShareSection, owner: FragmentOwner, remove: boolean): Unit {
    return {
        key: `share:${owner.nonce}`,
        asks: false,
        steps: [
            ...ours(share.name, owner.nonce),
            { do: "remove", path: fragmentPath(share.name) },
            clearRights(share.name),
            { do: "remove", path: expiryPath(owner.nonce) },
            ...(remove ? [{ do: "remove", path: share.path, tree: true } as const] : []),
        ],
    };
}

/** Before anything is written: a name that cannot be resolved would lock everybody out (samba.md section 3). */
function known({ access }: ShareSection, root: ShareRoot): Step {
    const named = (kind: "user" | "group"): string[] => [
        ...access.flatMap((entry) => entry[kind] ?? []),
        ...root.acl.filter((entry) => entry.kind === kind).map(({ name }) => name),
    ];
    return {
        do: "known",
        users: [...new Set([root.owner, ...named("user")])],
        groups: [...new Set([root.group, ...named("group")])],
        message: "access, owner or group: the gateway does not know",
    };
}

function rootSteps(path: string, root: ShareRoot, before: ShareRoot | undefined): Step[] {
    const { owner, group, mode, acl } = root;
    const same = (a: ShareRoot): string => JSON.stringify([a.owner, a.group, a.mode, a.acl]);
    if (root.once && before !== undefined && same(before) === same(root)) return [{ do: "directory", path }];
    const dress: Step = { do: "directory", id: "root", path, owner, group, mode, acl: { access: acl, default: acl } };
    // A program that asks for it now means what is there already; otherwise a change of the root is what has to be handed down.
    const asked = before !== undefined && root.recursive && !before.recursive ? {} : { ifChanged: "root" };
    return root.recursive ? [dress, ...recursion(path, root).map((step): Step => ({ ...step, ...asked }))] : [dress];
}

/** Everything below the root but links, snapshots and the bin, whose parts are their users' own. X: folders, and what can be run already (setfacl(1)). */
function recursion(path: string, { owner, group, mode, acl, recycle, snapshotFolder }: ShareRoot): Step[] {
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

/** Links are what a share's DFS folders are (smb.conf(5), "msdfs root"). */
function linkSteps({ path, links }: ShareSection, before: ShareSection | undefined): Step[] {
    const gone = Object.keys(before?.links ?? {}).filter((name) => !Object.hasOwn(links, name));
    return [
        ...gone.map((name): Step => ({ do: "remove", path: `${path}/${name}` })),
        ...Object.entries(links).map(([name, to]): Step => ({ do: "link", path: `${path}/${name}`, to: `msdfs:${to.join(",")}` })),
    ];
}

function ours(name: string, claim: string | undefined): Step[] {
    if (claim === undefined) return [];
    const message = `the gateway already has a share ${JSON.stringify(name)} of another owner; choose another name, delete that one, or take it over with adopt: true`;
    return [{ do: "owned", path: fragmentPath(name), text: claim, message }];
}

/** 255: there were none. */
const clearRights = (name: string): Step => ({ do: "run", argv: ["sharesec", name, "-D"], ok: [0, 255], changes: false });

/** A section by itself, in a file that is there for some steps only. */
function withSection(share: ShareSection, purpose: string, steps: (config: string) => Step[]): Step[] {
    const config = `/run/pvesmb/${purpose}-${basename(fragmentPath(share.name))}`;
    const content = `[global]\n${renderProbe({ ...share, settings: [], modules: { plain: "", macos: "" } })}`;
    return [
        { do: "directory", path: "/run/pvesmb", mode: "0700" },
        { do: "write", path: config, content, mode: "0600" },
        ...steps(config),
        { do: "remove", path: config },
    ];
}

/** Which options there are, and what they take, its own Samba knows best: testparm says so on standard error, with exit code 0. */
const tryOptions = (share: ShareSection): Step[] =>
    withSection(share, "options", (config) => [
        {
            do: "run",
            argv: ["testparm", "-s", config],
            failIf: "^(Unknown parameter encountered: .*|Global parameter .*|Invalid .*|.*value is not boolean.*|Error loading services.*)$",
            changes: false,
            message: "options: the gateway's Samba refuses one of them as an option of a share; correct it, or leave it out",
        },
    ]);

/** sharesec knows a share only from smb.conf, which is written at the end of the batch: so it is shown this share alone. */
const setRights = (share: ShareSection): Step[] =>
    withSection({ ...share, options: {} }, "rights", (config) => [
        {
            do: "run",
            argv: ["sharesec", "-s", config, share.name, "--replace", shareRights(share.access)],
            undo: ["sharesec", "-s", config, share.name, "-D"],
            changes: false,
        },
    ]);
