import type { Log } from "../base/log";
import { forReading } from "../base/scrub";
import { perSession } from "../base/session";

const said = perSession(() => new Set<string>());

/** A log that writes with these two functions; `warnOnce` is per process. */
export const logBy = (info: (text: string) => void, warn: (text: string) => void): Log => ({
    info,
    warn,
    warnOnce(key, text) {
        if (said().has(key)) return;
        said().add(key);
        warn(text);
    },
});

/** The CLI shows a dynamic provider's stdout as lines of the stack (docs/facts/pulumi.md 1.12); stderr would look like a failure. */
export const consoleLog = logBy(
    (text) => console.log(forReading(text)),
    (text) => console.log(forReading(`warning: ${text}`)),
);
