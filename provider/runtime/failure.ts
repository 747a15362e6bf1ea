import { messageOf, PvesmbError } from "../base/errors";
import { forReading } from "../base/scrub";
import { trace } from "../base/trace";
import type { Tree } from "../model/tree";

/** What the engine must store about a resource that partly exists. */
export interface Remains {
    id: string;
    state: Tree;
}

/**
 * The only error that leaves the runtime: without secrets, printable, and so that Pulumi's server, which prints `${e}: ${e.stack}` for
 * check, diff, read and delete, shows kind and message once. `remains` makes it a partial failure.
 */
export class OperationFailed extends Error {
    constructor(
        kind: string,
        message: string,
        readonly remains?: Remains,
    ) {
        super(forReading(message));
        this.name = kind;
        this.stack = this.message;
    }

    override toString(): string {
        return this.name;
    }
}

export function operationFailed(error: unknown, remains?: Remains): OperationFailed {
    if (error instanceof OperationFailed) return remains ? new OperationFailed(error.name, error.message, remains) : error;
    if (error instanceof PvesmbError) {
        const log = error.details.log?.length ? `\n  ${error.details.log.slice(-20).join("\n  ")}` : "";
        return new OperationFailed(error.kind, error.message + log, remains);
    }
    trace({ event: "bug", stack: error instanceof Error ? error.stack : String(error) });
    const text = `${messageOf(error)} (this is a bug in pvesmb: please report it with the file that PVESMB_TRACE=<file> writes)`;
    return new OperationFailed("Bug", text, remains);
}
