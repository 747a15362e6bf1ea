import { randomBytes } from "node:crypto";
import { isKind, PvesmbError } from "../../base/errors";
import type { ChangeContext, Context, ResourceHandler } from "../../base/handler";
import { joined } from "../../hosts";
import type { Step, Unit, HostSession } from "../../hosts";
import type { ShareInputs } from "../../model";
import { effective } from "../../model/share/effective";
import { bytesOf } from "../../model/size";
import { CONNECTIONS } from "../../samba/look";
import { sectionName } from "../../samba/share";
import type { ShareSection } from "../../samba/share";
import { WHOSE } from "../../samba/places";
import { discardCheckUnit, shareCheckUnit, shareRemovalUnit, shareUnit } from "../../samba/share-unit";
import { forgetGateway, readyGateway, remainingGateway } from "../../gateway/session";
import type { Ready } from "../../gateway/session";
import { resolveAccounts } from "../../gateway/domain-accounts";
import { NAME_LOOK, uncsOf } from "../../gateway/unc";
import { forgetNodes } from "../../machines/nodes";
import { namedIn } from "./accounts";
import { adopting } from "./adopt";
import { reservingPath, retryOnceLater } from "./concurrent-shares";
import { refuseHiding } from "./mount-place";
import { readShare } from "./read";
import { defaultPath, rootOf, sectionOf } from "./section";
import { ALL, concerned, endSessions } from "../../gateway/share-sessions";
import { endSnapshots, makeSnapshots, scheduleOf, snapshotFolder } from "./snapshots";
import { needed } from "../../machines/machine";
import type { Mounted, Volumes } from "../../machines/machine";
import type { Outputs, ShareState } from "./types";

export const shareHandler: ResourceHandler<ShareInputs, Outputs> = {
    async create(ctx, inputs) {
        const gateway = await readyGateway(ctx, inputs.gateway);
        const id = randomBytes(8).toString("hex");
        const domainAccounts = await accountsOf(ctx, gateway, inputs, undefined);
        const found = inputs.adopt ? await adopting(ctx, inputs, gateway, domainAccounts) : undefined;
        const state: Outputs & { path: string } = { path: found?.path ?? defaultPath(inputs), domainAccounts };
        return reservingPath(inputs.gateway.id, state.path, inputs.volume !== undefined, async () => {
            await checkPlace(ctx, id, gateway, inputs, state);
            return {
                id,
                state: await converge(ctx, id, gateway, inputs, state, { claim: inputs.adopt ? undefined : ctx.urn, found }),
            };
        });
    },

    read: (ctx, id, state) => readShare(ctx, id, state),

    async update(ctx, id, state, inputs) {
        const gateway = await readyGateway(ctx, inputs.gateway);
        const domainAccounts = await accountsOf(ctx, gateway, inputs, state.domainAccounts);
        const path = inputs.path ?? state.path ?? defaultPath(inputs);
        if (state.path !== undefined && state.path !== path) await gateway.machine.volumes?.refuseMove(state.path, path);
        if (inputs.volume !== undefined) {
            await volumesOf(gateway).checkRights(inputs.volume);
            await refuseHiding(gateway.hostSession, path, state.volumeId !== undefined, ctx.deadline);
        }
        const outputs = { path, volumeId: state.volumeId, mountPoint: state.mountPoint, domainAccounts };
        return converge(ctx, id, gateway, inputs, outputs, { claim: id, before: state });
    },

    async delete(ctx, id, state) {
        const gateway = await remainingGateway(ctx, state.gateway);
        if (gateway === undefined) return;
        const { hostSession, machine, store } = gateway;
        const section = sectionOf(state, state.path ?? defaultPath(state), { id, domainAccounts: state.domainAccounts });
        const discard = state.onDelete === "delete";
        if (discard && scheduleOf(state) !== undefined) await checkDiscard(ctx, hostSession, section, id);
        if (scheduleOf(state) !== undefined) await endSnapshots(ctx, { gateway, id }, discard);
        const ownFiles = discard && state.volume === undefined;
        const dataset = ownFiles ? (await machine.readMounts()).at(section.path) : undefined;
        const unit = shareRemovalUnit(
            section,
            id,
            { remove: ownFiles && dataset === undefined, discards: discard, mounted: dataset !== undefined },
            store,
        );
        try {
            const { look } = await retryOnceLater(ctx.deadline, () =>
                hostSession.queue.submit({ ...unit, looks: CONNECTIONS }, ctx.deadline),
            );
            forgetNodes();
            await endSessions(hostSession, sectionName(section), [ALL], look, ctx.deadline);
        } catch (error) {
            // Another resource now has the name, or another gateway the host: ours is gone.
            if (isKind(error, "Conflict")) return;
            throw error;
        }
        if (dataset !== undefined) {
            // A mount point can be emptied from inside, not removed. This cannot be undone, so the share is removed first.
            const empty: Step = { do: "run", in: section.path, argv: ["find", ".", "-xdev", "-mindepth", "1", "-delete"], timeout: 3600 };
            await hostSession.queue.submit({ key: `empty:${id}`, steps: [empty] }, ctx.deadline);
            ctx.log.warn(
                `${section.path}: the files are gone; the empty ${dataset.volumeId}${machine.below === undefined ? "" : ` of ${machine.below.name}`} stays mounted in ${machine.name} (${dataset.mountPoint}), for the next share there. To remove it: ${machine.volumes?.removalHint(dataset)}`,
            );
        }
        if (discard && state.volumeId !== undefined) {
            await volumesOf(gateway).destroy(state.volumeId, state.allowRestart);
            if (state.allowRestart) await restarted(ctx, state);
        }
    },
};

