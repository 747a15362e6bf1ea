import { dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { sharedOr } from "../../base/together";
import { joined } from "../../hosts";
import type { FileFacts, GatherResult, Step, Unit, Workshop } from "../../hosts";
import type { QuotaInputs } from "../../model";
import { ABILITIES } from "../../model/quota/backends";
import type { BackendName } from "../../model/quota/backends";
import { millisecondsOf } from "../../model/duration";
import { bytesOf, formatSize } from "../../model/size";
import { claimPath, parseClaim } from "../../quota/claim";
import type { ClaimPlace } from "../../quota/claim";
import type { UsageSource } from "../../quota/collector";
import { counted } from "../../quota/btrfs";
import { figuresOf } from "../../quota/figures";
import { guessed, kindAt, lookBy, refuseBeyond, refuseTree } from "../../quota/kinds";
import { mountsIn } from "../../quota/tree";
import type { LookOptions, Tree, TreeState, TreeWish } from "../../quota/tree";
import { CONNECTIONS } from "../../samba/look";
import type { Ready } from "../../gateway/session";
import { ALL, endSessions } from "../../gateway/share-sessions";
import { sizes } from "../../gateway/sizes";
import type { Backend, Found, Opening } from "./backend";
import { asideOf, bringIn, contentOf, emptyLook, isEmpty, moveAside, moveBack } from "./conversion";
import { NODE_LOOK } from "../../machines/nodes";
import { Principals } from "./principals";
import { CHANGE_LOOK, claimsOnNode, spotOf } from "./target";
import type { Below, Mount } from "../../machines/machine";
import type { Target } from "./target";

type BindMount = Extract<Mount, { kind: "bind" }>;

/** What a tree backend keeps of a look for the change that follows. */
interface Seen extends Found {
    state: TreeState;
    tree: Tree;
    /** The directory holds files; undefined while it is of no interest. */
    filled?: string;
    /** Where the node can write claims; undefined: only the gateway can. */
    claims?: ClaimPlace;
}

/** The node of a gateway, looked up once, and what limits its directories, as far as is known. */
const nodes = new WeakMap<Workshop, Promise<{ shop: Workshop; kinds: Map<string, BackendName> }>>();

function bound({ workshop }: Ready, below: Below): NonNullable<ReturnType<(typeof nodes)["get"]>> {
    const lookUp = (): NonNullable<ReturnType<(typeof nodes)["get"]>> => {
        const found = below.workshop().then((shop) => ({ shop, kinds: new Map<string, BackendName>() }));
        nodes.set(workshop, found);
        found.catch(() => nodes.get(workshop) === found && nodes.delete(workshop));
        return found;
    };
    const known = nodes.get(workshop);
    return known === undefined ? lookUp() : sharedOr(known, lookUp);
}

/** A limit on a directory of the node that is bound into the gateway: set on the node, where alone it can be set. */
export async function treeBackend(
    ctx: Context<unknown>,
    target: Target,
    mount: BindMount,
    inputs: QuotaInputs,
    { closely, before, was }: Opening,
): Promise<Backend> {
    const { gateway, path } = target;
    const below = belowOf(gateway);
    const { name: node } = below;
    const { shop, kinds } = await bound(gateway, below);
    const spot = spotOf(target, mount);
    const where = `${spot.path} on ${node}`;
    const owner = target.mounts.root;
    const people = new Principals(target.look, owner);
    const pending = parseClaim(target.look.files[claimPath(path)])?.aside;
    const options: LookOptions = {
        snapshots: inputs.snapshots === "count",
        ids: [...people.watched(inputs), ...people.forsaken(before, inputs)],
        exact: closely,
    };
    const claims = claimsOnNode(target);
    const aboveClaims = claims === undefined ? [] : [dirname(claims)];
    const wanted = (by: BackendName | undefined, at = spot) =>
        joined([lookBy(by, at, options), ...(closely ? [emptyLook(at.path), { stat: aboveClaims }] : [])]);
    const likely = was ?? kinds.get(spot.from) ?? guessed(mountsIn(target.look), path);
    const mounts = mountsIn(await shop.snapshot.read(ctx.deadline, wanted(likely)));
    const { name, kind, tree } = kindAt(mounts, spot);
    refuseBeyond(mounts, mount.source, tree, node);
    kinds.set(spot.from, name);
    const nodeLook = joined([NODE_LOOK, wanted(name, tree)]);
    const shownBy = name === "cephfs" ? "ceph" : "btrfs";

    function seenIn(look: GatherResult): Seen {
        // Each time: a new dataset is a mount of its own.
        const { tree } = kindAt(mountsIn(look), spot);
        const state = kind.parse(tree, look, options);
        return {
            place: state.object === undefined ? where : `${state.object} (${state.apart ?? spot.path} on ${node})`,
            limit: state.limit,
            limited: state.limit !== undefined,
            observed: { ...people.observed(inputs, state), ...observedLimits(inputs, state) },
            figures: figuresOf(state.used, state.limit ?? state.used + state.available, state.available, state.filesUsed),
            drift: [
                ...state.drift,
                ...people.strayed(inputs, state),
                ...(state.object === undefined ? [`${where} is a plain directory, which has no limit`] : []),
                ...(state.off === undefined ? [] : [state.off]),
                ...shownFaults(state),
            ],
            usage: state.ids
                .map((each) => ({ kind: each.kind, name: people.nameOf(each.kind, each.id), used: each.used }))
                .filter(({ used }) => used > 0),
            source: sourceOf(name, path, state),
            state,
            tree,
            claims: placeFor(claims, look.stat[aboveClaims[0] ?? ""]),
        };
    }

    const shownFaults = ({ counter }: TreeState): string[] =>
        ABILITIES[name].seen || counter === undefined || sizes.isShown(target.look, path, shownBy, counter)
            ? []
            : ["clients are not shown the limit"];

    /** Ends what clients have open in the share's directory. */
    async function disconnect(): Promise<void> {
        if (target.share === undefined) return;
        const { workshop } = gateway;
        workshop.snapshot.forget();
        await endSessions(workshop, target.share, [ALL], await workshop.snapshot.readJust(ctx.deadline, CONNECTIONS), ctx.deadline);
    }

    async function look(): Promise<Seen> {
        // Whom the gateway does not know is told before anything is touched.
        if (closely) people.limits(inputs);
        const seen = await shop.snapshot.read(ctx.deadline, nodeLook);
        const found = seenIn(seen);
        if (!closely || found.state.object !== undefined || isEmpty(seen, spot.path)) return found;
        return { ...found, ...(await contentOf(ctx, shop, spot.path, pending !== undefined)) };
    }

    return {
        name,
        look,

        refuse(found, wanted, aside) {
            const { tree, ...seen } = found as Seen;
            refuseTree({ name, kind, tree }, seen, wanted, node, { whole: path === mount.at, aside });
        },

        async apply({ id, found, inputs: wanted, aside, claim, claimed, replaced, unended, settle }) {
            const { state, tree, filled, claims: place } = found as Seen;
            const made = state.object === undefined ? kind.make?.(tree, owner) : undefined;
            const wish: TreeWish = {
                limit: bytesOf(wanted.limit),
                soft: wanted.soft === undefined ? undefined : bytesOf(wanted.soft),
                files: wanted.files,
                graceSeconds: wanted.grace === undefined ? undefined : millisecondsOf(wanted.grace) / 1000,
                snapshots: options.snapshots,
                ids: [...people.limits(wanted), ...people.forsaken(before, wanted)],
                enable: wanted.enable,
            };
            const { queue, snapshot } = gateway.workshop;
            const key = `quota:${id}`;
            const wished = [...(made ?? []), ...kind.set(tree, state, wish)];
            const onNode = async (steps: Step[]): Promise<Seen> => {
                const { look } = await shop.queue.submit({ key, steps, looks: nodeLook }, ctx.deadline);
                return look === undefined ? (found as Seen) : seenIn(look);
            };
            const onGateway = (after: Seen, first: Step[] = []): Pick<Unit, "steps" | "activates"> => {
                const { counter } = after.state;
                const shown = !ABILITIES[name].seen && counter !== undefined ? sizes.show(path, shownBy, counter, before?.path) : [];
                return { steps: [...first, ...shown, ...settle(after)], activates: shown.length > 0 };
            };

            // Only an empty subvolume can take a directory's place at once: a dataset would be mounted over what came meanwhile.
            const copies =
                aside !== undefined || (made !== undefined && (filled !== undefined || name === "zfs")) || state.apart !== undefined;
            if (copies) {
                const to = aside ?? asideOf(path, id);
                const begin = aside === undefined ? moveAside(path, to, name) : [];
                await queue.submit({ key, steps: [...claim({ aside: to }), ...begin] }, ctx.deadline);
                claimed();
                try {
                    await disconnect();
                } catch (error) {
                    // Nothing has been made yet: better the old directory for all than none for anybody.
                    if (aside === undefined) await queue.submit({ key, steps: [...moveBack(path, to, name), ...claim()] }, ctx.deadline);
                    throw error;
                }
                const given = await onNode(wished);
                if (given.state.apart !== undefined) await below.bind(path, given.state.apart);
                const rest = onGateway(given, [...bringIn(path, to), ...claim()]);
                await queue.submit({ ...rest, key, looks: CHANGE_LOOK }, ctx.deadline);
                shop.snapshot.forget();
                const after = seenIn(await shop.snapshot.read(ctx.deadline, nodeLook));
                settle(after);
                return { after, made: true };
            }

            // On the node both go in one batch, and stand or fall together.
            if (place === undefined) {
                await queue.submit({ key, steps: claim() }, ctx.deadline);
                claimed();
            }
            const after = await onNode([...(place === undefined ? [] : claim({ place })), ...wished]);
            if (place !== undefined) {
                snapshot.forget();
                claimed();
            }
            if (made !== undefined) replaced();
            // Of one that was mounted in its directory before pvesmb had a place for them.
            if (name === "zfs") await below.bind(path, spot.path);
            const own = onGateway(after);
            // Whoever had the directory open still has the one that was replaced.
            const ending = made !== undefined || unended ? target.share : undefined;
            if (own.steps.length > 0 || ending !== undefined) {
                const looks = joined([CHANGE_LOOK, ...(ending === undefined ? [] : [CONNECTIONS])]);
                const { look } = await queue.submit({ ...own, key, looks }, ctx.deadline);
                if (ending !== undefined) await endSessions(gateway.workshop, ending, [ALL], look, ctx.deadline);
            }
            return { after, made: made !== undefined || undefined };
        },

        async release(id) {
            const { state, tree } = await look();
            const steps = kind.release(tree, state);
            if (steps.length > 0) await shop.queue.submit({ key: `quota:${id}`, steps, looks: nodeLook }, ctx.deadline);
            return ABILITIES[name].seen ? { steps: [] } : { steps: sizes.hide(path), activates: true };
        },
    };
}

function belowOf({ machine }: Ready): Below {
    if (machine.below !== undefined) return machine.below;
    throw new PvesmbError("InvalidInput", `path: no host below ${machine.name} can limit a directory; leave the quota out`, {
        property: "path",
    });
}

/** In the name of whom the directory above belongs to: the gateway's root, however its numbers are mapped. */
const placeFor = (directory: string | undefined, above: FileFacts | undefined): ClaimPlace | undefined =>
    directory === undefined || above?.type !== "directory" ? undefined : { directory, root: String(above.uid) };

/** Soft limit and number of files as they really are, where the program or the file system has one. */
function observedLimits(inputs: QuotaInputs, { soft, files }: TreeState): Partial<Record<"soft" | "files", unknown>> {
    return {
        ...(inputs.soft === undefined && soft === undefined ? {} : { soft: soft === undefined ? undefined : formatSize(soft) }),
        ...(inputs.files === undefined && files === undefined ? {} : { files }),
    };
}

/** How the gateway reads the usage: what statvfs does not show, from the kernel's counters or the directory's attributes. */
function sourceOf(name: BackendName, path: string, { counter }: TreeState): UsageSource {
    if (name === "cephfs")
        return { kind: "xattr", path, used: "ceph.dir.rbytes", limit: "ceph.quota.max_bytes", files: "ceph.dir.rentries" };
    return counter === undefined ? { kind: "statvfs", path } : counted(counter);
}
