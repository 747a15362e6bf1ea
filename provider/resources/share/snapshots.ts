import { isKind, messageOf, PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import type { HostSession } from "../../hosts";
import type { ShareInputs } from "../../model";
import { endUnit, madeOf, prepareUnit, scheduleFaults, scheduleUnit, SCHEDULES } from "../../snapshots";
import type { Keep, Tree } from "../../snapshots";
import { needed } from "../../machines/machine";
import type { Below, Mounts } from "../../machines/machine";
import type { Ready } from "../../gateway/session";

/** A share's snapshots: their owner and their source. */
export interface Series {
    gateway: Ready;
    urn: string;
    id: string;
    path: string;
}

export const scheduleOf = ({ previousVersions }: Pick<ShareInputs, "previousVersions">): Keep | undefined => previousVersions?.schedule;

/** Snapshots are made on the node: a container can snapshot neither its volume nor, on ZFS, a dataset that is bound into it. */
interface Site {
    nodeSession: HostSession;
    tree: Tree;
    /** The path of `tree.top` on the gateway. */
    at: string;
    /** The node's uid of the gateway's root. */
    root: number;
}

async function siteOf(ctx: Context<unknown>, { gateway, path }: Series, known?: Mounts): Promise<Site> {
    const mounts = known ?? (await gateway.machine.readMounts());
    const mount = mounts.under(path);
    if (mount.kind === "rootfs")
        throw refusal(`${path} is on the container's root file system; give the share or the gateway a data volume`);
    const nodeSession = await belowOf(gateway).hostSession();
    const top = mount.kind === "bind" ? mount.source : await directoryOf(ctx, nodeSession, mount.volume);
    return { nodeSession, tree: { path: top + path.slice(mount.at.length), top }, at: mount.at, root: mounts.root };
}

async function directoryOf(ctx: Context<unknown>, nodeSession: HostSession, volume: string): Promise<string> {
    const name = `path ${volume}`;
    const { commands } = await nodeSession.snapshot.read(ctx.deadline, { commands: [{ name, argv: ["pvesm", "path", volume] }] });
    const { code, stdout, stderr } = commands[name] ?? { code: -1, stdout: "", stderr: "no answer" };
    if (code === 0) return stdout.trim();
    throw new PvesmbError("RemoteFailed", `${nodeSession.name}: pvesm path ${volume} ended with ${code}: ${stderr.trim()}`);
}

const belowOf = ({ machine }: Ready): Below =>
    needed(machine, "below", (name) => refusal(`${name} has no host below it that could make snapshots`));

const refusal = (why: string): PvesmbError =>
    new PvesmbError(
        "InvalidInput",
        `previousVersions.schedule: ${why}. Snapshots need a ZFS dataset or a btrfs subvolume: a volume on a ZFS storage, or a directory on the node (\`data.bind\`); otherwise leave \`schedule\` out and set \`folder\` and \`format\` of snapshots that something else makes`,
        { property: "previousVersions.schedule" },
    );

/** Runs before the share is written: refuses storage without snapshots and returns the folder where they will be. */
export async function snapshotFolder(ctx: Context<unknown>, series: Series, isNew: boolean): Promise<string> {
    const { nodeSession, tree, root } = await siteOf(ctx, series);
    try {
        const unit = prepareUnit(series.id, tree, isNew ? { owner: root } : undefined);
        const { steps } = await nodeSession.queue.submit(unit, ctx.deadline);
        return String(steps["folder"]?.value);
    } catch (error) {
        if (!isKind(error, "RemoteFailed")) throw error;
        throw refusal(messageOf(error));
    }
}

/** Sets up the schedule, makes the first snapshot and checks that the gateway sees it. */
export async function makeSnapshots(ctx: Context<unknown>, series: Series, keep: Keep): Promise<void> {
    const { gateway, urn, id } = series;
    const { nodeSession, tree, at } = await siteOf(ctx, series);
    const { steps } = await nodeSession.queue.submit(scheduleUnit(id, urn, tree, keep), ctx.deadline);
    const { root, folder, name } = madeOf(steps["first"]?.value);
    const seen = `${at}${root.slice(tree.top.length)}/${folder}/${name}/.`;
    const look = await gateway.hostSession.executor.gather({ commands: [{ name, argv: ["test", "-d", seen] }] }, ctx.deadline);
    if (look.commands[name]?.code !== 0)
        throw new PvesmbError(
            "RemoteFailed",
            `the snapshot ${name} of ${root} on ${nodeSession.name} was made, but the gateway does not see it as ${seen}`,
        );
}

/** `clear` deletes the snapshots, for a share whose files are deleted too. Otherwise they stay with the files. */
export async function endSnapshots(ctx: Context<unknown>, { gateway, id }: Pick<Series, "gateway" | "id">, clear: boolean): Promise<void> {
    const nodeSession = await belowOf(gateway).hostSession();
    await nodeSession.queue.submit(endUnit(id, clear), ctx.deadline);
}

export async function snapshotDrift(ctx: Context<unknown>, series: Series, keep: Keep): Promise<string[]> {
    const { gateway, urn, id } = series;
    try {
        const { nodeSession, tree } = await siteOf(ctx, series, gateway.machine.mounts);
        return scheduleFaults(await nodeSession.snapshot.read(ctx.deadline, SCHEDULES), id, urn, tree, keep);
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy")) throw error;
        ctx.log.warnOnce(
            `snapshots ${gateway.machine.below?.name}`,
            `${messageOf(error)}; snapshot schedules there are assumed to be unchanged`,
        );
        return [];
    }
}
