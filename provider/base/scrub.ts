import { printable } from "./printable";

/**
 * The secrets of this process. Pass each secret from inputs or environment to `hide`, and each text that leaves the process through
 * `scrub`.
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

/** Text that leaves the process for a reader: without secrets and terminal control characters. */
export const forReading = (text: string): string => printable(scrub(text));
