import { readFile } from "node:fs/promises";
import { messageOf, PvesmbError } from "../base/errors";
import { hide } from "../base/scrub";
import { keytabFault } from "../model/keytab";
import { bareBlob, blobFault } from "../model/offline-join";
import { ticketsFault } from "../model/tickets";
import { passwordFault } from "../model/user/inputs";

/** Where a secret is read from; one of them is set. */
interface Place {
    env?: string;
    file?: string;
}

/** How messages call a place. `source`: the input that names it, such as `passwordFrom`. */
const wordsFor = ({ env, file }: Place, source: string): { property: string; where: string } =>
    file === undefined
        ? { property: `${source}.env`, where: `the environment variable ${env ?? ""}` }
        : { property: `${source}.file`, where: file };

const refused = (property: string, why: string): PvesmbError => new PvesmbError("InvalidInput", `${property}: ${why}`, { property });

/** Reads a password from its place. `source`: the input that names that, such as `passwordFrom`. */
export async function passwordFrom(place: Place, source = "passwordFrom"): Promise<string> {
    const { env, file } = place;
    const { property, where } = wordsFor(place, source);
    const value = file === undefined ? process.env[env ?? ""] : await firstLine(file, property);
    if (value === undefined || value === "") throw refused(property, `${where} contains no password; set it for the \`pulumi\` command`);
    hide(value);
    const fault = passwordFault(value);
    if (fault !== undefined) throw refused(property, `the password ${fault}`);
    return value;
}

/** Reads Kerberos tickets from their place, as Base64. `source`: the input that names that. */
export async function ticketsFrom(place: Place, source: string): Promise<string> {
    const { env, file } = place;
    const { property, where } = wordsFor(place, source);
    const value = file === undefined ? (process.env[env ?? ""] ?? "").trim() : (await bytesOf(file, property)).toString("base64");
    hide(value);
    const fault = ticketsFault(value);
    if (fault === undefined) return value;
    throw refused(
        property,
        file === undefined ? `${where} ${fault}` : `${where} is no Kerberos credential cache; \`kinit -c ${file}\` writes one`,
    );
}

/** Reads a keytab from its place, as Base64. `source`: the input that names that. */
export async function keytabFrom(place: Place, source: string): Promise<string> {
    const { env, file } = place;
    const { property, where } = wordsFor(place, source);
    const value = file === undefined ? (process.env[env ?? ""] ?? "").trim() : (await bytesOf(file, property)).toString("base64");
    hide(value);
    const fault = keytabFault(value);
    if (fault === undefined) return value;
    throw refused(property, file === undefined ? `${where} ${fault}` : `${where} is no keytab`);
}

/** Reads the blob of an offline join from its place. `source`: the input that names that. */
export async function blobFrom(place: Place, source: string): Promise<string> {
    const { env, file } = place;
    const { property, where } = wordsFor(place, source);
    const value = bareBlob(file === undefined ? (process.env[env ?? ""] ?? "") : await textFrom(file, property));
    if (value === "") throw refused(property, `${where} is empty`);
    hide(value);
    const fault = blobFault(value);
    if (fault !== undefined) throw refused(property, `${where} ${fault}`);
    return value;
}

/** Windows editors start a file with a byte order mark, which is not part of the password, and PowerShell writes UTF-16. */
function textOf(bytes: Buffer): string {
    const [first, second] = bytes;
    const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

const unreadable = (property: string, error: unknown): PvesmbError => refused(property, `cannot be read: ${messageOf(error)}`);

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
