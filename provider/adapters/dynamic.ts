import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { pendingResources } from "../base/pending-resources";
import { PvesmbError } from "../base/errors";
import type { AnyHandler, Failure } from "../base/handler";
import { Session } from "../base/session";
import { setStackConfig } from "../base/stack-config";
import type { Model } from "../model/meta";
import type { Tree } from "../model/tree";
import { OperationFailed, operationFailed } from "../runtime/failure";
import { guardProcess } from "../runtime/process";
import { operations } from "../runtime/run";
import { allSaid, engineLog } from "./engine-log";

/** The serialized provider, from which Pulumi's server loads the code; part of every resource's inputs and outputs. */
const PROVIDER = "__provider";

/** One kind of resource as an object for Pulumi's dynamic provider process. Only this file knows that protocol. */
export function dynamicProvider(
    model: Model,
    handler: () => AnyHandler,
    session: Session = ofThisProcess,
): Required<ResourceProvider<Tree, Tree>> {
    const run = operations(model, handler, engineLog);
    return inSession(session, {
        // Not async: the server handles other calls while it awaits this one (pulumi.md 1.5).
        configure({ config }) {
            guardProcess(() => session.close());
            setStackConfig((key) => textOf(config.get(key)));
            return Promise.resolve();
        },

        check: (olds, news) =>
            said(() => {
                const [urn, inputs] = apart(news);
                const found = run.check(urn, inputs, olds);
                const failures = (urn === undefined ? [...found.failures, { property: "", reason: NO_URN }] : found.failures).map(shown);
                if (failures.length === 0) {
                    pendingResources().expect(urn);
                    if (isNew(olds)) for (const text of model.announcements?.(found.inputs) ?? []) engineLog(urn).info(text);
                }
                return Promise.resolve({ inputs: keyed(olds, found.inputs === inputs ? news : { ...news, ...found.inputs }), failures });
            }),

        diff: (id, olds, news) =>
            settled(() => {
                const [urn, inputs] = apart(news);
                const difference = run.diff(urn, id, own(olds), inputs);
                if (difference.changes !== false) return difference;
                pendingResources().settle(urn);
                // A changed URN is only in the inputs; without `changes` the engine compares those itself.
                return {};
            }),

        async create(news) {
            const [urn, inputs] = apart(news);
            pendingResources().settle(urn);
            const { id, state } = await partial(news, () => run.create(known(urn), inputs));
            return { id, outs: state };
        },

        async read(id, props = {}) {
            const found = await said(() => run.read(undefined, id, own(props)));
            if (!found) return { id: "" };
            const { state, inputs, urn } = found;
            // Without `inputs` the engine keeps the stored ones.
            const changed = inputs && withProvider(urn === undefined ? inputs : { ...inputs, [URN]: urn }, props);
            return { id, props: withProvider(state, props), ...(changed && { inputs: changed }) };
        },

        async update(id, olds, news) {
            const [urn, inputs] = apart(news);
            pendingResources().settle(urn);
            return { outs: await partial(news, () => run.update(known(urn), id, own(olds), inputs)) };
        },

        delete: (id, props) => said(() => pendingResources().duringUnexpected(() => run.delete(undefined, id, own(props)))),
    });
}

/** The session of this process: all kinds of resources share gateways and connections. */
const ofThisProcess = new Session();

type Provider = Required<ResourceProvider<Tree, Tree>>;

function inSession(session: Session, provider: Provider): Provider {
    const methods = Object.entries(provider) as [string, (...given: unknown[]) => unknown][];
    const wrapped = methods.map(([name, method]) => [name, (...given: unknown[]) => session.run(() => method(...given))]);
    return Object.fromEntries(wrapped) as Provider;
}

/**
 * Pulumi's server does not pass the URN to a dynamic provider. The SDK puts it into the inputs under this name, and every stored state has
 * it there. The CLI shows no property whose name begins with two underscores.
 */
const URN = "__key";
/** Its name in the inputs of earlier versions. */
const EARLIER = "key";
const NO_URN = "the URN of the resource is missing; use the classes of the pvesmb SDK, which set it";

/** The URN, and the inputs without the adapter's own fields. */
function apart(news: Tree): [urn: string | undefined, inputs: Tree] {
    const { [URN]: urn, [EARLIER]: earlier, ...inputs } = own(news);
    const found = urn ?? earlier;
    return [typeof found === "string" ? found : undefined, inputs];
}

/** With the URN under the name that the old inputs have: another name would be a change of every resource of an earlier version. */
function keyed(olds: Tree | undefined, news: Tree): Tree {
    if (olds?.[EARLIER] === undefined || news[URN] === undefined) return news;
    const { [URN]: urn, ...rest } = news;
    return { ...rest, [EARLIER]: urn };
}

/** The CLI looks a property's value up by its whole name, and shows `{<nil>}` for one within another: its path is part of the text then. */
const shown = ({ property, reason }: Failure): Failure =>
    /[.[]/.test(property) ? { property: "", reason: `${property}: ${reason}` } : { property, reason };

function known(urn: string | undefined): string {
    if (urn === undefined) throw operationFailed(new PvesmbError("InvalidInput", NO_URN));
    return urn;
}

/** For a resource that is not in the state yet, the engine passes no old inputs. */
const isNew = (olds: Tree | undefined): boolean => olds === undefined || Object.keys(olds).length === 0;

function own(properties: Tree): Tree {
    const { [PROVIDER]: _provider, ...rest } = properties;
    return rest;
}

const withProvider = (properties: Tree, from: Tree): Tree => ({ ...properties, [PROVIDER]: from[PROVIDER] });

/** Stack configuration may hold any YAML value. */
const textOf = (value: unknown): string | undefined => (value === undefined || typeof value === "string" ? value : JSON.stringify(value));

async function settled<T>(work: () => T): Promise<T> {
    try {
        return await said(() => Promise.resolve(work()));
    } catch (error) {
        throw operationFailed(error);
    }
}

async function said<T>(work: () => Promise<T>): Promise<T> {
    try {
        return await work();
    } finally {
        await allSaid();
    }
}

/**
 * Converts a partial failure to the form that Pulumi's server expects. In that case the server does not add `__provider` to the state, and
 * without it a resource can be neither read nor deleted (pulumi.md 1.8).
 */
async function partial<T>(news: Tree, work: () => Promise<T>): Promise<T> {
    try {
        return await said(work);
    } catch (error) {
        if (!(error instanceof OperationFailed) || !error.remains) throw error;
        const { id, state } = error.remains;
        throw Object.assign(error, { id, properties: withProvider(state, news), reasons: [error.message] });
    }
}
