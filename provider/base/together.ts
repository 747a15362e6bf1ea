import { isKind, messageOf, PvesmbError } from "./errors";

/** Waits for all promises. Several failures become one error with the first one's kind and all messages. */
export async function together<T extends readonly unknown[]>(...looks: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
    const results = await Promise.allSettled(looks);
    const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
    const [first, ...more] = failures;
    if (failures.length === 0) return results.map((result) => (result.status === "fulfilled" ? result.value : undefined)) as unknown as T;
    if (more.length === 0 || !(first instanceof PvesmbError)) throw first;
    throw new PvesmbError(first.kind, failures.map(messageOf).join("\n"), first.details);
}

/** Waits for work that another caller has started; if that runs into the other's shorter deadline, does the `work` itself. */
export const sharedOr = <T>(shared: Promise<T>, work: () => Promise<T>): Promise<T> =>
    shared.catch((error: unknown) => {
        if (!isKind(error, "Timeout")) throw error;
        return work();
    });
