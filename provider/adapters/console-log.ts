import type { Log } from "../base/log";
import { forReading } from "../base/scrub";

const said = new Set<string>();

/** What a dynamic provider prints is shown by the CLI as a line of the stack (pulumi.md 1.12); on standard error it would look like a failure. */
export const consoleLog: Log = {
    info: (text) => console.log(forReading(text)),
    warn: (text) => console.log(forReading(`warning: ${text}`)),
    warnOnce(key, text) {
        if (said.has(key)) return;
        said.add(key);
        this.warn(text);
    },
};
