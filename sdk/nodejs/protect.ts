import * as pulumi from "@pulumi/pulumi";
import { holdsData, type Kind } from "../../provider/base/kind";

/**
 * A resource whose data would go with it is protected by the engine itself, so that `destroy` stops before anything on it is gone. The engine
 * takes no Output for that: where it is only known later whether there is something to protect, the provider's own refusal has to do.
 */
export function protectedBy(kind: Kind, name: string, args: object, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
    if (opts.protect !== undefined) return opts;
    const holds = holdsData(kind, args, isLater);
    if (holds !== "later") return holds ? { ...opts, protect: true } : opts;
    const inputs = [...new Set((kind.holdsData ?? []).flatMap(({ input, unless }) => [input, ...unless.map(({ path }) => path[0] ?? "")]))];
    const given = Object.fromEntries(inputs.map((input) => [input, (args as Record<string, unknown>)[input]]));
    void pulumi.output(given).apply((known) => {
        if (holdsData(kind, known) === true)
            void pulumi.log.warn(
                `${kind.name} ${name}: Pulumi cannot protect it, because ${inputs.map((input) => `\`${input}\``).join(" or ")} is an Output: \`pulumi destroy\` takes away what is on it before it refuses to go with its data. Give plain values, or the resource option \`protect: true\``,
            );
    });
    return opts;
}

export const isLater = (value: unknown): boolean => pulumi.Output.isInstance(value) || value instanceof Promise;
