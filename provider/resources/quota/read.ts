import { isKind } from "../../base/errors";
import type { Context, Observed } from "../../base/handler";
import type { QuotaInputs } from "../../model";
import { formatSize } from "../../model/size";
import { claimPath, parseClaim } from "../../quota/claim";
import { levelOf } from "../../quota/figures";
import { lookAt } from "../../gateway/look";
import { openBackend } from "./backends";
import type { Backend, Found } from "./backend";
import { collectorFaults, trendOutputs } from "./collect";
import type { Outputs, QuotaState } from "./types";
import { gatewayOf, targetOf, treeOf } from "./target";

/** Reads the enforced limit and the usage. Undefined when the gateway, the share or the claim is gone. */
export async function readQuota(
    ctx: Context<Outputs>,
    id: string,
    state: QuotaState,
): Promise<{ inputs: Observed<QuotaInputs>; state: Outputs } | undefined> {
    const seen = await lookAt(ctx, gatewayOf(state));
    if (seen === "gone") return undefined;
    if ("away" in seen) return { inputs: { drift: state.drift }, state };
    const tree = treeOf(state, seen.look);
    if (tree === undefined) return undefined;
    const { path } = tree;
    const claim = parseClaim(seen.look.files[claimPath(state.path ?? path)]);
    if (claim?.nonce !== id) return undefined;
    const { key } = claim;

    const target = targetOf(seen.gateway, seen.gateway.machine.mounts, seen.look, tree, state.domainAccounts);
    let backend: Backend;
    try {
        backend = await openBackend(ctx, target, { ...state, backend: "auto" }, { closely: false, was: state.backendFound });
    } catch (error) {
        if (!isKind(error, "InvalidInput")) throw error;
        return { inputs: { urn: key, drift: [error.message] }, state };
    }
    const found = await backend.look();
    const drift = [
        ...found.drift,
        ...collectorFaults(seen.look, target, { id, key }, state, found),
        ...(claim.aside === undefined ? [] : [`a conversion was cut off, the files are in ${claim.aside}: \`pulumi up\` goes on with it`]),
        ...(found.limit === undefined ? [`limit: ${found.place} has none`] : []),
        ...(state.path !== undefined && path !== state.path ? [`path: ${path} instead of ${state.path}`] : []),
    ];
    const limit = found.limit === undefined ? {} : { limit: formatSize(found.limit) };
    return {
        inputs: { ...limit, ...found.observed, urn: key, drift },
        state: {
            ...state,
            place: found.place,
            ...trendOutputs(seen.look, id, state),
            ...(found.unseen === true ? {} : figureOutputs(found, state, state)),
        },
    };
}

/** Unchanged figures keep their timestamp; otherwise the engine would rewrite its whole state for each quota. */
export function figureOutputs({ figures, usage }: Found, inputs: QuotaInputs, before: Partial<QuotaState>): Outputs {
    const now = { ...figures, level: levelOf(figures.percent, inputs.alerts), usage: inputs.report ? (usage ?? []) : undefined };
    const names = Object.keys(now) as (keyof typeof now)[];
    const same = names.every((name) => JSON.stringify(now[name]) === JSON.stringify(before[name]));
    return { ...now, lastChecked: same && before.lastChecked !== undefined ? before.lastChecked : new Date().toISOString() };
}