/** Who the domain's accounts are that a share names, before anything is written. */
const accountsOf = (
    ctx: Context<unknown>,
    gateway: Ready,
    inputs: ShareInputs,
    before: Outputs["domainAccounts"],
): Promise<Outputs["domainAccounts"]> => resolveAccounts(ctx, inputs.gateway.id, gateway, namedIn(effective(inputs)), before);

/** Checks, before anything is made outside of the gateway, that it is allowed and that there is room. */
async function checkPlace(
    ctx: ChangeContext<Outputs>,
    id: string,
    gateway: Ready,
    inputs: ShareInputs,
    { path, domainAccounts }: Outputs & { path: string },
): Promise<void> {
    const { volume } = inputs;
    if (volume === undefined && scheduleOf(inputs) === undefined) return;
    const owner = { key: ctx.urn, nonce: id };
    await gateway.hostSession.queue.submit(
        shareCheckUnit(sectionOf(inputs, path, { id, domainAccounts }), rootOf(inputs, { domainAccounts }), owner, gateway.store),
        ctx.deadline,
    );
    if (volume === undefined) return;
    await volumesOf(gateway).checkRights(volume);
    await refuseHiding(gateway.hostSession, path, false, ctx.deadline);
    await volumesOf(gateway).checkSpace(volume);
}

/** Runs before the snapshots are deleted for good. That another share has the name by now is no reason to keep them. */
async function checkDiscard(ctx: Context<Outputs>, { queue }: HostSession, section: ShareSection, id: string): Promise<void> {
    const check = (): Promise<unknown> => queue.submit(discardCheckUnit(section, id), ctx.deadline);
    await retryOnceLater(ctx.deadline, check).catch((error: unknown) => {
        if (!isKind(error, "Conflict")) throw error;
    });
}

/** Waits until a gateway that may have restarted accepts commands, so that the next step does not find it booting. */
async function restarted(ctx: Context<Outputs>, { gateway }: ShareState): Promise<void> {
    forgetGateway(gateway.id);
    const deadline = ctx.deadline.atMost(180_000);
    for (;;) {
        try {
            const { hostSession } = await readyGateway(ctx, gateway);
            return await hostSession.executor.ping(deadline.atMost(20_000));
        } catch (error) {
            if (!isKind(error, "Unreachable", "Timeout", "Busy") || deadline.expired) throw error;
            await deadline.sleep(500);
        }
    }
}

