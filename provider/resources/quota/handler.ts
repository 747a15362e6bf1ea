import { randomBytes } from "node:crypto";
import { isKind, PvesmbError } from "../../base/errors";
import type { Context, ResourceHandler } from "../../base/handler";
import { quotaModel } from "../../model";
import type { QuotaInputs, QuotaOutputs } from "../../model";
import { bytesOf, formatSize } from "../../model/size";
import { readConfig } from "../../proxmox/lxc/container";
import { claimPath, claimRemovalUnit, claimUnit, parseClaim } from "../../quota/claim";
import { collectorRemovalSteps } from "../../quota/collector";
import { tellAdopted } from "../adopted";
import { readyGateway, remainingGateway } from "../gateway/session";
import { keyOf } from "../given";
import { pveOf } from "../pve";
import { openBackend, refuseBelowUse } from "./backend";
import type { Backend, Found } from "./backend";
import { collect } from "./collect";
import { figureOutputs, readQuota } from "./read";
import { gatewayOf, targetOf, treeOf } from "./target";
import type { Target } from "./target";

/** Outputs, the path among them, which is an input too when the user chose it. */
export type Outputs = Partial<QuotaOutputs> & { path?: string };
/** What is stored. */
export type QuotaState = QuotaInputs & Outputs;

export const quotaHandler: ResourceHandler<QuotaInputs, Outputs> = {
    async create(ctx, inputs) {
        const nonce = randomBytes(8).toString("hex");
        return { id: nonce, state: await converge(ctx, nonce, inputs, keyOf(inputs)) };
    },

    read: (ctx, id, state) => readQuota(ctx, id, state),

    update: (ctx, id, state, inputs) => converge(ctx, id, inputs, id, state),

    async delete(ctx, id, state) {
        const ready = await remainingGateway(ctx, gatewayOf(state));
        if (ready === undefined) return;
        const claimed = state.path ?? "";
        const look = await ready.workshop.snapshot.read(ctx.deadline, { files: [claimPath(claimed)] });
        // Nobody's claim, or another resource's by now: ours is gone.
        if (parseClaim(look.files[claimPath(claimed)])?.nonce !== id) return;
        const pve = pveOf(ctx, gatewayOf(state).connection);
        const target = targetOf(ctx, state, ready, await readConfig(pve, ready.place), treeOf(state, look) ?? { path: claimed });
        try {
            await (await openBackend(ctx, target, { ...state, backend: "auto" })).release(id);
        } catch (error) {
            // The tree is on something that holds no limit, or no longer ours: there is none to take away.
            if (!isKind(error, "InvalidInput")) throw error;
        }
        try {
            const unit = claimRemovalUnit(claimed, id);
            await ready.workshop.queue.submit({ ...unit, steps: [...unit.steps, ...collectorRemovalSteps(id)] }, ctx.deadline);
        } catch (error) {
            if (!isKind(error, "Conflict")) throw error;
        }
    },
};

/** Looks and refuses first; then the claim, the limit, and a look at what came of it. */
async function converge(ctx: Context<Outputs>, id: string, inputs: QuotaInputs, known: string, before?: QuotaState): Promise<Outputs> {
    const { target, claim } = await find(ctx, inputs);
    const backend = await openBackend(ctx, target, inputs, before);
    const look = (): Promise<Found> => (backend.lookClosely ?? backend.look)();
    const found = await look();
    // A share's limit moves with its directory, which nobody has claimed at its new place yet.
    const moved = before?.path !== undefined && before.path !== target.path;
    const ours = moved || (claim !== undefined && (claim.nonce === id || claim.key === known));
    refuseImpossible(backend, found, inputs, ours);

    if (found.limited && !ours)
        tellAdopted(ctx.log, quotaModel, found.place, {
            found: { limit: found.limit === undefined ? undefined : formatSize(found.limit) },
            declared: inputs,
        });

    const { path } = target;
    const state: Outputs = { path, nonce: id, backendFound: backend.name, place: found.place, made: before?.made };
    const unit = claimUnit({ key: keyOf(inputs), nonce: id, path, backend: backend.name }, known, {
        adopt: inputs.adopt,
        before: before?.path,
    });
    await target.gateway.workshop.queue.submit(unit, ctx.deadline);
    ctx.checkpoint(id, state);
    const { made } = await backend.apply(id, found, inputs);
    const after = await look();
    if (after.limit !== bytesOf(inputs.limit))
        throw new PvesmbError(
            "RemoteFailed",
            `${after.place} has ${after.limit === undefined ? "no limit" : `a limit of ${formatSize(after.limit)}`} after ${inputs.limit} was set without an error; run \`pulumi up\` again, and look what else sets it there`,
        );
    await collect(target, id, inputs, after, before, ctx.deadline);
    return { ...state, place: after.place, made: made ?? state.made, ...figureOutputs(after, inputs, {}) };
}

async function find(ctx: Context<Outputs>, inputs: QuotaInputs): Promise<{ target: Target; claim: ReturnType<typeof parseClaim> }> {
    const gateway = await readyGateway(ctx, gatewayOf(inputs));
    const pve = pveOf(ctx, gatewayOf(inputs).connection);
    const [look, config] = await Promise.all([gateway.workshop.snapshot.read(ctx.deadline), readConfig(pve, gateway.place)]);
    const tree = treeOf(inputs, look);
    if (tree === undefined)
        throw new PvesmbError(
            "NotFound",
            "share: the gateway has no such share (any more); run `pulumi refresh`, then `pulumi up` makes it again",
            {
                property: "share",
            },
        );
    const file = claimPath(tree.path);
    const { files } = await gateway.workshop.snapshot.read(ctx.deadline, { files: [file] });
    return { target: targetOf(ctx, inputs, gateway, config, tree), claim: parseClaim(files[file]) };
}

function refuseImpossible(backend: Backend, found: Found, inputs: QuotaInputs, ours: boolean): void {
    refuseBelowUse(found, inputs);
    backend.refuse?.(found, inputs);
    if (found.limited && !ours && !inputs.adopt)
        throw new PvesmbError(
            "Conflict",
            `${found.place} has a limit that pvesmb did not set; leave the quota out, take that limit away, or take it over with \`adopt: true\``,
        );
}
