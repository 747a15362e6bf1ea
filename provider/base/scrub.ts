import { printable } from "./printable";

/**
 * Secrets of this process, so that no error text or log line carries one. Whoever takes a secret from inputs or environment hands it
 * to `hide`; whoever makes text that leaves the process passes it through `scrub`.
 */
const hidden = new Set<string>();

export function hide(secret: string | undefined): void {
    if (secret !== undefined && secret.length >= 4) hidden.add(secret);
}

export function scrub(text: string): string {
    let out = text;
    for (const secret of [...hidden].sort((a, b) => b.length - a.length)) {
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
            out = out.replaceAll(form, "[secret]");
    }
    return out;
}

/** Text as it leaves the process for somebody to read: without secrets, and without what a terminal would obey. */
export const forReading = (text: string): string => printable(scrub(text));
