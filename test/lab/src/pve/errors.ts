/**
 * PVE's way of failing. Every refusal is an HTTP status, a text whose first line is also the reason phrase, and sometimes a map of
 * parameter errors.
 */
export class PveError extends Error {
    constructor(
        readonly status: number,
        /** As PVE has it, without the line feed that ends the `message` member. */
        message: string,
        readonly errors?: Record<string, string>,
    ) {
        super(message);
        this.name = "PveError";
    }

    /** How PVE prints the exception inside another text: the code in front, the parameter errors behind. */
    flattened(): string {
        const lines = Object.entries(this.errors ?? {}).map(([key, text]) => `${key}: ${text}\n`);
        return `${this.errors ? `${this.status} ` : ""}${this.message}\n${lines.join("")}`;
    }
}

/** A plain Perl `die`: 500. */
export function died(message: string): PveError {
    return new PveError(500, message);
}

/** `raise_param_exc`: 400 with an `errors` map. */
export function badParameters(errors: Record<string, string>): PveError {
    return new PveError(400, "Parameter verification failed.", errors);
}

/** `raise_perm_exc`: 403, with what is missing in brackets. */
export function denied(what?: string): PveError {
    return new PveError(403, what ? `Permission check failed (${what})` : "Permission check failed");
}

/** The text of anything thrown, as a task's log or an outer text shows it (without the last line feed). */
export function textOf(error: unknown): string {
    if (error instanceof PveError) return error.errors ? error.flattened().trimEnd() : error.message;
    return error instanceof Error ? error.message : String(error);
}
