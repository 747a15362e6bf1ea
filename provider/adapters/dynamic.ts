import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { coming } from "../base/coming";
import type { AnyHandler } from "../base/handler";
import { rememberPins } from "../base/pins";
import { Session } from "../base/session";
import { setStackConfig, stackConfig } from "../base/stack-config";
import type { Model } from "../model/meta";
import type { Tree } from "../model/tree";
import { check } from "../runtime/check";
import { checkConnection } from "../runtime/connection-check";
import { diff } from "../runtime/diff";
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
                const failures = [...check(model, own(news)), ...checkConnection(model, news, process.env, stackConfig)];
                if (failures.length === 0) {
                    coming().announce(news["key"]);
                    if (isNew(olds)) for (const text of model.announcements?.(own(news)) ?? []) engineLog(news["key"]).info(text);
                }
                return Promise.resolve({ inputs: news, failures });
            }),

        diff: (id, olds, news) =>
            settled(() => {
                rememberPins(id, olds["hostKeys"]);
                const difference = diff(model, own(olds), own(news), engineLog(news["key"]));
                if (difference.changes !== false) return difference;
                coming().strike(news["key"]);
                // A changed URN is only in the inputs; without `changes` the engine compares those itself.
                return {};
            }),

        async create(inputs) {
            coming().strike(inputs["key"]);
            const { id, state } = await partial(inputs, () => run.create(own(inputs)));
            return { id, outs: state };
        },

        async read(id, props = {}) {
            const found = await said(() => run.read(id, own(props)));
            if (!found) return { id: "" };
            const { state, inputs } = found;
            // Without `inputs` the engine keeps the stored ones.
            return { id, props: withProvider(state, props), ...(inputs && { inputs: withProvider(inputs, props) }) };
        },

        async update(id, olds, news) {
            coming().strike(news["key"]);
            return { outs: await partial(news, () => run.update(id, own(olds), own(news))) };
        },

        delete: (id, props) => said(() => coming().unannounced(() => run.delete(id, own(props)))),
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

/** The engine checks a resource that it does not have yet against nothing. */
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
