import { isKind, messageOf, PvesmbError } from "../base/errors";

/**
 * For what a removal asks first: an error that means no answer becomes the refusal to delete the gateway, any other is thrown as it is.
 * `gateway`: `CT 9000`; `silent`: who does not answer; `start`: what to start.
 */
export const notRemovable =
    (gateway: string, { silent, start }: { silent: string; start: string }) =>
    (error: unknown): never => {
        if (!isKind(error, "Unreachable")) throw error;
        throw new PvesmbError(
            "Unreachable",
            `the gateway ${gateway} cannot be deleted while its ${silent} does not answer: ${messageOf(error)}. Start ${start} and run again. If it will never come back, \`pulumi state delete --force --target-dependents '<URN of the gateway>'\` makes Pulumi forget the gateway and everything on it (docs/troubleshooting.md)`,
            { dispatched: false },
        );
    };