/** Volume first; then directory and section in one unit; then the sessions that lose rights, and snapshots of the current content. */
async function converge(
    ctx: ChangeContext<Outputs>,
    id: string,
    ready: Ready,
    inputs: ShareInputs,
    state: Outputs,
    { claim, before, found }: { claim: string | undefined; before?: ShareState; found?: ShareInputs },
): Promise<Outputs> {
    const { hostSession, machine, store } = ready;
    const address = machine.address ?? machine.hostname;
    const path = state.path ?? defaultPath(inputs);
    let volume: Partial<Mounted> = {};
    let size: number | undefined;
    if (inputs.volume !== undefined) {
        ({ size, ...volume } = await volumesOf(ready).ensure(path, inputs.volume, before));
        ctx.checkpoint(id, { ...state, ...volume });
    }
    const schedule = scheduleOf(inputs);
    const wasAt = before?.path ?? path;
    const known: Outputs = { ...state, ...volume };
    const series = { gateway: ready, urn: ctx.urn, id, path };
    if (schedule !== undefined) known.snapshotFolder = await snapshotFolder(ctx, { ...series, path: wasAt }, wasAt === path);
    const section = sectionOf(inputs, path, { ...known, id });
    const old = before && {
        section: sectionOf(before, wasAt, { ...before, id }),
        root: rootOf(before, before),
        byHand: before.drift !== undefined,
    };
    const was = before === undefined ? found && { ...found, domainAccounts: known.domainAccounts } : { ...before, path: wasAt };
    const who = [
        ...new Set([
            ...(was === undefined ? [] : concerned(was, { ...inputs, path, domainAccounts: known.domainAccounts })),
            ...(before?.closing ?? []),
        ]),
    ];
    const unit = shareUnit(section, rootOf(inputs, known), { key: ctx.urn, nonce: id }, claim, old, store);
    const { look, steps } = await hostSession.queue.submit({ ...unit, ...looksOf(who.length > 0, inputs, path) }, ctx.deadline);
    forgetNodes();
    for (const other of steps[WHOSE]?.overlaps ?? [])
        ctx.log.warn(
            `${path} overlaps with ${other}: each overwrites the owner and permissions that the other sets on the files they share`,
        );
    const done = { ...known, ...uncsOf(address, section.name, look) };
    ctx.checkpoint(id, { ...done, closing: who.length > 0 ? who : undefined });
    if (inputs.volume?.size !== undefined) {
        const lag = { property: "volume.size", volume: volume.volumeId, configured: size, fileSystem: look?.statvfs[path]?.total };
        const was = before?.volume?.size;
        volumesOf(ready).refuseLag([{ ...lag, ...(was === undefined ? {} : { before: bytesOf(was) }) }]);
    }
    if (who.length > 0) {
        await endSessions(hostSession, sectionName(old?.section ?? section), who, look, ctx.deadline);
        ctx.checkpoint(id, done);
    }
    if (schedule !== undefined) await makeSnapshots(ctx, series, schedule);
    else if (before !== undefined && scheduleOf(before) !== undefined) await endSnapshots(ctx, series, false);
    return done;
}

/** Gathers the gateway's name in its domain, open connections if some may have to end, and the size of the share's volume if the share declares it. */
function looksOf(connections: boolean, { volume }: ShareInputs, path: string): Pick<Unit, "looks"> {
    const looks = [NAME_LOOK, ...(connections ? [CONNECTIONS] : []), ...(volume?.size === undefined ? [] : [{ statvfs: [path] }])];
    return { looks: joined(looks) };
}

/** A volume of the share's own is made by Proxmox VE. */
const volumesOf = ({ machine }: Ready): Volumes =>
    needed(
        machine,
        "volumes",
        (name) =>
            new PvesmbError("InvalidInput", `volume: ${name} has no volumes of Proxmox VE; leave \`volume\` out, and give a \`path\``, {
                property: "volume",
            }),
    );
