import type { Step, Unit } from "../hosts/batch";
import { linkSteps } from "./dfs";
import { fragmentPath, SAMBA } from "./paths";
import { GUEST } from "./access";
import { dataIsThere, discardsAlone, handsDownAlone, shareApart, WHOSE, WHOSE_BEFORE } from "./places";
import { inAcl, isNumber, localUser, principalOf, shown } from "./principals";
import type { Principal } from "./principals";
import { binSteps, expiryOf, expiryPath } from "./recycle";
import { anothers } from "./refusals";
import { clearRights, needsRights, setRights } from "./rights";
import { probeName, renderProbe, renderShare } from "./share";
import { fixedCase } from "./share-lines";
import type { FragmentOwner, ShareSection } from "./share";
import { withShareAlone } from "./share-alone";
import { rootSteps } from "./share-root";
import type { ShareRoot } from "./share-root";
import type { SpreadObject } from "./spread";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";

/** A share's previous declaration. */
export interface ShareBefore {
    section: ShareSection;
    root?: ShareRoot;
    /** A refresh found changes made by hand. */
    byHand?: boolean;
}

/**
 * Converges a share from `before` (undefined: new). Idempotent. `claim`: what an existing fragment of that name must contain to be ours,
 * our key at create (a killed create left it) and our nonce later. Without a claim the share is taken over from any owner.
 */
export function shareUnit(
    wanted: ShareSection,
    root: ShareRoot,
    owner: FragmentOwner,
    claim: string | undefined,
    before?: ShareBefore,
    store: ShareStore = files,
): Unit {
    const { section: was } = before ?? {};
    const lost = `${wanted.path}/lost+found`;
    const renamed = was !== undefined && !store.same(was.name, wanted.name);
    const steps: Step[] = [
        dataIsThere,
        ...ours(store, wanted.name, claim),
        ...(store.guard?.(wanted) ?? []),
        ...shareApart(wanted, root, owner, before, store),
        known(wanted, root),
        ...(root.view ? mayRead(wanted) : []),
    ];
    if (wanted.guest)
        steps.push({
            do: "require",
            path: SAMBA.noGuests,
            is: "absent",
            message:
                "guest: the gateway accepts no guests (`samba.guests` is `never`, or `samba.encryption` is `required`, and guests cannot encrypt); remove it, or change that setting",
        });
    if (root.mounted)
        steps.push({
            do: "require",
            path: wanted.path,
            is: "mountpoint",
            message: `volume: the share's volume is not mounted at ${wanted.path}, although Proxmox VE has a mount point for it: restart the gateway's container, which mounts it, then run \`pulumi up\` again`,
        });
    steps.push(...spelt(wanted, root, was));
    if (was !== undefined && was.path !== wanted.path && !root.mounted)
        steps.push({ do: "rename", from: was.path, to: wanted.path, ifEmpty: [WHOSE_BEFORE, WHOSE] });
    if (Object.keys(wanted.options).length > 0) steps.push(...tryOptions(wanted));
    const apart = handsDownAlone(wanted, owner, store);
    steps.push(
        ...rootSteps(wanted.path, root, before?.root, apart, store.exported).map((step): Step =>
            root.view ? { ...step, ifEmpty: [WHOSE] } : step,
        ),
    );
    // ext4's own folder in a new volume: clients would see it but could not open it. e2fsck recreates it when needed (mklost+found(8)).
    if (root.mounted && before === undefined)
        steps.push({ do: "run", argv: ["rmdir", "--ignore-fail-on-non-empty", lost], onlyIf: ["test", "-d", lost], changes: false });
    steps.push(...binSteps(wanted.path, root, owner.nonce, WHOSE), ...linkSteps(wanted, was));
    if (renamed) steps.push(...ours(store, was.name, claim), ...store.drop(was.name), ...(store.spread?.drop("share", was.name) ?? []));
    const written: FragmentOwner = root.view ? { ...owner, view: true } : owner;
    steps.push(...store.put(wanted, written), ...(store.spread?.put(spreadShare(wanted, root, written)) ?? []));
    const had = was !== undefined && needsRights(was.access);
    if (renamed && had) steps.push(...clearRights(was, true));
    if (needsRights(wanted.access)) steps.push(...setRights(wanted, had && !renamed));
    else if (claim === undefined || before?.byHand || had) steps.push(...clearRights(wanted, had && !renamed));
    return {
        key: `share:${owner.nonce}`,
        steps,
        contribute: { probe: renderProbe(wanted), ask: `tcon "${probeName(wanted)}"\n` },
        activates: true,
        asks: true,
    };
}

/**
 * Removes a share. Its directory is kept unless `remove` is set; `discards`: its files are deleted, here or by the caller. `mounted`: they
 * are in a dataset, which must be mounted then. A fragment with another nonce belongs to another resource and stays.
 */
export function shareRemovalUnit(
    share: ShareSection,
    nonce: string,
    { remove, discards, mounted = false }: { remove: boolean; discards: boolean; mounted?: boolean },
    store: ShareStore = files,
): Unit {
    return {
        key: `share:${nonce}`,
        activates: true,
        steps: [
            ...ours(store, share.name, nonce),
            ...(discards ? [dataIsThere, discardsAlone(share, nonce, store)] : []),
            ...(mounted ? [filesAreThere(share)] : []),
            ...store.drop(share.name),
            ...(store.spread?.drop("share", share.name) ?? []),
            ...clearRights(share, needsRights(share.access)),
            { do: "remove", path: expiryPath(nonce) },
            ...(remove ? [{ do: "remove", path: share.path, tree: true } as const] : []),
        ],
    };
}

