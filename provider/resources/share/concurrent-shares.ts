import type { Deadline } from "../../base/deadline";
import { isKind, PvesmbError } from "../../base/errors";
import { perSession } from "../../base/session";

/** Directories of shares that this process is creating: the gateway knows each one only afterwards. */
const making = perSession(() => new Map<string, { volume: boolean }[]>());

/**
 * Creates a share unless another share is being created at the same path and either has its own volume: that volume would be mounted over
 * the other's files, or be mistaken for one made earlier.
 */
export async function reservingPath<T>(gateway: string, path: string, volume: boolean, work: () => Promise<T>): Promise<T> {
    const key = `${gateway} ${path}`;
    const others = making().get(key) ?? [];
    if (others.some((other) => other.volume || volume))
        throw new PvesmbError("InvalidInput", `path: another share is being created at ${path}; give each share its own directory`, {
            property: "path",
        });
    const own = { volume };
    making().set(key, [...others, own]);
    try {
        return await work();
    } finally {
        const left = (making().get(key) ?? []).filter((each) => each !== own);
        if (left.length > 0) making().set(key, left);
        else making().delete(key);
    }
}

/** A share inside a directory to be deleted may be on its way out too: retry once after a moment. */
export async function retryOnceLater<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    return work().catch(async (error: unknown) => {
        if (!isKind(error, "InvalidInput")) throw error;
        await deadline.sleep(1000);
        return work();
    });
}
