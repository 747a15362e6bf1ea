import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UserInputs } from "../../model";
import { secretOf } from "./secret";

const folder = mkdtempSync(join(tmpdir(), "pvesmb-secret-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "password");
const read = (bytes: Buffer): Promise<unknown> => {
    writeFileSync(file, bytes);
    return secretOf({ passwordFrom: { file } } as UserInputs).then(({ password }) => password);
};
const PASSWORD = "p\u00e4ss w0rd";

test.each([
    ["as Unix writes it", Buffer.from(`${PASSWORD}\n`)],
    ["without an end of line", Buffer.from(PASSWORD)],
    ["with lines as Windows ends them", Buffer.from(`${PASSWORD}\r\nmore\r\n`)],
    ["with a byte order mark", Buffer.from(`\ufeff${PASSWORD}\r\n`)],
    ["as PowerShell writes it", Buffer.from(`\ufeff${PASSWORD}\r\n`, "utf16le")],
    ["in UTF-16 the other way round", Buffer.from(`\ufeff${PASSWORD}\r\n`, "utf16le").swap16()],
])("a password's file %s", async (_, bytes) => expect(await read(bytes)).toBe(PASSWORD));

test("one that is no text, or has no password, is named with its property, and nothing of it", async () => {
    await expect(read(Buffer.from([0x70, 0xe4, 0x73]))).rejects.toThrow(/^passwordFrom\.file: cannot be read: .*not valid/);
    await expect(read(Buffer.from("\ufeff\r\n"))).rejects.toThrow(/^passwordFrom\.file: .* contains no password/);
});
