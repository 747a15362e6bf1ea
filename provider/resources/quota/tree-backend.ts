import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { Step, Workshop } from "../../hosts";
import type { QuotaInputs } from "../../model";
import { ABILITIES } from "../../model/quota.backends";
import type { BackendName } from "../../model/quota.backends";
import { millisecondsOf } from "../../model/duration";
import { bytesOf, formatSize } from "../../model/size";
import type { UsageSource } from "../../quota/collector";
import { btrfs, counted } from "../../quota/btrfs";
import { cephfs } from "../../quota/cephfs";
import { DFREE_FILES, hideUnit, isShown, showUnit } from "../../quota/dfree";
import { figuresOf } from "../../quota/figures";
import { project } from "../../quota/project";
import { mountHolding, MOUNTS, parseMounts } from "../../quota/tree";
import type { Tree, TreeKind, TreeState, TreeWish } from "../../quota/tree";
import { zfs } from "../../quota/zfs";
import { rootOnNode } from "../gateway/bind";
import { endSessions } from "../share/sessions";
import type { Backend, Found } from "./backend";
import { bindDataset } from "./dataset-mount";
import { nodeShop } from "./node";
import type { QuotaState } from "./handler";
import { Principals } from "./principals";
import type { Mount, Target } from "./target";

type BindMount = Extract<Mount, { kind: "bind" }>;

/** By what the node calls the file system. */
const KINDS: Record<string, { name: BackendName; kind: TreeKind }> = {
    zfs: { name: "zfs", kind: zfs },
    "fuse.zfs": { name: "zfs", kind: zfs },
    btrfs: { name: "btrfs", kind: btrfs },
    xfs: { name: "xfs", kind: project },
    ext4: { name: "ext4", kind: project },
    ceph: { name: "cephfs", kind: cephfs },
    // By ceph-fuse, as Linux shows it (Ceph 16).
    "fuse.ceph-fuse": { name: "cephfs", kind: cephfs },
};

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
            const { state, tree, filled } = found as Seen;
            if (kind.make !== undefined && state.object === undefined && filled !== undefined && !wanted.convert)
                throw new PvesmbError(
                    "InvalidInput",
                    `convert: ${onNode} on ${gateway.place.node} is a plain directory with files (${filled} for one), and only ${ABILITIES[name].unit} can be limited; set \`convert: true\` to have it made into one (the files are copied, clients are disconnected)`,
                    { property: "convert" },
                );
            if (state.clash !== undefined)
                throw new PvesmbError(
                    "Conflict",
                    `${onNode} on ${gateway.place.node} cannot be limited: ${state.clash}; take that entry away, or move the directory`,
                );
            if (state.off !== undefined && !wanted.enable)
                throw new PvesmbError(
                    "InvalidInput",
                    `enable: ${state.off} (${tree.mount.target} on ${gateway.place.node}); set \`enable: true\` to have them switched on, which concerns the whole file system`,
                    { property: "enable" },
                );
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
                await endSessions(gateway.workshop, target.share, "all", look, ctx.deadline);
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

async function kindOf(ctx: Context<unknown>, shop: Workshop, onNode: string): Promise<{ name: BackendName; kind: TreeKind; tree: Tree }> {
    const { commands } = await shop.snapshot.read(ctx.deadline);
    const mount = mountHolding(parseMounts(commands[MOUNTS.name]?.stdout ?? ""), onNode);
    const found = mount && KINDS[mount.type];
    if (mount === undefined || found === undefined)
        throw new PvesmbError(
            "InvalidInput",
            `backend: ${onNode} is on ${mount === undefined ? "no file system" : `a file system of type ${mount.type}`} that pvesmb cannot limit (${Object.keys(KINDS).join(", ")}); use a share with a volume of its own`,
            { property: "backend" },
        );
    return { ...found, tree: { path: onNode, mount } };
}

/** A plain directory's content: what it takes, and one of its files. Also makes sure that no link of the guest's leads elsewhere. */
async function contentOf(ctx: Context<unknown>, shop: Workshop, path: string): Promise<Partial<Seen>> {
    const [realpath, find, du] = ["real", "first", "size"].map((what) => `${what} ${path}`) as [string, string, string];
    const commands = [
        { name: realpath, argv: ["realpath", "-e", "--", path] },
        { name: find, argv: ["find", path, "-mindepth", "1", "-print", "-quit"] },
        { name: du, argv: ["du", "-s", "-B1", "--", path], timeout: 600 },
    ];
    const look = await shop.snapshot.read(ctx.deadline, { commands });
    const out = (name: string): string => look.commands[name]?.stdout.trim() ?? "";
    const real = out(realpath);
    if (real !== path)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path} on ${shop.name} is ${real === "" ? "not there" : `really ${real}`}; a limit is set on a directory only, not through a link`,
            { property: "path" },
        );
    if (out(find) === "") return {};
    return { filled: out(find), figures: figuresOf(Number(/^\d+/.exec(out(du))?.[0] ?? 0), Infinity, Infinity) };
}

/** The directory moved aside, the new object in its place with all that the directory was and held. */
function conversion(kind: TreeKind, tree: Tree, id: string, copy: boolean): Step[] {
    const made = kind.make?.(tree);
    if (made === undefined) return [];
    const { path } = tree;
    const aside = `${path.slice(0, path.lastIndexOf("/"))}/.pvesmb-convert-${id}`;
    return [
        { do: "rename", from: path, to: aside },
        made.create,
        // Owner, mode, ACL and attributes of the directory itself go along.
        { do: "run", argv: ["cp", "-a", "--reflink=auto", "--no-target-directory", aside, path], timeout: copy ? 6 * 3600 : 60 },
        // cp leaves the mode to the ACL that it sets, which not every file system takes it from.
        { do: "run", argv: ["chmod", `--reference=${aside}`, path] },
        { do: "remove", path: aside, tree: true },
    ];
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
