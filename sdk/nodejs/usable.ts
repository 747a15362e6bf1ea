import * as pulumi from "@pulumi/pulumi";

/** Plain JavaScript can pass anything: report it in one sentence instead of a TypeError inside the SDK. */
export function needArguments(kind: { name: string }, name: unknown, args: unknown): void {
    if (typeof name !== "string" || name === "")
        throw new pulumi.RunError(`new ${kind.name}(name, args): the name must be a non-empty string`);
    if (typeof args !== "object" || args === null || Array.isArray(args) || pulumi.Output.isInstance(args) || args instanceof Promise)
        throw new pulumi.RunError(`${kind.name} ${name}: the arguments must be an object, such as { ... }, not ${kindOf(args)}`);
}

function kindOf(value: unknown): string {
    if (value === null || value === undefined) return String(value);
    if (Array.isArray(value)) return "a list";
    if (pulumi.Output.isInstance(value)) return "an Output (its properties may be Outputs)";
    return value instanceof Promise ? "a Promise" : `a ${typeof value}`;
}
