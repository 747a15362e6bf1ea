import { isDeepStrictEqual } from "node:util";
import { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import type { AnyHandler, Context } from "../base/handler";
import type { Log } from "../base/log";
import { printableTree, textsIn } from "../base/printable";
import { hide } from "../base/scrub";
import { stackConfig } from "../base/stack-config";
import { millisecondsOf } from "../model/duration";
import type { Model } from "../model/meta";
import { merge } from "../model/observe";
import { eachSecret, filled } from "../model/schema";
import { chosenOf, handlerState, inputsOf, migrated, toState } from "../model/state";
import { defined, isTree, type Tree } from "../model/tree";
import { resolveConnection } from "./connection";
import { operationFailed, type Remains } from "./failure";
import { answered } from "./process";

const LONGEST = { create: "15m", update: "15m", read: "2m", delete: "10m" };
type Verb = keyof typeof LONGEST;

/** `drift` text of a resource whose last create or update failed half-way. */
const UNFINISHED = "the last create or update did not finish";

/** One kind of resource as an adapter serves it. Inputs and states are those that Pulumi stores, without the adapter's own fields. */
export interface Operations {
    create(inputs: Tree): Promise<Remains>;
    /** Undefined: certainly gone. Without `inputs`: unchanged. */
    read(id: string, stored: Tree): Promise<{ inputs?: Tree; state: Tree } | undefined>;
    update(id: string, stored: Tree, news: Tree): Promise<Tree>;
    delete(id: string, stored: Tree): Promise<void>;
}

/**
 * Connects a handler to its model: adds deadlines, connection, checkpoints, and the user's spelling in the state. A failure after a
 * checkpoint carries what exists so far; a failed update keeps the old inputs, so that later refreshes and diffs show again what it did not
 * do.
 */
export function operations(model: Model, handler: () => AnyHandler, logOf: (urn: unknown) => Log): Operations {
    const full = (inputs: Tree): Tree => filled(model.inputs, inputs) as Tree;

    async function attempt<T>(verb: Verb, inputs: Tree, timeouts: unknown, body: (ctx: Context<Tree>) => Promise<T>): Promise<T> {
        eachSecret(model.inputs, inputs, hide);
        let remains: Remains | undefined;
        const ms = timeoutOf(verb, timeouts);
        const context = (signal: AbortSignal): Context<Tree> => ({
            log: logOf(inputs["key"]),
            deadline: Deadline.in(ms, signal),
            connect: (given) => resolveConnection(given, process.env, stackConfig),
            checkpoint: (id, state) => {
                remains = { id, state: toState(model, inputs, told(state, inputs), true) };
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
        create: (inputs) =>
            attempt("create", inputs, inputs["timeouts"], async (ctx) => {
                const { id, state } = await handler().create(ctx, full(inputs));
                return { id, state: toState(model, inputs, told(state, inputs)) };
            }),

        async read(id, stored) {
            const { state, inputs, timeouts } = open(stored);
            return attempt("read", inputs, timeouts, async (ctx) => {
                const found = await handler().read(ctx, id, handlerState(model, state));
                if (!found) return undefined;
                const unfinished = state["unfinished"] === true;
                const { drift, key, ...observed } = found.inputs;
                const { drift: _before, ...before } = inputs;
                const all = [...(unfinished ? [UNFINISHED] : []), ...minded(drift, inputs["ignored"])];
                const merged = merge(model, before, observed);
                const after = told(all.length > 0 ? { ...merged, drift: all } : merged, inputs);
                const now = toState(model, after, { ...chosenOf(model, state), ...told(found.state, state) }, unfinished);
                return {
                    // Return an unchanged state as stored, even in an older format: otherwise a refresh shows a change.
                    state: isDeepStrictEqual(now, state) ? stored : now,
                    ...(isDeepStrictEqual(after, inputs) ? {} : { inputs: defined({ ...after, key }) }),
                };
            });
        },

        async update(id, stored, news) {
            const { state, inputs } = open(stored);
            eachSecret(model.inputs, news, hide);
            return attempt("update", { ...inputs, key: news["key"] }, news["timeouts"], async (ctx) => {
                const known = handlerState(model, state);
                const before = known["drift"] === undefined ? known : { ...known, drift: minded(known["drift"], news["ignored"]) };
                const after = await handler().update(ctx, id, before, full(news));
                return toState(model, news, { ...chosenOf(model, state), ...told(after, news) });
            });
        },

        async delete(id, stored) {
            const { state, inputs, timeouts } = open(stored);
            await attempt("delete", inputs, timeouts, (ctx) => handler().delete(ctx, id, handlerState(model, state)));
        },
    };
}

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
