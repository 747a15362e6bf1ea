import type { Failure } from "../base/handler";
import { connectionInputs } from "../model/connection";
import { bare, type ConnectionPart, metaOf, type Model } from "../model/meta";
import { objectOf, propertiesOf } from "../model/schema";
import { isTree, type Tree } from "../model/tree";
import { reachFaults } from "../machines/reach";
import { readPve, readSsh } from "./connection";
import { hasUnknown, isUnknown } from "./unknown";

type Config = (key: string) => string | undefined;

/**
 * What is missing or malformed to reach Proxmox VE and its hosts, all at once and before anything is touched: a preview says it too. The
 * connection may come from the environment or stack config, so this looks at more than the inputs. An unknown one is taken to be right.
 */
export function checkConnection(model: Model, news: Tree, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    const faults = connectionsIn(model.inputs, news).flatMap((asked) => faultsOf(asked, env, config));
    // Never named as a property: the CLI would print its value, and secrets are among them.
    return [...new Set(faults.map(({ reason }) => reason))].map((reason) => ({ property: "", reason }));
}

/** A `connection` argument, undefined when it was left out, and what is needed of it. */
interface Asked {
    given: Tree | undefined;
    parts: readonly ConnectionPart[];
}

function faultsOf({ given, parts }: Asked, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    // What the model says of it is said already.
    const parsed = connectionInputs.optional().safeParse(given);
    if (!parsed.success) return [];
    const sources = { resource: parsed.data, env, config };
    const pve = parts.includes("proxmox") ? readPve(sources) : undefined;
    const ssh = parts.includes("ssh") ? readSsh(sources) : undefined;
    return [...(pve?.faults ?? []), ...(ssh?.faults ?? []), ...(pve && ssh ? reachFaults({ ssh: ssh.value }) : [])];
}

const BOTH: readonly ConnectionPart[] = ["proxmox", "ssh"];

/** The `connection` arguments of a resource: its own, and those of resources that it refers to. */
function connectionsIn(schema: Model["inputs"], value: Tree): Asked[] {
    const children = propertiesOf(schema);
    // A resource that is not there yet is asked itself; what it needs cannot be told by its id.
    if (children.some(([name, child]) => metaOf(child)?.identity && isUnknown(value[name]))) return [];
    return children.flatMap(([name, child]) => {
        const inner = value[name];
        if (bare(child) === connectionInputs) {
            const parts = metaOf(child)?.needs?.(value) ?? BOTH;
            return hasUnknown(inner) ? [] : [{ given: isTree(inner) ? inner : undefined, parts }];
        }
        const object = objectOf(child);
        return object !== undefined && isTree(inner) ? connectionsIn(object, inner) : [];
    });
}
