/** Far more than tickets with large PACs take. */
const LARGEST = 256 * 1024;

/** Why a text is no credential cache in Base64. Versions 3 and 4 of the file format (MIT's ccache_file_format): Heimdal reads both. */
export function ticketsFault(text: string): string | undefined {
    const bytes = Buffer.from(text, "base64");
    if (bytes.length > LARGEST) return `must have at most ${LARGEST / 1024} KiB`;
    const whole = bytes.toString("base64").replace(/=+$/, "") === text.replace(/=+$/, "");
    return whole && bytes[0] === 5 && (bytes[1] === 4 || bytes[1] === 3)
        ? undefined
        : "must be a Kerberos credential cache in Base64: `base64 -w0 FILE` of the one that `kinit -c FILE` writes";
}
