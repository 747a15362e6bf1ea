import { spending } from "./spent";

/** Asks every `pause` ms until there is an answer; after `seconds` it throws and says what it waited for. */
export async function until<T>(
    what: string,
    ask: () => Promise<T | undefined | false> | T | undefined | false,
    seconds = 60,
    pause = 100,
): Promise<T> {
    return spending("waiting", async () => {
        for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
            const answer = await ask();
            if (answer !== undefined && answer !== false) return answer;
            await new Promise((resolve) => setTimeout(resolve, pause));
        }
        throw new Error(`${what}: not within ${seconds} s`);
    });
}
