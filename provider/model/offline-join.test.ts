import { bareBlob, blobFault, blobHas } from "./offline-join";

/** As a serialized structure has a string: longest length, offset, length, UTF-16 with a NUL. */
function string(text: string): Buffer {
    const numbers = Buffer.alloc(12);
    numbers.writeUInt32LE(text.length + 1, 0);
    numbers.writeUInt32LE(text.length + 1, 8);
    const units = Buffer.from(`${text}\0`, "utf16le");
    return Buffer.concat([numbers, units, Buffer.alloc(-units.length & 3)]);
}
const header = Buffer.from("01100800cccccccc", "hex");
const blob = Buffer.concat([header, Buffer.alloc(8), string("ad.example.com"), string("FILES"), string("p\u4e00ss")]).toString("base64");

test("a blob as net, djoin and an editor write it is the same blob", () => {
    for (const text of [blob, `\uFEFF${blob}\0`, `${blob.slice(0, 20)}\r\n${blob.slice(20)}\r\n`]) {
        expect(blobFault(text)).toBeUndefined();
        expect(bareBlob(text)).toBe(blob);
    }
});

test.each([
    "",
    "no blob",
    "ARAIAMzMzM",
    Buffer.alloc(64).toString("base64"),
    `${blob}!`,
    Buffer.concat([header, Buffer.alloc(2 ** 21)]).toString("base64"),
])("what is none is refused: %.20s", (text) => {
    expect(blobFault(text)).toMatch(/^must /);
});

test("names are found whole, in any case", () => {
    expect(["files", "FILES", "ad.example.com", "AD.example.COM"].map((name) => blobHas(blob, name))).toEqual([true, true, true, true]);
    expect(["file", "iles", "example.com", "files2", ""].map((name) => blobHas(blob, name))).toEqual([false, false, false, false, false]);
});