/** What every gateway of a cluster has of a share. */
function spreadShare(share: ShareSection, root: ShareRoot, owner: FragmentOwner): SpreadObject {
    const expiry = expiryOf(share.path, root.recycle);
    return {
        kind: "share",
        name: share.name,
        files: {
            [fragmentPath(share.name)]: ["0644", renderShare(share, owner)],
            ...(expiry === undefined ? {} : { [expiryPath(owner.nonce)]: ["0644", expiry] }),
        },
    };
}

const filesAreThere = ({ path }: ShareSection): Step => ({
    do: "require",
    path,
    is: "mountpoint",
    message: `onDelete: the share's dataset is not mounted at ${path}, although Proxmox VE has a mount point for it, so its files cannot be deleted: restart the gateway's container, which mounts it, then run again`,
});

/** Samba looks for one spelling only and does not find files with another one (samba.md 1). */
function spelt(wanted: ShareSection, root: ShareRoot, was: ShareSection | undefined): Step[] {
    const fixed = fixedCase(wanted);
    if (fixed === undefined || (was !== undefined && fixedCase(was) === fixed)) return [];
    const [other, own] = fixed === "lower" ? ["capital", "small"] : ["small", "capital"];
    return [
        {
            do: "spelt",
            path: was?.path ?? wanted.path,
            case: fixed,
            // In homes, the folders at the top are the shares.
            below: wanted.homes,
            skip: root.snapshotFolder === undefined ? [] : [root.snapshotFolder],
            message: `caseHandling: with \`${fixed}\` clients would no longer find what has ${other} letters in its name; give it ${own} ones first, or leave \`caseHandling\` as it is`,
        },
    ];
}

/** Before anything is written: a name that cannot be resolved would lock everybody out (samba.md section 3). */
function known({ access }: ShareSection, root: ShareRoot): Step {
    type Named = Pick<Principal, "kind" | "name"> & { place: string };
    const listed = (list: string, entries: Pick<Principal, "kind" | "name">[]): Named[] =>
        entries.map(({ kind, name }, i) => ({ kind, name, place: `${list}[${i}].${kind}` }));
    const own: Named[] = [
        { kind: "user", name: root.owner, place: "owner" },
        { kind: "group", name: root.group, place: "group" },
    ];
    const all = [
        ...own,
        // Those of a domain are resolved before; ACL and owner have their numbers.
        ...listed("access", access.map(principalOf)).filter((_, i) => principalOf(access[i] ?? {}).from === "local"),
        // Without entries of its own, the ACL is of those in `access`, which come first.
        ...listed("aclEntries", root.acl),
    ].filter(({ name }) => !isNumber(name));
    const names = (kind: Principal["kind"]): string[] => [...new Set(all.filter((each) => each.kind === kind).map(({ name }) => name))];
    return {
        do: "known",
        users: names("user"),
        groups: names("group"),
        places: Object.fromEntries([...all].reverse().map(({ kind, name, place }) => [`${kind} ${name}`, place])),
        message: "no such account on the gateway (create it with SmbUser or SmbGroup, and use its `name` output here)",
    };
}

/** Whether the share may use its directory; runs before anything is created on the node or in Proxmox VE. */
export function shareCheckUnit(wanted: ShareSection, root: ShareRoot, owner: FragmentOwner, store: ShareStore = files): Unit {
    return { key: `share:${owner.nonce}`, steps: [dataIsThere, ...shareApart(wanted, root, owner, undefined, store)] };
}

/** Runs before a share's snapshots on the node are deleted with it. */
export function discardCheckUnit(share: ShareSection, nonce: string, store: ShareStore = files): Unit {
    return { key: `share:${nonce}`, steps: [...ours(store, share.name, nonce), dataIsThere, discardsAlone(share, nonce, store)] };
}

/**
 * A view of another share's directory cannot grant permissions, so its users must be able to read it already. 65534: nobody and nogroup.
 */
const mayRead = ({ access, guest, path }: ShareSection): Step[] =>
    [...access.map(principalOf), ...(guest ? [localUser(GUEST)] : [])].map((principal): Step => {
        const { kind } = principal;
        // setpriv takes numbers too.
        const { name } = inAcl(principal, "r-x");
        const as = kind === "group" ? ["65534", "--regid", name, "--clear-groups"] : [name, "--regid", "65534", "--init-groups"];
        const [property, who] = name === GUEST && kind === "user" ? ["guest", "guests, as nobody,"] : ["access", shown(principal)];
        return {
            do: "run",
            ifFull: WHOSE,
            argv: ["setpriv", "--reuid", ...as, "--", "test", "-r", path, "-a", "-x", path],
            changes: false,
            message: `${property}: ${who} may not read ${path}, which this share only shows: let them in by \`${property}\` or \`aclEntries\` of the share that it belongs to`,
        };
    });

function ours(store: ShareStore, name: string, claim: string | undefined): Step[] {
    if (claim === undefined) return [];
    return store.owned(name, claim, anothers(`a share ${JSON.stringify(name)}`));
}

/** Only the gateway's own Samba knows its options and their values. testparm reports faults on stderr and exits 0. */
const tryOptions = (share: ShareSection): Step[] =>
    withShareAlone(share, share.options, "options", (config) => [
        {
            do: "run",
            argv: ["testparm", "-s", config],
            failIf: "^(Unknown parameter encountered: .*|Global parameter .*|Invalid .*|.*value is not boolean.*|Error loading services.*)$",
            changes: false,
            message: "options: Samba on the gateway does not accept one of them as an option of a share; correct it, or leave it out",
        },
    ]);
