import { spending } from "./spent";

/**
 * Seconds that a test waits for what comes by itself. Only a failure takes them: at least four times what the slowest of these things takes
 * on a quiet machine.
 */
const PATIENCE = 240;

const pausing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks every `pause` ms until there is an answer; after `seconds` it throws and says what it waited for. */
export async function until<T>(
    what: string,
    ask: () => Promise<T | undefined | false> | T | undefined | false,
    seconds = PATIENCE,
    pause = 100,
): Promise<T> {
    return spending("waiting", async () => {
        for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
            const answer = await ask();
            if (answer !== undefined && answer !== false) return answer;
            await pausing(pause);
        }
        throw new Error(`${what}: not within ${seconds} s`);
    });
}

/** Repeats expectations of what comes by itself until they hold; after `seconds` it throws what the last one said. */
export async function eventually<T>(expectations: () => Promise<T> | T, seconds = PATIENCE): Promise<T> {
    return spending("waiting", async () => {
        for (const end = Date.now() + seconds * 1000; ; await pausing(100)) {
            try {
                return await expectations();
            } catch (error) {
                if (Date.now() >= end) throw error;
            }
        }
    });
}
