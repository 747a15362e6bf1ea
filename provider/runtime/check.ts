import type { Failure } from "../base/handler";
import { nearest } from "../base/nearest";
import { metaOf, type Model, type Rule } from "../model/meta";
import { holdsSecret, objectOf, propertiesOf, schemasOn } from "../model/schema";
import { isTree, type Path, pathText, type Tree } from "../model/tree";
import { unknownPaths } from "./unknown";
import { wording } from "./words";

interface Fault {
    path: Path;
    reason: string;
    /** An unknown property: its value may be anything, even a password under a misspelt name. */
    foreign?: boolean;
}

/**
 * Faults in inputs, in the user's terms; the inputs stay as they are, without defaults. Unknown values (preview) count as valid: no fault
 * is reported at, above or below one, and rules that need one are skipped.
 */
export function check(model: Model, news: unknown): Failure[] {
    if (!isTree(news)) return [{ property: "", reason: "must be an object" }];
    const unknown = unknownPaths(news);
    const hidden = (path: Path): boolean => unknown.some((place) => startsWith(place, path) || startsWith(path, place));
    const faults = faultsOf(model, news).filter(({ path }) => !hidden(path));
    return [...faults.map((fault) => failure(model, fault)), ...ruleFailures(model, news, unknown)];
}

function faultsOf(model: Model, news: Tree): Fault[] {
    const parsed = model.inputs.safeParse(news, { error: wording });
    if (parsed.success) return [];
    return parsed.error.issues.flatMap((issue): Fault[] => {
        const path = issue.path as Path;
        if (issue.code !== "unrecognized_keys") return [{ path, reason: issue.message }];
        return issue.keys.map((key) => ({ path: [...path, key], reason: unknownProperty(model, path, key), foreign: true }));
    });
}

function unknownProperty(model: Model, path: Path, key: string): string {
    const parent = schemasOn(model.inputs, path)[path.length];
    const object = parent && objectOf(parent);
    const names = object ? propertiesOf(object).flatMap(([name, schema]) => (metaOf(schema)?.hidden ? [] : [name])) : [];
    const close = nearest(key, names);
    const notOne = `is not a property of ${path.length === 0 ? model.kind : pathText(path)}`;
    return close === undefined ? `${notOne}; there are ${names.join(", ")}` : `${notOne}; did you mean ${close}?`;
}

/** Runs the rules whose properties are known and valid. */
function ruleFailures(model: Model, news: Tree, unknown: Path[]): Failure[] {
    const good: Tree = {};
    for (const [name, schema] of propertiesOf(model.inputs)) {
        if (unknown.some(([first]) => first === name)) continue;
        const parsed = schema.safeParse(news[name]);
        if (parsed.success) good[name] = parsed.data;
    }
    const ready = (rule: Rule<Tree>): boolean => rule.needs.every((name) => Object.hasOwn(good, name));
    return model.rules
        .filter(ready)
        .flatMap((rule) => rule.check(good).map(({ property, reason }) => failure(model, { path: parsePath(property), reason })));
}

/**
 * The CLI prints the value of the property in a failure, secrets in clear (pulumi.md 5). Near a secret the failure therefore names the
 * whole resource, and its reason the property.
 */
function failure(model: Model, { path, reason, foreign }: Fault): Failure {
    const text = pathText(path);
    const schemas = schemasOn(model.inputs, path);
    const place = schemas[path.length];
    const secret =
        foreign || schemas.some((schema) => metaOf(schema)?.secret) || (place !== undefined && path.length > 0 && holdsSecret(place));
    return secret ? { property: "", reason: `${text}: ${reason}` } : { property: text, reason };
}

const startsWith = (path: Path, start: Path): boolean => start.every((part, i) => path[i] === part);

/** The inverse of pathText, for property paths from rules. */
function parsePath(text: string): Path {
    return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, name]) =>
        index !== undefined ? Number(index) : quoted !== undefined ? (JSON.parse(quoted) as string) : (name ?? ""),
    );
}
