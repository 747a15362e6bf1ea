/** A blob has about 3 KiB; with root certificates and policies, which djoin may add, some hundred. */
const LARGEST = 1024 * 1024;
/** How each type of a blob starts that is serialized by [MS-RPCE] 2.2.6.1: version 1, little-endian, a header of 8 bytes. */
const HEADER = "0110 0800 cccc cccc".replaceAll(" ", "");

/** The blob alone: `net` and djoin write it as a text with a byte order mark, line ends and a NUL. */
export const bareBlob = (text: string): string => text.replace(/[\uFEFF\0\s]/g, "");

/** Why a text is no blob of an offline join. */
export function blobFault(text: string): string | undefined {
    const bare = bareBlob(text);
    const bytes = Buffer.from(bare, "base64");
    if (bytes.length > LARGEST) return `must have at most ${LARGEST / 1024} KiB`;
    const whole = bytes.toString("base64").replace(/=+$/, "") === bare.replace(/=+$/, "");
    return whole && bytes.toString("hex", 0, 8) === HEADER
        ? undefined
        : "must be the blob of an offline join, as `net offlinejoin provision savefile=FILE` or `djoin /provision /savefile FILE` writes it";
}

/** Whether the blob has the text, such as a computer's name, as one of its strings ([MS-RPCE]: length, then UTF-16, then a NUL). */
export function blobHas(blob: string, text: string): boolean {
    const units = Buffer.from(bareBlob(blob), "base64").toString("utf16le").toLowerCase();
    return units.includes(`${String.fromCharCode(text.length + 1, 0)}${text.toLowerCase()}\0`);
}
