import * as pulumi from "@pulumi/pulumi";

type Paths = readonly (readonly string[])[];

/** Marks all secrets in the value as such, whether or not the user did. */
export function sealed(value: unknown, secrets: Paths): unknown {
    if (value === undefined || value === null || secrets.length === 0) return value;
    if (secrets.some((path) => path.length === 0)) return pulumi.secret(value);
    if (!isPlain(value)) return pulumi.output(value).apply((known) => (holdsSecret(known, secrets) ? pulumi.secret(known) : known));
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, sealed(item, below(secrets, name))]));
}

/** Whether it contains a secret. An Output can only be marked as a whole. */
function holdsSecret(value: unknown, secrets: Paths): boolean {
    if (value === undefined || value === null || secrets.length === 0) return false;
    if (secrets.some((path) => path.length === 0)) return true;
    return isPlain(value) && Object.entries(value).some(([name, item]) => holdsSecret(item, below(secrets, name)));
}

const below = (secrets: Paths, name: string): Paths => secrets.filter(([first]) => first === name).map((path) => path.slice(1));

const isPlain = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value) && !pulumi.Output.isInstance(value) && !(value instanceof Promise);
