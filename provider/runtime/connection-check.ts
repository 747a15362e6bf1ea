import type { Failure } from "../base/handler";
import { connectionInputs } from "../model/connection";
import { bare, type ConnectionPart, metaOf, type Model, referenceOf } from "../model/meta";
import { objectOf, propertiesOf } from "../model/schema";
import { isTree, type Tree } from "../model/tree";
import { loginFaults, reachFaults } from "../machines/reach";
import { readPve, readSsh } from "./connection";
import { hasUnknown, isUnknown } from "./unknown";

type Config = (key: string) => string | undefined;

/**
 * Everything missing or malformed in the connection, from inputs, environment and stack config; runs in a preview too. An unknown
 * connection counts as valid.
 */
export function checkConnection(model: Model, news: Tree, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    const faults = connectionsIn(model.inputs, news).flatMap((asked) => faultsOf(asked, env, config));
    // Never as a property: the CLI would print its value, which may hold secrets.
    return [...new Set(faults.map(({ reason }) => reason))].map((reason) => ({ property: "", reason }));
}

/** A `connection` argument, undefined when omitted, and the parts of it that the resource needs. */
interface Asked {
    given: Tree | undefined;
    parts: readonly ConnectionPart[];
}

function faultsOf({ given, parts }: Asked, env: NodeJS.ProcessEnv, config: Config): Failure[] {
    // The model already reports its own faults.
    const parsed = connectionInputs.optional().safeParse(given);
    if (!parsed.success) return [];
    const sources = { resource: parsed.data, env, config };
    const pve = parts.includes("proxmox") ? readPve(sources) : undefined;
    const ssh = parts.includes("ssh") ? readSsh(sources) : undefined;
    return [
        ...(pve?.faults ?? []),
        ...(ssh?.faults ?? []),
        ...(ssh ? (pve ? reachFaults({ ssh: ssh.value }) : ssh.faults.length > 0 ? [] : loginFaults({ ssh: ssh.value })) : []),
    ];
}

const BOTH: readonly ConnectionPart[] = ["proxmox", "ssh"];

/** The `connection` arguments of a resource and of the resources that it refers to. */
function connectionsIn(schema: Model["inputs"], value: Tree): Asked[] {
    const children = propertiesOf(schema);
    // A resource that does not exist yet is checked by itself; its id does not say yet what it needs.
    if (children.some(([name, child]) => metaOf(child)?.identity && isUnknown(value[name]))) return [];
    return children.flatMap(([name, child]) => {
        const inner = value[name];
        if (bare(child) === connectionInputs) {
            const parts = metaOf(child)?.needs?.(value) ?? BOTH;
            return hasUnknown(inner) ? [] : [{ given: isTree(inner) ? inner : undefined, parts }];
        }
        const element = referenceOf(child);
        if (Array.isArray(inner) && element !== undefined)
            return inner.flatMap((each: unknown) => (isTree(each) ? connectionsIn(element as Model["inputs"], each) : []));
        const object = objectOf(child);
        return object !== undefined && isTree(inner) ? connectionsIn(object, inner) : [];
    });
}
