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
import { needed } from "../../machines/machine";
import type { Below, Mount } from "../../machines/machine";
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
}

/** The node of a gateway, looked up once, and the known backends of its directories. */
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

    /** Ends the clients' open sessions in the share's directory. */
    async function disconnect(): Promise<void> {
        if (target.share === undefined) return;
        const { workshop } = gateway;
        workshop.snapshot.forget();
        await endSessions(workshop, target.share, [ALL], await workshop.snapshot.readJust(ctx.deadline, CONNECTIONS), ctx.deadline);
    }

    async function look(): Promise<Seen> {
        // Refuse names that the gateway does not know before anything is changed.
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

            // Only an empty subvolume can replace a directory at once: a dataset would hide files written in between.
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
                    // Nothing has been created yet: restore the directory for all clients.
                    if (aside === undefined) await queue.submit({ key, steps: [...moveBack(path, to, name), ...claim()] }, ctx.deadline);
                    throw error;
                }
                const given = await onNode(wished);
                if (given.state.apart !== undefined) await below.bind(path, given.state.apart);
                const rest = onGateway(given, [
                    ...(given.state.apart === undefined ? [] : [isMounted(path)]),
                    ...bringIn(path, to),
                    ...claim(),
                ]);
                await queue.submit({ ...rest, key, looks: CHANGE_LOOK }, ctx.deadline);
                shop.snapshot.forget();
                const after = seenIn(await shop.snapshot.read(ctx.deadline, nodeLook));
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
            // Also binds a dataset that was mounted in its directory before pvesmb had a place for datasets.
            if (name === "zfs") await below.bind(path, spot.path);
            const own = onGateway(after);
            // Open sessions still hold the replaced directory.
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

const belowOf = ({ machine }: Ready): Below =>
    needed(
        machine,
        "below",
        (name) =>
            new PvesmbError("InvalidInput", `path: no host below ${name} can limit a directory; leave the quota out`, { property: "path" }),
    );

/** Proxmox VE lists a mount point even when the guest made the mount fail with a link: files would then go into a directory without a limit. */
const isMounted = (path: string): Step => ({
    do: "require",
    path,
    is: "mountpoint",
    message: `${path} is not mounted in the gateway, although Proxmox VE has a mount point for it: take away what is in its place there, restart the container, then run \`pulumi up\` again`,
});

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
