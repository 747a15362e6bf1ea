import * as pulumi from "@pulumi/pulumi";
import { holdsData, type Kind, staysBehind } from "../../provider/base/kind";

/**
 * Lets the engine protect a resource whose data would be deleted with it, so that `destroy` stops before it deletes anything that depends
 * on it. The engine accepts no Output here: if the values are only known later, the provider's own refusal must do.
 */
export function protectedBy(kind: Kind, name: string, args: object, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    if (opts.protect !== undefined) return opts;
    const holds = holdsData(kind, args, isLater);
    if (holds !== "later") return holds ? { ...opts, protect: true } : opts;
    // Resources on it are deleted with it (deleted-with.ts), so the provider refuses before anything is gone.
    if (!staysBehind(kind, args, isLater)) return opts;
    const held = (kind.holdsData ?? []).map(({ input }) => input);
    const inputs = [...held, ...(kind.holdsData ?? []).flatMap(({ unless }) => unless.map(({ path }) => path[0] ?? ""))];
    const given = Object.fromEntries(inputs.map((input) => [input, (args as Record<string, unknown>)[input]]));
    void pulumi.output(given).apply((known) => {
        if (holdsData(kind, known) === true)
            void pulumi.log.warn(
                `${kind.name} ${name}: Pulumi cannot protect it, because ${held.map((input) => `\`${input}\``).join(" or ")} is an Output: \`pulumi destroy\` deletes what is on it before it refuses to be deleted with its data. Give a plain object (its properties may be Outputs), or the resource option \`protect: true\``,
            );
    });
    return opts;
}

export const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;
