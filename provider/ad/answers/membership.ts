import { failureIn } from "./failures";
import type { AdFailure } from "./failures";

/** What a command said, as the executor gives it back. */
export interface Said {
    code: number;
    stdout: string;
    stderr: string;
}

/** Both outputs as one text, for failureIn and messages. */
export const textOf = (said: Said | undefined): string =>
    said === undefined
        ? ""
        : [said.stdout, said.stderr]
              .map((part) => part.trim())
              .filter(Boolean)
              .join("\n");

/** Where Samba's tools say what went wrong. */
export const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

/** The end of what a command said, as one line of a message. */
export const shortOf = (said: Said | undefined): string => textOf(said).split("\n").slice(-3).join(" | ").slice(-500) || "no answer";

/** `net ads testjoin`: the membership holds, or why not. Texts alone lie: net prints "Join is OK" to stdout only at exit 0. */
export type Membership = { joined: true } | { joined: false; failure: AdFailure; text: string };

export function parseTestjoin(said: Said): Membership {
    return said.code === 0 && /^Join is OK$/m.test(said.stdout) ? { joined: true } : broken(said);
}

function broken(said: Said): Membership {
    const text = textOf(said);
    return { joined: false, failure: ofTheMachine(failureIn(text), text), text };
}

/** The credential that it uses is the machine's own. */
function ofTheMachine(failure: AdFailure, text: string): AdFailure {
    if (failure !== "credential") return failure;
    return /not found in Kerberos database/i.test(text) ? "account-gone" : "secret-differs";
}
