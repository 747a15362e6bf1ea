import type { Others, Place, Step } from "../hosts/batch";
import { DATA_ROOT } from "../model/paths";
import { FACTS_FILE } from "./gateway-unit";
import type { FragmentOwner, ShareSection } from "./share";
import type { ShareRoot } from "./share-root";
import { files } from "./store/files";
import type { ShareStore } from "./store/store";

const [SHARE, HOME] = ["share", "home of"];

/** Sources of directories in use on the gateway: its stored shares, of any stack, and passwd. */
const othersIn = (store: ShareStore): Others[] => [store.others(SHARE, HOME), { kind: HOME, within: DATA_ROOT }];

type Refusals = Extract<Step, { do: "apart" }>["refuse"];

const placeOf = ({ path, homes }: ShareSection, { view }: Pick<ShareRoot, "view">): Place => ({
    kind: SHARE,
    path,
    ...(homes ? { holds: HOME } : {}),
    ...(view ? { view } : {}),
});

const ownOf = (
    store: ShareStore,
    owner: Partial<FragmentOwner>,
    ...shares: ShareSection[]
): { files: string[]; key?: string; nonce?: string } => ({
    ...store.own(shares.map(({ name }) => name)),
    ...(owner.key === undefined ? {} : { key: owner.key }),
    ...(owner.nonce === undefined ? {} : { nonce: owner.nonce }),
});

/** Ids of the steps that return, for a share that only shows a directory, whose it is: of the wanted one and of the previous one. */
export const WHOSE = "whose";
export const WHOSE_BEFORE = "whose before";

/** Checks a share's directory against all others on the gateway. `settled`: the directory is unchanged, so an overlap is only reported. */
export function shareApart(
    wanted: ShareSection,
    root: ShareRoot,
    owner: FragmentOwner,
    before: { section: ShareSection; root?: ShareRoot } | undefined,
    store: ShareStore = files,
): Step[] {
    const others = othersIn(store);
    const { section: was } = before ?? {};
    const moves = was !== undefined && was.path !== wanted.path;
    const settled = was !== undefined && !moves && was.homes === wanted.homes && before?.root?.view === root.view;
    const own = ownOf(store, owner, wanted, ...(was === undefined ? [] : [was]));
    const { path } = wanted;
    const refuse: Refusals = {
        same: `path: ${path} is already the directory of {other}; give each share its own. A second share of it must have \`readOnly: true\` and set none of owner, group, mode, aclEntries, acl, recursive, volume, recycle, dfsLinks, a schedule of snapshots, or \`onDelete: "delete"\``,
        inside: `path: ${path} contains {other}; choose a directory beside it`,
        around: `path: ${path} is inside {other}; choose a directory beside it`,
        twice: "homes: {other} already serves homes on this gateway, and Samba can have only one such share; put all homes below that one",
    };
    const old = {
        same: `path: ${was?.path} is also the directory of {other}, which would lose its files; change the path of that first`,
        inside: `path: ${was?.path} contains {other}, which would be moved too; change the path of that first`,
    };
    const so = was && placeOf({ ...was, homes: false }, before?.root ?? {});
    return [
        ...(so && moves
            ? [{ do: "apart", id: WHOSE_BEFORE, mine: so.view ? so : { ...so, alone: true }, others, own, refuse: old } as const]
            : []),
        { do: "apart", id: WHOSE, mine: placeOf(wanted, root), others, own, refuse: settled ? {} : refuse },
    ];
}

/** Before a change to everything in a share's directory: nothing of another owner may be in it. */
const aloneIn = (
    store: ShareStore,
    share: ShareSection,
    mine: Place,
    owner: Partial<FragmentOwner>,
    [property, rest]: [string, string],
): Step => ({
    do: "apart",
    mine,
    others: othersIn(store),
    own: ownOf(store, owner, share),
    refuse: {
        same: `${property}: ${share.path} is also the directory of {other}, ${rest}`,
        inside: `${property}: ${share.path} contains {other}, ${rest}`,
    },
});

/** Before a share's files are deleted. */
export const discardsAlone = (share: ShareSection, nonce: string, store: ShareStore = files): Step =>
    aloneIn(store, share, { ...placeOf(share, {}), alone: true }, { nonce }, [
        "onDelete",
        'whose files would be deleted too; nothing was deleted. Delete it or change its path first, or set `onDelete: "retain"` and run `pulumi up` before you delete this share',
    ]);

/** Before owner and permissions are applied recursively: the share must not change those of others. */
export const handsDownAlone = (share: ShareSection, owner: FragmentOwner, store: ShareStore = files): Step =>
    aloneIn(store, share, placeOf({ ...share, homes: false }, {}), owner, [
        "recursive",
        "whose owner and permissions would be overwritten; remove `recursive`",
    ]);

/** Checks a user's home against all other directories; it may lie in a share with `homes`. */
export function homeApart(account: string, path: string, store: ShareStore = files): Step {
    const way = "choose a directory that no share has, or one inside a share with `homes`";
    return {
        do: "apart",
        mine: { kind: HOME, path },
        others: othersIn(store),
        own: { files: [], account },
        refuse: {
            same: `home: ${path} is already the directory of {other}; ${way}`,
            inside: `home: ${path} contains {other}; ${way}`,
            around: `home: ${path} is inside {other}; ${way}`,
        },
    };
}

/** The data volume has contained the facts file since the gateway was first set up; without it another volume, or none, is mounted here. */
export const dataIsThere: Step = {
    do: "require",
    path: FACTS_FILE,
    is: "file",
    message: `the gateway's data is not mounted at ${DATA_ROOT} (${FACTS_FILE} is missing): nothing was written into the empty directory. \`pulumi up --refresh\` of the gateway attaches its volume again, or says why it cannot`,
};
