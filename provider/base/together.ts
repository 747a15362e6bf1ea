import { isKind, messageOf, PvesmbError } from "./errors";

/** Waits for all looks. When several fail none is lost: a failure of the first one's kind with everybody's words. */
export async function together<T extends readonly unknown[]>(...looks: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
    const results = await Promise.allSettled(looks);
    const failures = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
    const [first, ...more] = failures;
    if (failures.length === 0) return results.map((result) => (result.status === "fulfilled" ? result.value : undefined)) as unknown as T;
    if (more.length === 0 || !(first instanceof PvesmbError)) throw first;
    throw new PvesmbError(first.kind, failures.map(messageOf).join("\n"), first.details);
}

/** Work that somebody else has begun, whose deadline may be shorter than the own one: if it runs out of time, the own `work` is done. */
export const sharedOr = <T>(shared: Promise<T>, work: () => Promise<T>): Promise<T> =>
    shared.catch((error: unknown) => {
        if (!isKind(error, "Timeout")) throw error;
        return work();
    });
