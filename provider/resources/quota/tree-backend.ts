import { dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { sharedOr } from "../../base/together";
import { joined, mountHolding, mountsIn } from "../../hosts";
import type { FileFacts, GatherResult, HostSession, Step, Unit } from "../../hosts";
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
import { needed } from "../../machines/machine";
import { lackOf } from "../../machines/mounted";
import type { Below, Mount } from "../../machines/machine";
import { clear, isMounted, lostAt, refuseLost } from "./lost-mount";
import type { Lost } from "./lost-mount";
import type { Target } from "./target";

type BindMount = Extract<Mount, { kind: "bind" }>;

/** What a tree backend keeps from a look for the change that follows. */
interface Seen extends Found {
    state: TreeState;
    tree: Tree;
    /** The directory has files; undefined when not checked. */
    filled?: string;
    /** Where the node can write claims; undefined: only the gateway can. */
    claims?: ClaimPlace;
    /** The gateway does not have the object at its path. */
    lost?: Lost;
}

/** The node of a gateway, looked up once, and the known backends of its directories. */
const nodes = new WeakMap<HostSession, Promise<{ nodeSession: HostSession; kinds: Map<string, BackendName> }>>();

function bound({ hostSession }: Ready, below: Below): NonNullable<ReturnType<(typeof nodes)["get"]>> {
    const lookUp = (): NonNullable<ReturnType<(typeof nodes)["get"]>> => {
        const found = below.hostSession().then((nodeSession) => ({ nodeSession, kinds: new Map<string, BackendName>() }));
        nodes.set(hostSession, found);
        found.catch(() => nodes.get(hostSession) === found && nodes.delete(hostSession));
        return found;
    };
    const known = nodes.get(hostSession);
    return known === undefined ? lookUp() : sharedOr(known, lookUp);
}

/** A limit on a node directory that is bind-mounted into the gateway; only the node can set it. */
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
    const { nodeSession, kinds } = await bound(gateway, below);
    const spot = spotOf(target, mount);
    const where = `${spot.path} on ${node}`;
    const owner = target.mounts.root;
    const people = new Principals(target.look, owner, target.accounts);
    const pending = parseClaim(target.look.files[claimPath(path)], path)?.aside;
    const options: LookOptions = {
        snapshots: inputs.snapshots === "count",
        ids: [...people.watched(inputs), ...people.removedLimits(before, inputs)],
        exact: closely,
    };
    const claims = claimsOnNode(target);
    const aboveClaims = claims === undefined ? [] : [dirname(claims)];
    const wanted = (by: BackendName | undefined, at = spot) =>
        joined([lookBy(by, at, options), ...(closely ? [emptyLook(at.path), { stat: aboveClaims }] : [])]);
    const likely = was ?? kinds.get(spot.from) ?? guessed(mountsIn(target.look), path);
    const mounts = mountsIn(await nodeSession.snapshot.read(ctx.deadline, wanted(likely)));
    const { name, kind, tree } = kindAt(mounts, spot);
    refuseBeyond(mounts, mount.source, tree, node);
    kinds.set(spot.from, name);
    const nodeLook = joined([NODE_LOOK, wanted(name, tree)]);
    const lack = lackOf(mountsIn(target.look), mount, mountHolding(mounts, mount.source));
    const shownBy = name === "cephfs" ? "ceph" : "btrfs";

    function seenIn(look: GatherResult): Seen {
        // Evaluated each time: a new dataset is a mount of its own.
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
                ...people.defaultLimitDrift(inputs, state),
                ...(state.object === undefined ? [`${where} is a plain directory, which has no limit`] : []),
                ...(lack === undefined ? [] : [`limit: ${lack}`]),
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

    /** Ends the clients' open sessions in the share's directory. */
    async function disconnect(): Promise<void> {
        if (target.share === undefined) return;
        const { hostSession } = gateway;
        hostSession.snapshot.forget();
        await endSessions(hostSession, target.share, [ALL], await hostSession.snapshot.readJust(ctx.deadline, CONNECTIONS), ctx.deadline);
    }

    async function look(): Promise<Seen> {
        // Refuse names that the gateway does not know before anything is changed.
        if (closely) people.limits(inputs);
        const seen = await nodeSession.snapshot.read(ctx.deadline, nodeLook);
        const lost = lack === undefined || !closely ? undefined : await lostAt(ctx, target, below, mount, lack);
        // Before anything else: a full dataset that clients do not have is first of all that.
        if (lost !== undefined) refuseLost(lost, path, gateway.machine.name);
        const found = { ...seenIn(seen), lost };
        if (!closely || found.state.object !== undefined || isEmpty(seen, spot.path)) return found;
        return { ...found, ...(await contentOf(ctx, nodeSession, spot.path, pending !== undefined)) };
    }

    return {
        name,
        look,

        refuse(found, wanted, aside) {
            const { tree, ...seen } = found as Seen;
            refuseTree({ name, kind, tree }, seen, wanted, node, { whole: path === mount.at, aside });
        },

        async apply({ id, found, inputs: wanted, aside, claim, claimed, replaced, unended, settle }) {
            const { state, tree, filled, claims: place, lost } = found as Seen;
            const made = state.object === undefined ? kind.make?.(tree, owner) : undefined;
            const wish: TreeWish = {
                limit: bytesOf(wanted.limit),
                soft: wanted.soft === undefined ? undefined : bytesOf(wanted.soft),
                files: wanted.files,
                graceSeconds: wanted.grace === undefined ? undefined : millisecondsOf(wanted.grace) / 1000,
                snapshots: options.snapshots,
                ids: [...people.limits(wanted), ...people.removedLimits(before, wanted)],
                enable: wanted.enable,
            };
            const { queue, snapshot } = gateway.hostSession;
            const key = `quota:${id}`;
            const wished = [...(made ?? []), ...kind.set(tree, state, wish)];
            const onNode = async (steps: Step[]): Promise<Seen> => {
                const { look } = await nodeSession.queue.submit({ key, steps, looks: nodeLook }, ctx.deadline);
                return look === undefined ? (found as Seen) : seenIn(look);
            };
            const onGateway = (after: Seen, first: Step[] = []): Pick<Unit, "steps" | "activates"> => {
                const { counter } = after.state;
                const shown = !ABILITIES[name].seen && counter !== undefined ? sizes.show(path, shownBy, counter, before?.path) : [];
                return { steps: [...first, ...shown, ...settle(after)], activates: shown.length > 0 };
            };

            // Only an empty subvolume can replace a directory at once: a dataset would hide files written in between.
            const copies =
                aside !== undefined || (made !== undefined && (filled !== undefined || name === "zfs")) || state.apart !== undefined;
            if (copies) {
                const to = aside ?? asideOf(path, id);
                const begin = aside === undefined ? moveAside(path, to, name) : lost === undefined ? [] : [clear(path)];
                await queue.submit({ key, steps: [...claim({ aside: to }), ...begin] }, ctx.deadline);
                claimed();
                try {
                    await disconnect();
                } catch (error) {
                    // Nothing has been created yet: restore the directory for all clients.
                    if (aside === undefined) await queue.submit({ key, steps: [...moveBack(path, to, name), ...claim()] }, ctx.deadline);
                    throw error;
                }
                const given = await onNode(wished);
                const missing = given.state.apart ?? (lost === undefined ? undefined : spot.path);
                if (missing !== undefined) await below.bind(path, missing);
                const rest = onGateway(given, [...(missing === undefined ? [] : [isMounted(path)]), ...bringIn(path, to), ...claim()]);
                await queue.submit({ ...rest, key, looks: CHANGE_LOOK }, ctx.deadline);
                nodeSession.snapshot.forget();
                const after = seenIn(await nodeSession.snapshot.read(ctx.deadline, nodeLook));
                settle(after);
                return { after, made: true };
            }

            // On the node both are in one batch and succeed or fail together.
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
            // Clients cannot write into a directory that is gone, so the mount hides nothing.
            if (lost !== undefined) await queue.submit({ key, steps: [clear(path)] }, ctx.deadline);
            // Also binds a dataset that was mounted in its directory before pvesmb had a place for datasets.
            if (name === "zfs" || lost !== undefined) await below.bind(path, spot.path);
            const own = onGateway(after, lost === undefined ? [] : [isMounted(path)]);
            // Open sessions still hold the replaced directory.
            const ending = made !== undefined || unended || lost !== undefined ? target.share : undefined;
            if (own.steps.length > 0 || ending !== undefined) {
                const looks = joined([CHANGE_LOOK, ...(ending === undefined ? [] : [CONNECTIONS])]);
                const { look } = await queue.submit({ ...own, key, looks }, ctx.deadline);
                if (ending !== undefined) await endSessions(gateway.hostSession, ending, [ALL], look, ctx.deadline);
            }
            return { after, made: made !== undefined || undefined };
        },

        async release(id) {
            const { state, tree } = await look();
            const steps = kind.release(tree, state);
            if (steps.length > 0) await nodeSession.queue.submit({ key: `quota:${id}`, steps, looks: nodeLook }, ctx.deadline);
            return ABILITIES[name].seen ? { steps: [] } : { steps: sizes.hide(path), activates: true };
        },
    };
}

const belowOf = ({ machine }: Ready): Below =>
    needed(
        machine,
        "below",
        (name) =>
            new PvesmbError("InvalidInput", `path: no host below ${name} can limit a directory; leave the quota out`, { property: "path" }),
    );

/** Owned by the owner of the parent directory: the gateway's root, whatever its id mapping. */
const placeFor = (directory: string | undefined, above: FileFacts | undefined): ClaimPlace | undefined =>
    directory === undefined || above?.type !== "directory" ? undefined : { directory, root: String(above.uid) };

/** Actual soft limit and number of files, where the quota tool or the file system has one. */
function observedLimits(inputs: QuotaInputs, { soft, files }: TreeState): Partial<Record<"soft" | "files", unknown>> {
    return {
        ...(inputs.soft === undefined && soft === undefined ? {} : { soft: soft === undefined ? undefined : formatSize(soft) }),
        ...(inputs.files === undefined && files === undefined ? {} : { files }),
    };
}

/** How the gateway reads usage that statvfs does not show: from the kernel's counters or the directory's attributes. */
function sourceOf(name: BackendName, path: string, { counter }: TreeState): UsageSource {
    if (name === "cephfs")
        return { kind: "xattr", path, used: "ceph.dir.rbytes", limit: "ceph.quota.max_bytes", files: "ceph.dir.rentries" };
    return counter === undefined ? { kind: "statvfs", path } : counted(counter);
}
