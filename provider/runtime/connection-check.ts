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
 * What is missing or malformed to reach Proxmox VE and its hosts, all at once and before anything is touched: a preview says it too. The
 * connection may come from the environment or stack config, so this looks at more than the inputs. An unknown one is taken to be right.
 */
export function checkConnection(model: Model, news: Tree, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    const faults = connectionsIn(model.inputs, news).flatMap((given) => faultsOf(given, env, config));
    // Never named as a property: the CLI would print its value, and secrets are among them.
    return [...new Set(faults.map(({ reason }) => reason))].map((reason) => ({ property: "", reason }));
}

function faultsOf(given: Tree | undefined, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    // What the model says of it is said already.
    const parsed = connectionInputs.optional().safeParse(given);
    if (!parsed.success) return [];
    const { connection, faults } = readConnection(parsed.data, env, config);
    return [...faults, ...reachFaults(connection)];
}

/** The `connection` arguments of a resource, its own or that of the gateway it refers to; `undefined` for one that was left out. */
function connectionsIn(schema: Model["inputs"], value: Tree): (Tree | undefined)[] {
    return propertiesOf(schema).flatMap(([name, child]) => {
        const inner = value[name];
        if (bare(child) === connectionInputs) return hasUnknown(inner) ? [] : [isTree(inner) ? inner : undefined];
        const object = objectOf(child);
        return object !== undefined && isTree(inner) ? connectionsIn(object, inner) : [];
    });
}
