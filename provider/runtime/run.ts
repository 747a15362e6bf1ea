import { isDeepStrictEqual } from "node:util";
import { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import type { AnyHandler, ChangeContext, Context, Failure } from "../base/handler";
import { CANNOT_IMPORT, nameIn } from "../base/kind";
import type { Log } from "../base/log";
import { rememberPins } from "../base/pins";
import { printableTree, textsIn } from "../base/printable";
import { hide } from "../base/scrub";
import { stackConfig } from "../base/stack-config";
import { millisecondsOf } from "../model/duration";
import { metaOf, type Model } from "../model/meta";
import { merge } from "../model/observe";
import { eachSecret, filled, propertiesOf } from "../model/schema";
import { chosenOf, handlerState, inputsOf, migrated, toState } from "../model/state";
import { defined, isTree, type Tree } from "../model/tree";
import { checked } from "./checked";
import { resolveConnection, resolvePve, resolveSsh } from "./connection";
import { diff, type Difference } from "./diff";
import { operationFailed, type Remains } from "./failure";
import { answered } from "./process";

const LONGEST = { create: "15m", update: "15m", read: "2m", delete: "10m" };
type Verb = keyof typeof LONGEST;

/** `drift` text of a resource whose last create or update failed half-way. */
const UNFINISHED = "the last create or update did not finish";

/**
 * One kind of resource as an adapter serves it. Inputs and states are those that Pulumi stores, without the adapter's own fields. An adapter
 * may not know the URN in a read or delete.
 */
export interface Operations {
    /** The inputs as the engine keeps them, and their faults. `olds`: the old inputs. No I/O, as in diff. */
    check(urn: string | undefined, news: Tree, olds?: Tree): { inputs: Tree; failures: Failure[] };
    diff(urn: string | undefined, id: string, stored: Tree, news: Tree): Difference;
    create(urn: string, inputs: Tree): Promise<Remains>;
    /** Undefined: certainly gone. Without `inputs`: unchanged. `urn` comes from the mark on the host. */
    read(urn: string | undefined, id: string, stored: Tree): Promise<{ inputs?: Tree; state: Tree; urn?: string } | undefined>;
    update(urn: string, id: string, stored: Tree, news: Tree): Promise<Tree>;
    delete(urn: string | undefined, id: string, stored: Tree): Promise<void>;
}

/**
 * Connects a handler to its model: adds deadlines, connection, checkpoints, and the user's spelling in the state. A failure after a
 * checkpoint carries what exists so far; a failed update keeps the old inputs, so that later refreshes and diffs show again what it did not
 * do.
 */
export function operations(model: Model, handler: () => AnyHandler, logOf: (urn: string | undefined) => Log): Operations {
    const pins = propertiesOf(model.outputs).flatMap(([name, schema]) => (metaOf(schema)?.pins ? [name] : []));
    const full = (inputs: Tree): Tree => filled(model.inputs, inputs) as Tree;

    /** A checkpoint stores `inputs`, and `chosen`: values that the provider chose in earlier runs. */
    async function attempt<T>(
        verb: Verb,
        { urn, inputs, timeouts, chosen = {} }: { urn: string | undefined; inputs: Tree; timeouts: unknown; chosen?: Tree },
        body: (ctx: Context<Tree>) => Promise<T>,
    ): Promise<T> {
        eachSecret(model.inputs, inputs, hide);
        let remains: Remains | undefined;
        const ms = timeoutOf(verb, timeouts);
        const context = (signal: AbortSignal): Context<Tree> => ({
            log: logOf(urn),
            deadline: Deadline.in(ms, signal),
            connect: (given) => resolveConnection(given, process.env, stackConfig),
            pve: (given, purpose) => resolvePve(given, process.env, stackConfig, purpose),
            ssh: (given) => resolveSsh(given, process.env, stackConfig),
            checkpoint: (id, state) => {
                remains = { id, state: toState(model, inputs, { ...chosen, ...told(state, inputs) }, true) };
            },
        });
        const late = (): Error =>
            new PvesmbError("Timeout", `${verb} did not finish within \`timeouts.${verb}\` (${ms / 1000} s); increase it, or run again`);
        try {
            return await answered((signal) => body(context(signal)), { ms, late });
        } catch (error) {
            throw operationFailed(error, verb === "create" || verb === "update" ? remains : undefined);
        }
    }

    /** Migrates a stored state of any version and extracts its inputs. */
    function open(stored: Tree): { state: Tree; inputs: Tree; timeouts: unknown } {
        try {
            const state = migrated(model, stored);
            const inputs = inputsOf(model, state);
            return { state, inputs, timeouts: inputs["timeouts"] };
        } catch (error) {
            throw operationFailed(error);
        }
    }

    return {
        check: (urn, news, olds) => checked(model, urn, news, process.env, stackConfig, olds),

        diff(urn, id, stored, news) {
            for (const name of pins) rememberPins(id, stored[name]);
            return diff(model, stored, news, logOf(urn), urn);
        },

        create: (urn, inputs) =>
            attempt("create", { urn, inputs, timeouts: inputs["timeouts"] }, async (ctx) => {
                const { id, state } = await handler().create(change(ctx, urn), full(inputs));
                return { id, state: toState(model, inputs, told(state, inputs)) };
            }),

        async read(urn, id, stored) {
            if (Object.keys(stored).length === 0)
                throw operationFailed(
                    new PvesmbError("InvalidInput", `${model.kind} ${urn === undefined ? id : nameIn(urn)} ${CANNOT_IMPORT}`),
                );
            const { state, inputs, timeouts } = open(stored);
            return attempt("read", { urn, inputs, timeouts }, async (ctx) => {
                const found = await handler().read(ctx, id, handlerState(model, state));
                if (!found) return undefined;
                const unfinished = state["unfinished"] === true;
                const { drift, urn: marked, ...observed } = found.inputs;
                const { drift: _before, ...before } = inputs;
                const all = [...(unfinished ? [UNFINISHED] : []), ...minded(drift, inputs["ignored"])];
                const merged = merge(model, before, observed);
                const after = told(all.length > 0 ? { ...merged, drift: all } : merged, inputs);
                const now = toState(model, after, { ...chosenOf(model, state), ...told(found.state, state) }, unfinished);
                return {
                    // Return an unchanged state as stored, even in an older format: otherwise a refresh shows a change.
                    state: isDeepStrictEqual(now, state) ? stored : now,
                    ...(isDeepStrictEqual(after, inputs) ? {} : { inputs: defined(after) }),
                    ...(typeof marked === "string" ? { urn: marked } : {}),
                };
            });
        },

        async update(urn, id, stored, news) {
            const { state, inputs } = open(stored);
            eachSecret(model.inputs, news, hide);
            const chosen = chosenOf(model, state);
            return attempt("update", { urn, inputs, timeouts: news["timeouts"], chosen }, async (ctx) => {
                const known = handlerState(model, state);
                const before = known["drift"] === undefined ? known : { ...known, drift: minded(known["drift"], news["ignored"]) };
                const after = await handler().update(change(ctx, urn), id, before, full(news));
                return toState(model, news, { ...chosen, ...told(after, news) });
            });
        },

        async delete(urn, id, stored) {
            const { state, inputs, timeouts } = open(stored);
            await attempt("delete", { urn, inputs, timeouts }, (ctx) => handler().delete(ctx, id, handlerState(model, state)));
        },
    };
}

const change = (ctx: Context<Tree>, urn: string): ChangeContext<Tree> => ({ ...ctx, urn });

/** Makes results of a handler printable, because they contain text from hosts. The user's own text stays exact. */
const told = (found: Tree, written: Tree): Tree => printableTree(found, textsIn(written));

/** Drift without properties that the program ignores: `access: ...`; `ignoreChanges: ["data"]` also covers `data.volume: ...`. */
function minded(drift: unknown, ignored: unknown): string[] {
    const paths = listOf(ignored);
    return listOf(drift).filter((text) => !paths.some((path) => text.startsWith(path) && /^(?:[.[]\S*)?: /.test(text.slice(path.length))));
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function timeoutOf(verb: Verb, timeouts: unknown): number {
    const given = isTree(timeouts) ? timeouts[verb] : undefined;
    return millisecondsOf(typeof given === "string" ? given : LONGEST[verb]);
}
