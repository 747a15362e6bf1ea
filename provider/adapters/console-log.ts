import type { Log } from "../base/log";
import { forReading } from "../base/scrub";

const said = new Set<string>();

/** Whether something has not been said yet in this process. */
export function firstTime(key: string): boolean {
    if (said.has(key)) return false;
    said.add(key);
    return true;
}

/** What a dynamic provider prints is shown by the CLI as a line of the stack (docs/facts/pulumi.md 1.12); on standard error it would look like a failure. */
export const consoleLog: Log = {
    info: (text) => console.log(forReading(text)),
    warn: (text) => console.log(forReading(`warning: ${text}`)),
    warnOnce(key, text) {
        if (firstTime(key)) this.warn(text);
    },
};
