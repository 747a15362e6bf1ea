/** A key has some eighty bytes; one keytab for many machines may hold thousands. */
const LARGEST = 256 * 1024;

/** Why a text is no keytab in Base64. Version 2 of the file format (MIT's keytab_file_format), which every tool writes. */
export function keytabFault(text: string): string | undefined {
    const bytes = Buffer.from(text, "base64");
    if (bytes.length > LARGEST) return `must have at most ${LARGEST / 1024} KiB`;
    const whole = bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
    return whole && bytes.length > 2 && bytes[0] === 5 && bytes[1] === 2
        ? undefined
        : "must be a keytab in Base64: `base64 -w0 FILE` of the one that ktutil, ktpass or `samba-tool domain exportkeytab` writes";
}
