/**
 * pvesmb's mark in a guest's notes, an HTML comment that PVE's web interface does not show. It says whose the guest is and how far it
 * is, from the very call that creates it; children find the gateway's SSH host keys in it.
 */
export interface Mark {
    /** The URN of the resource. */
    key: string;
    /** Random per create: a copied or replaced guest has another one, or another VMID. */
    nonce: string;
    vmid: number;
    phase: "creating" | "ready";
    /** Unix seconds until which the creating process is believed alive. */
    lease: number;
    /** SHA-256 fingerprints of the guest's SSH host keys. */
    hostKeys: string[];
    /** The program does not declare the data volume's size: a Quota may decide about it (docs/decisions/0010). */
    openSize?: boolean;
}

const FORMAT = 1;
const PATTERN = /\n*<!-- pvesmb (\d+) (\{.*?\}) -->\n*/;

/** Notes with the user's text and the mark below it. */
export function withMark(text: string, mark: Mark): string {
    // `-->` inside the URN would end the comment; JSON lets us write it otherwise.
    const json = JSON.stringify(mark)
        .replaceAll(">", "\\u003e")
        .replaceAll("}", "\\u007d")
        .replace(/\\u007d$/, "}");
    return `${text.trim() === "" ? "" : `${text.trim()}\n\n`}<!-- pvesmb ${FORMAT} ${json} -->`;
}

/** Splits notes into the user's text and the mark, if there is one of a format we know. */
export function readMark(description: string | undefined): { text: string; mark?: Mark } {
    const notes = description ?? "";
    const match = PATTERN.exec(notes);
    const text = notes.replace(PATTERN, "\n\n").trim();
    if (!match || Number(match[1]) !== FORMAT) return { text };
    try {
        return { text, mark: JSON.parse(match[2] ?? "") as Mark };
    } catch {
        return { text };
    }
}
