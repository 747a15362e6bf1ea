import type { Failure } from "../base/handler";
import { connectionInputs } from "../model/connection";
import { bare, type Model } from "../model/meta";
import { objectOf, propertiesOf } from "../model/schema";
import { isTree, type Tree } from "../model/tree";
import { reachFaults } from "../machines/reach";
import { readConnection } from "./connection";
import { hasUnknown } from "./unknown";

type Config = (key: string) => string | undefined;

/**
 * Everything missing or malformed in the connection, from inputs, environment and stack config; runs in a preview too. An unknown
 * connection counts as valid.
 */
export function checkConnection(model: Model, news: Tree, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    const faults = connectionsIn(model.inputs, news).flatMap((given) => faultsOf(given, env, config));
    // Never as a property: the CLI would print its value, which may hold secrets.
    return [...new Set(faults.map(({ reason }) => reason))].map((reason) => ({ property: "", reason }));
}

function faultsOf(given: Tree | undefined, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    // The model already reports its own faults.
    const parsed = connectionInputs.optional().safeParse(given);
    if (!parsed.success) return [];
    const { connection, faults } = readConnection(parsed.data, env, config);
    return [...faults, ...reachFaults(connection)];
}

/** The `connection` arguments of a resource or of the gateway it refers to; `undefined` when omitted. */
function connectionsIn(schema: Model["inputs"], value: Tree): (Tree | undefined)[] {
    return propertiesOf(schema).flatMap(([name, child]) => {
        const inner = value[name];
        if (bare(child) === connectionInputs) return hasUnknown(inner) ? [] : [isTree(inner) ? inner : undefined];
        const object = objectOf(child);
        return object !== undefined && isTree(inner) ? connectionsIn(object, inner) : [];
    });
}
