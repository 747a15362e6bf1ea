import { failureIn } from "./failures";
import type { AdFailure } from "./failures";

/** What a command said, as the executor gives it back. */
export interface Said {
    code: number;
    stdout: string;
    stderr: string;
}

/** `net ads testjoin` and `wbinfo -t`: the membership holds, or why not. Texts alone lie: net prints "Join is OK" to stdout only at exit 0. */
export type Membership = { joined: true } | { joined: false; failure: AdFailure; text: string };

export function parseTestjoin({ code, stdout, stderr }: Said): Membership {
    if (code === 0 && /^Join is OK$/m.test(stdout)) return { joined: true };
    return broken(stdout, stderr);
}

export function parseTrustCheck({ code, stdout, stderr }: Said): Membership {
    if (code === 0 && /^checking the trust secret for domain .* succeeded$/m.test(stdout)) return { joined: true };
    return broken(stdout, stderr);
}

function broken(stdout: string, stderr: string): Membership {
    const text = [stdout, stderr]
        .map((part) => part.trim())
        .filter(Boolean)
        .join("\n");
    return { joined: false, failure: ofTheMachine(failureIn(text), text), text };
}

/** The credential that both commands use is the machine's own. */
function ofTheMachine(failure: AdFailure, text: string): AdFailure {
    if (failure !== "credential") return failure;
    return /not found in Kerberos database/i.test(text) ? "account-gone" : "secret-differs";
}
