import { readFile } from "node:fs/promises";
import { messageOf, PvesmbError } from "../base/errors";
import { hide } from "../base/scrub";
import { bareBlob, blobFault } from "../model/offline-join";
import { ticketsFault } from "../model/tickets";
import { passwordFault } from "../model/user/inputs";

/** Reads a password from its source. `property`: the input that names the source, such as `passwordFrom`. */
export async function passwordFrom({ env, file }: { env?: string; file?: string }, source = "passwordFrom"): Promise<string> {
    const property = file === undefined ? `${source}.env` : `${source}.file`;
    const value = file === undefined ? process.env[env ?? ""] : await firstLine(file, property);
    if (value === undefined || value === "")
        throw new PvesmbError(
            "InvalidInput",
            `${property}: ${file ?? `the environment variable ${env ?? ""}`} contains no password; set it for the \`pulumi\` command`,
            { property },
        );
    hide(value);
    const fault = passwordFault(value);
    if (fault !== undefined) throw new PvesmbError("InvalidInput", `${property}: the password ${fault}`, { property });
    return value;
}

/** Reads Kerberos tickets from their source, as Base64. `property`: the input that names the source. */
export async function ticketsFrom({ env, file }: { env?: string; file?: string }, source: string): Promise<string> {
    const property = file === undefined ? `${source}.env` : `${source}.file`;
    const value = file === undefined ? (process.env[env ?? ""] ?? "").trim() : (await bytesOf(file, property)).toString("base64");
    hide(value);
    const fault = ticketsFault(value);
    if (fault === undefined) return value;
    const why =
        file === undefined
            ? `the environment variable ${env ?? ""} ${fault}`
            : `${file} is no Kerberos credential cache; \`kinit -c ${file}\` writes one`;
    throw new PvesmbError("InvalidInput", `${property}: ${why}`, { property });
}

/** Reads the blob of an offline join from its source. `property`: the input that names the source. */
export async function blobFrom({ env, file }: { env?: string; file?: string }, source: string): Promise<string> {
    const property = file === undefined ? `${source}.env` : `${source}.file`;
    const value = bareBlob(file === undefined ? (process.env[env ?? ""] ?? "") : await textFrom(file, property));
    if (value !== "") hide(value);
    const fault = value === "" ? "is empty" : blobFault(value);
    if (fault === undefined) return value;
    throw new PvesmbError("InvalidInput", `${property}: ${file ?? `the environment variable ${env ?? ""}`} ${fault}`, { property });
}

/** Windows editors start a file with a byte order mark, which is not part of the password, and PowerShell writes UTF-16. */
function textOf(bytes: Buffer): string {
    const [first, second] = bytes;
    const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

const unreadable = (property: string, error: unknown): PvesmbError =>
    new PvesmbError("InvalidInput", `${property}: cannot be read: ${messageOf(error)}`, { property });

const bytesOf = (file: string, property: string): Promise<Buffer> =>
    readFile(file).catch((error: unknown) => {
        throw unreadable(property, error);
    });

const firstLine = async (file: string, property: string): Promise<string | undefined> => (await textFrom(file, property)).split(/\r?\n/)[0];

async function textFrom(file: string, property: string): Promise<string> {
    const bytes = await bytesOf(file, property);
    try {
        return textOf(bytes);
    } catch (error) {
        throw unreadable(property, error);
    }
}
