import type { Log } from "../base/log";
import { forReading } from "../base/scrub";
import { perSession } from "../base/session";

const said = perSession(() => new Set<string>());

/** A log that says things by these two; what is to be said once, in this process. */
export const logBy = (info: (text: string) => void, warn: (text: string) => void): Log => ({
    info,
    warn,
    warnOnce(key, text) {
        if (said().has(key)) return;
        said().add(key);
        warn(text);
    },
});

/** What a dynamic provider prints is shown by the CLI as a line of the stack (docs/facts/pulumi.md 1.12); on standard error it would look like a failure. */
export const consoleLog = logBy(
    (text) => console.log(forReading(text)),
    (text) => console.log(forReading(`warning: ${text}`)),
);
