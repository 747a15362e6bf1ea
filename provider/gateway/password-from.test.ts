import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blobFrom, keytabFrom, passwordFrom, ticketsFrom } from "./password-from";

const folder = mkdtempSync(join(tmpdir(), "pvesmb-secret-"));
const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
};
const CACHE = Buffer.from([5, 4, 0, 12, 0, 255]);
afterAll(() => rmSync(folder, { recursive: true }));

test("a password is the file's first line, whatever editor wrote it", async () => {
    expect(await passwordFrom({ file: file("unix", "long enough\nmore\n") })).toBe("long enough");
    expect(await passwordFrom({ file: file("windows", Buffer.from("\ufefflong enough\r\n", "utf16le")) })).toBe("long enough");
});

test("tickets are a file as kinit writes it, or Base64 in a variable", async () => {
    expect(await ticketsFrom({ file: file("cache", CACHE) }, "x")).toBe(CACHE.toString("base64"));
    process.env["PVESMB_TICKETS"] = `${CACHE.toString("base64")}\n`;
    expect(await ticketsFrom({ env: "PVESMB_TICKETS" }, "x")).toBe(CACHE.toString("base64"));
    delete process.env["PVESMB_TICKETS"];
});

test("a keytab is a file, or Base64 in a variable", async () => {
    const keys = Buffer.from([5, 2, 0, 0, 0, 9]);
    expect(await keytabFrom({ file: file("keys", keys) }, "x")).toBe(keys.toString("base64"));
    process.env["PVESMB_KEYTAB"] = `${keys.toString("base64")}\n`;
    expect(await keytabFrom({ env: "PVESMB_KEYTAB" }, "x")).toBe(keys.toString("base64"));
    delete process.env["PVESMB_KEYTAB"];
    await expect(keytabFrom({ env: "PVESMB_KEYTAB" }, "credential.keytabFrom")).rejects.toThrow(
        /^credential\.keytabFrom\.env: the environment variable PVESMB_KEYTAB must be a keytab in Base64/,
    );
    await expect(keytabFrom({ file: file("cache", CACHE) }, "credential.keytabFrom")).rejects.toThrow(
        /^credential\.keytabFrom\.file: \S+cache is no keytab$/,
    );
});

test("a blob is a file as net and djoin write it, or its text in a variable", async () => {
    const blob = Buffer.concat([Buffer.from("01100800cccccccc", "hex"), Buffer.alloc(8)]).toString("base64");
    expect(await blobFrom({ file: file("blob", Buffer.from(`\uFEFF${blob}\0`, "utf16le")) }, "x")).toBe(blob);
    process.env["PVESMB_BLOB"] = `${blob}\n`;
    expect(await blobFrom({ env: "PVESMB_BLOB" }, "x")).toBe(blob);
    delete process.env["PVESMB_BLOB"];
    await expect(blobFrom({ env: "PVESMB_BLOB" }, "offlineJoin.blobFrom")).rejects.toThrow(/^offlineJoin\.blobFrom\.env: .* is empty$/);
    await expect(blobFrom({ file: file("text", "no blob") }, "offlineJoin.blobFrom")).rejects.toThrow(
        /text must be the blob of an offline join/,
    );
});

test.each<[string, { env?: string; file?: string }, RegExp]>([
    ["a file that is missing", { file: join(folder, "none") }, /^credential\.ticketsFrom\.file: cannot be read: .*ENOENT/],
    [
        "a keytab",
        { file: file("keytab", Buffer.from([5, 2])) },
        /^credential\.ticketsFrom\.file: \S+keytab is no Kerberos credential cache/,
    ],
    ["a variable that is not set", { env: "PVESMB_NONE" }, /^credential\.ticketsFrom\.env: the environment variable PVESMB_NONE must be/],
])("%s is named", async (_, from, message) => {
    await expect(ticketsFrom(from, "credential.ticketsFrom")).rejects.toThrow(message);
});
