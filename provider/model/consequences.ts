import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { same } from "./compare";
import { type Consequence, metaOf, type Model } from "./meta";
import { filled, objectOf, propertiesOf } from "./schema";
import { formatSize, parseSize } from "./size";
import { isTree, pathText, type Tree } from "./tree";

/** A consequence of an actual change. */
export interface Effect {
    property: string;
    consequence: Consequence;
    /** The principals or objects that it affects. */
    whom: readonly string[];
}

/** For every property that is used at creation only. */
const CREATION: Consequence = { does: "only used at creation; what exists is not changed" };

/** The consequence that the model declares for a property. */
export function consequenceOf(schema: z.ZodType): Consequence | undefined {
    const meta = metaOf(schema);
    return meta?.effect ?? (meta?.compare === "ignore" ? CREATION : undefined);
}

/** Side effects of the step from `old` to `news`, both as effective values. No I/O: diff calls it as well as handlers. */
export function consequencesOf(
    { inputs, effective = (given) => given }: Pick<Model, "inputs" | "effective">,
    old: Tree,
    news: Tree,
): Effect[] {
    const [before, after] = [old, news].map((given) => effective(filled(inputs, given) as Tree)) as [Tree, Tree];
    return propertiesOf(inputs).flatMap(([name, schema]) => below(schema, [name], before[name], after[name]));
}

function below(schema: z.ZodType, path: string[], before: unknown, after: unknown): Effect[] {
    const meta = metaOf(schema);
    // A value that the provider chose stays when the program omits it.
    if (meta?.hidden || (meta?.chosen && (before === undefined || after === undefined))) return [];
    const object = objectOf(schema);
    if (object && isTree(before) && isTree(after))
        return propertiesOf(object).flatMap(([name, child]) => below(child, [...path, name], before[name], after[name]));
    const consequence = consequenceOf(schema);
    const alike = meta?.compare === "ignore" ? isDeepStrictEqual(before, after) : same(schema, before, after);
    if (consequence === undefined || alike) return [];
    const concerns = consequence.if?.(before, after) ?? true;
    if (concerns === false || (Array.isArray(concerns) && concerns.length === 0)) return [];
    return [{ property: pathText(path), consequence, whom: Array.isArray(concerns) ? concerns : [] }];
}

/** A consequence as previews show it: `enabled: open connections to the share are closed`. */
export const consequenceText = ({ property, consequence, whom }: Effect): string =>
    `${property}: ${consequence.does}${whom.length === 0 ? "" : ` (${whom.join(", ")})`}`;

/** For properties where only one of two values has a consequence. */
export const becomes = (value: unknown, does: string, effect?: Consequence["effect"]): Consequence => ({
    does,
    when: `set to \`${JSON.stringify(value)}\``,
    if: (_before, after) => after === value,
    effect,
});

const listed = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Entries of the first list that are not in the second. */
export const without = (first: unknown, second: unknown): string[] => listed(first).filter((each) => !listed(second).includes(each));

/** Proxmox VE records the change for a running container and applies it at the next start. */
export const PENDING: Consequence = { does: "takes effect at the next restart of the container" };

/** A reduced size, with the difference. */
export const smaller = (does: string): Consequence => ({
    does,
    when: "smaller",
    if(before, after) {
        const [from, to] = [before, after].map((text) => (typeof text === "string" ? parseSize(text) : undefined));
        return from !== undefined && to !== undefined && to < from ? [`${formatSize(from - to)} less`] : [];
    },
});

export const NO_SHRINKING = smaller("refused, Proxmox VE cannot shrink a volume");
