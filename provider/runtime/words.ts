import type { z } from "zod";

type Issue = z.core.$ZodRawIssue;

const KINDS: Record<string, string> = {
    string: "a string",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "an object",
    record: "an object",
};

const kindOf = (value: unknown): string =>
    value === null ? "null" : Array.isArray(value) ? "a list" : (KINDS[typeof value] ?? typeof value);

/** Message for a fault that the model does not describe. Never contains the value. */
export function wording(issue: Issue): string {
    switch (issue.code) {
        case "invalid_type":
            if (issue.input === undefined) return "is required";
            if (issue.expected === "int" && typeof issue.input === "number") return "must be a whole number";
            return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(issue.input)}`;
        case "invalid_value":
            if (issue.input === undefined) return "is required";
            return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
        case "too_small":
            return `must ${amount(issue.origin, "at least", issue.minimum)}`;
        case "too_big":
            return `must ${amount(issue.origin, "at most", issue.maximum)}`;
        default:
            return "is malformed";
    }
}

function amount(origin: string, bound: string, limit: number | bigint): string {
    if (origin === "string") return `have ${bound} ${limit} characters`;
    if (origin === "array") return `have ${bound} ${limit} entries`;
    return `be ${bound} ${limit}`;
}
