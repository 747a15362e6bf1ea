import type { Deadline } from "../../base/deadline";
import { isKind, PvesmbError } from "../../base/errors";
import { perSession } from "../../base/session";

/** Directories of shares that this process is making: the gateway knows of each only once it is made. */
const making = perSession(() => new Map<string, { volume: boolean }[]>());

/**
 * Makes a share while no other one is made at the same path that has a volume of its own: that one would be mounted over this one's files, or
 * be taken for this one's, made earlier.
 */
export async function makingAt<T>(gateway: string, path: string, volume: boolean, work: () => Promise<T>): Promise<T> {
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

/** What lies in a directory that goes may be going at the same time: it gets a moment for that. */
export async function onceAlone<T>(deadline: Deadline, work: () => Promise<T>): Promise<T> {
    return work().catch(async (error: unknown) => {
        if (!isKind(error, "InvalidInput")) throw error;
        await deadline.sleep(1000);
        return work();
    });
}
