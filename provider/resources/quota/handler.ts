import { randomBytes } from "node:crypto";
import { isKind, PvesmbError } from "../../base/errors";
import type { ChangeContext, Context, ResourceHandler } from "../../base/handler";
import type { Unit } from "../../hosts";
import { quotaModel } from "../../model";
import type { QuotaInputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import { claimPath, claimRemovalSteps, claimSteps, parseClaim } from "../../quota/claim";
import { collectorRemovalSteps } from "../../quota/collector";
import { reportAdopted } from "../../model/adopted";
import { resolveAccounts } from "../../gateway/domain-accounts";
import { readyGateway, remainingGateway } from "../../gateway/session";
import type { Ready } from "../../gateway/session";
import type { Mounts } from "../../machines/machine";
import { ALL } from "../../gateway/share-sessions";
import { openBackend } from "./backends";
import { refuseBelowUse } from "./backend";
import type { Backend, Found } from "./backend";
import { collecting } from "./collect";
import { bringIn } from "./conversion";
import { inRound } from "./round";
import { namedIn } from "./principals";
import type { Round } from "./round";
import { figureOutputs, readQuota } from "./read";
import { atItsProperty, CHANGE_LOOK, gatewayOf, targetOf, treeOf } from "./target";
import type { Target } from "./target";
import type { Outputs, QuotaState } from "./types";

export const quotaHandler: ResourceHandler<QuotaInputs, Outputs> = {
    async create(ctx, inputs) {
        const id = randomBytes(8).toString("hex");
        return { id, state: await stepping(ctx, inputs, (turn) => converge(ctx, turn, id, inputs, ctx.urn)) };
    },

    read: (ctx, id, state) => readQuota(ctx, id, state),

    update: (ctx, id, state, inputs) => stepping(ctx, inputs, (turn) => converge(ctx, turn, id, inputs, id, state)),

    delete: (ctx, id, state) => stepping(ctx, state, (turn) => remove(ctx, turn, id, state)),
};

/** Runs together with other pending quotas of the gateway. */
const stepping = <T>(ctx: Context<Outputs>, inputs: QuotaInputs, work: (turn: Round) => Promise<T>): Promise<T> =>
    inRound(gatewayOf(inputs).id, ctx.deadline, (turn) => atItsProperty(inputs, () => work(turn)));

async function remove(ctx: Context<Outputs>, turn: Round, id: string, state: QuotaState): Promise<void> {
    const ready = await remainingGateway(ctx, gatewayOf(state));
    if (ready === undefined) return;
    const claimed = state.path ?? "";
    const look = await ready.hostSession.snapshot.readJust(ctx.deadline, CHANGE_LOOK);
    // There is no claim or it belongs to another resource by now: ours is gone.
    const { nonce, aside } = parseClaim(look.files[claimPath(claimed)], claimed) ?? {};
    if (nonce !== id) return;
    const mounts = await mountsOf(turn, ready);
    const target = targetOf(ready, mounts, look, treeOf(state, look) ?? { path: claimed }, state.domainAccounts);
    let left: Pick<Unit, "steps" | "activates"> = { steps: [] };
    try {
        const opening = { closely: false, was: state.backendFound };
        left = await (await openBackend(ctx, target, { ...state, backend: "auto" }, opening)).release(id);
    } catch (error) {
        // The tree is on storage without limits or no longer ours: there is no limit to remove.
        if (!isKind(error, "InvalidInput")) throw error;
    }
    try {
        // Restore the files before removing the claim: only the claim records where they are.
        const back = aside === undefined ? [] : bringIn(claimed, aside);
        const steps = [...back, ...claimRemovalSteps(claimed, id), ...left.steps, ...collectorRemovalSteps(id)];
        await ready.hostSession.queue.submit({ ...left, key: `quota:${id}`, steps, looks: CHANGE_LOOK }, ctx.deadline);
    } catch (error) {
        if (!isKind(error, "Conflict")) throw error;
    }
}

/** Looks and refuses first; then writes the claim, sets the limit and checks the result. */
async function converge(
    ctx: ChangeContext<Outputs>,
    turn: Round,
    id: string,
    inputs: QuotaInputs,
    known: string,
    before?: QuotaState,
): Promise<Outputs> {
    const { target, claim, domainAccounts } = await find(ctx, turn, inputs, before?.domainAccounts);
    const backend = await openBackend(ctx, target, inputs, { closely: true, was: before?.backendFound, before });
    const found = await backend.look();
    // A share's limit moves with its directory, which has no claim at its new path yet.
    const moved = before?.path !== undefined && before.path !== target.path;
    const ours = moved || (claim !== undefined && (claim.nonce === id || claim.key === known));
    const aside = ours && !moved ? claim?.aside : undefined;
    refuseImpossible(backend, found, inputs, ours, aside);

    if (found.limited && !ours)
        reportAdopted(ctx.log, quotaModel, found.place, {
            found: { limit: found.limit === undefined ? undefined : formatSize(found.limit) },
            declared: inputs,
        });

    const { path } = target;
    const state: Outputs = { domainAccounts, path, backendFound: backend.name, place: found.place, made: before?.made };
    const { made, after } = await backend.apply({
        id,
        found,
        inputs,
        aside,
        claim: ({ place, aside: to } = {}) =>
            claimSteps(
                { key: ctx.urn, nonce: id, path, backend: backend.name, aside: to },
                known,
                { adopt: inputs.adopt, before: before?.path },
                place,
            ),
        claimed: () => ctx.checkpoint(id, { ...state, closing: before?.closing }),
        replaced: () => ctx.checkpoint(id, { ...state, made: true, closing: [ALL] }),
        unended: before?.closing !== undefined,
        settle(after) {
            if (after.limit !== bytesOf(inputs.limit)) throw notKept(after, inputs);
            return collecting(target, { id, key: ctx.urn }, inputs, after, before);
        },
    });
    return { ...state, place: after.place, made: made ?? state.made, ...figureOutputs(after, inputs, {}) };
}

const notKept = ({ place, limit }: Found, inputs: QuotaInputs): PvesmbError =>
    new PvesmbError(
        "RemoteFailed",
        `${place} has ${limit === undefined ? "no limit" : `a limit of ${formatSize(limit)}`} after ${inputs.limit} was set without an error; run \`pulumi up\` again, and check what else sets a limit there`,
    );

async function find(
    ctx: Context<Outputs>,
    turn: Round,
    inputs: QuotaInputs,
    before: Outputs["domainAccounts"],
): Promise<{ target: Target; claim: ReturnType<typeof parseClaim>; domainAccounts: Outputs["domainAccounts"] }> {
    const gateway = await readyGateway(ctx, gatewayOf(inputs));
    const domainAccounts = await resolveAccounts(ctx, gatewayOf(inputs).id, gateway, namedIn(inputs), before);
    const [look, mounts] = await Promise.all([gateway.hostSession.snapshot.readJust(ctx.deadline, CHANGE_LOOK), mountsOf(turn, gateway)]);
    const tree = treeOf(inputs, look);
    if (tree === undefined)
        throw new PvesmbError(
            "NotFound",
            "share: the share no longer exists on the gateway; run `pulumi refresh`, then `pulumi up` to create it again",
            {
                property: "share",
            },
        );
    const known = [...(domainAccounts ?? []), ...(before ?? [])];
    return {
        target: targetOf(gateway, mounts, look, tree, known),
        claim: parseClaim(look.files[claimPath(tree.path)], tree.path),
        domainAccounts,
    };
}

const mountsOf = (turn: Round, { machine }: Ready): Promise<Mounts> => turn.once("mounts", () => machine.readMounts());

function refuseImpossible(backend: Backend, found: Found, inputs: QuotaInputs, ours: boolean, aside: string | undefined): void {
    // What cannot be at all comes first: deleting files would not help.
    backend.refuse?.(found, inputs, aside);
    refuseBelowUse(found, inputs);
    if (found.limited && !ours && !inputs.adopt)
        throw new PvesmbError(
            "Conflict",
            `${found.place} has a limit that pvesmb did not set; remove that limit or this quota, or take it over with \`adopt: true\``,
        );
}
