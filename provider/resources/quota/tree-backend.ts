import type { Context } from "../../base/handler";
import type { Workshop } from "../../hosts";
import type { QuotaInputs } from "../../model";
import { ABILITIES } from "../../model/quota.backends";
import type { BackendName } from "../../model/quota.backends";
import { millisecondsOf } from "../../model/duration";
import { bytesOf, formatSize } from "../../model/size";
import type { UsageSource } from "../../quota/collector";
import { counted } from "../../quota/btrfs";
import { DFREE_FILES, hideUnit, isShown, showUnit } from "../../quota/dfree";
import { figuresOf } from "../../quota/figures";
import { kindAt, refuseTree } from "../../quota/kinds";
import { MOUNTS, parseMounts } from "../../quota/tree";
import type { Tree, TreeState, TreeWish } from "../../quota/tree";
import { rootOnNode } from "../gateway/bind";
import { ALL, endSessions } from "../share/sessions";
import type { Backend, Found } from "./backend";
import { contentOf, conversion } from "./conversion";
import { bindDataset } from "./dataset-mount";
import { nodeShop } from "./node";
import type { QuotaState } from "./handler";
import { Principals } from "./principals";
import type { Mount, Target } from "./target";

type BindMount = Extract<Mount, { kind: "bind" }>;

/** What a tree backend keeps of a look for the change that follows. */
interface Seen extends Found {
    state: TreeState;
    tree: Tree;
    /** The directory holds files; undefined while it is of no interest. */
    filled?: string;
}

/** A limit on a directory of the node that is bound into the gateway: set on the node, where alone it can be set. */
export async function treeBackend(
    ctx: Context<unknown>,
    target: Target,
    mount: BindMount,
    inputs: QuotaInputs,
    before?: QuotaState,
): Promise<Backend> {
    const { gateway, path } = target;
    const shop = await nodeShop(target.pve, target.connection, gateway.place.node);
    const onNode = mount.source + path.slice(mount.at.length);
    const { name, kind } = await kindOf(ctx, shop, onNode);
    const offset = rootOnNode(target.config.unprivileged);
    const snapshots = inputs.snapshots === "count";
    const shownBy = name === "cephfs" ? "ceph" : "btrfs";

    const principals = async (): Promise<Principals> => new Principals(await gateway.workshop.snapshot.read(ctx.deadline), offset);

    async function look(exact: boolean): Promise<Seen> {
        const people = await principals();
        // Whom the gateway does not know is told before anything is touched.
        if (exact) people.limits(inputs);
        const watched = [...people.watched(inputs), ...people.forsaken(before, inputs)];
        const options = { snapshots, ids: watched, exact };
        // Looked for each time: a new dataset is a mount of its own.
        const { tree } = await kindOf(ctx, shop, onNode);
        const state = kind.parse(tree, await shop.snapshot.read(ctx.deadline, kind.look(tree, options)), options);
        const where = `${onNode} on ${gateway.place.node}`;
        return {
            place: state.object === undefined ? where : `${state.object} (${where})`,
            limit: state.limit,
            limited: state.limit !== undefined,
            observed: { ...people.observed(inputs, state), ...observedLimits(inputs, state) },
            figures: figuresOf(state.used, state.limit ?? state.used + state.available, state.available, state.filesUsed),
            drift: [
                ...state.drift,
                ...people.strayed(inputs, state),
                ...(state.object === undefined ? [`${where} is a plain directory, which has no limit`] : []),
                ...(state.off === undefined ? [] : [state.off]),
                ...(await shownFaults(state)),
            ],
            usage: state.ids
                .map((each) => ({ kind: each.kind, name: people.nameOf(each.kind, each.id), used: each.used }))
                .filter(({ used }) => used > 0),
            source: sourceOf(name, path, state),
            state,
            tree,
            ...(exact && state.object === undefined ? await contentOf(ctx, shop, onNode) : {}),
        };
    }

    async function shownFaults({ counter }: TreeState): Promise<string[]> {
        if (ABILITIES[name].seen || counter === undefined) return [];
        const { files } = await gateway.workshop.snapshot.read(ctx.deadline, { files: [DFREE_FILES] });
        return isShown(files, path, shownBy, counter) ? [] : ["clients are not shown the limit"];
    }

    return {
        name,
        look: () => look(false),
        lookClosely: () => look(true),

        refuse(found, wanted) {
            const { tree, ...seen } = found as Seen;
            refuseTree({ name, kind, tree }, seen, wanted, gateway.place.node);
        },

        async apply(id, found, wanted) {
            const { state, tree, filled } = found as Seen;
            const people = await principals();
            const made = state.object === undefined && kind.make !== undefined;
            const wish: TreeWish = {
                limit: bytesOf(wanted.limit),
                soft: wanted.soft === undefined ? undefined : bytesOf(wanted.soft),
                files: wanted.files,
                graceSeconds: wanted.grace === undefined ? undefined : millisecondsOf(wanted.grace) / 1000,
                snapshots,
                ids: [...people.limits(wanted), ...people.forsaken(before, wanted)],
                enable: wanted.enable,
            };
            const steps = [...(made ? conversion(kind, tree, id, filled !== undefined) : []), ...kind.set(tree, state, wish)];
            if (steps.length > 0) await shop.queue.submit({ key: `quota:${id}`, steps }, ctx.deadline);
            if (name === "zfs") await bindDataset(target, onNode);
            // Whoever had the directory open still has the one that was moved away.
            if (made && target.share !== undefined) {
                // By the queue, whose looks many quotas share.
                const { look } = await gateway.workshop.queue.submit({ key: `connections:${id}`, steps: [], looks: true }, ctx.deadline);
                await endSessions(gateway.workshop, target.share, [ALL], look, ctx.deadline);
            }
            if (!ABILITIES[name].seen) await show(id, before?.path);
            return made ? { made } : {};
        },

        async release(id) {
            const { state, tree } = await look(false);
            const steps = kind.release(tree, state);
            if (steps.length > 0) await shop.queue.submit({ key: `quota:${id}`, steps }, ctx.deadline);
            if (!ABILITIES[name].seen) await gateway.workshop.queue.submit(hideUnit(id, path), ctx.deadline);
        },
    };

    async function show(id: string, before?: string): Promise<void> {
        const { counter } = (await look(true)).state;
        if (counter !== undefined) await gateway.workshop.queue.submit(showUnit(id, path, shownBy, counter, before), ctx.deadline);
    }
}

async function kindOf(ctx: Context<unknown>, shop: Workshop, onNode: string): Promise<ReturnType<typeof kindAt>> {
    const { commands } = await shop.snapshot.read(ctx.deadline);
    return kindAt(parseMounts(commands[MOUNTS.name]?.stdout ?? ""), onNode);
}

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
