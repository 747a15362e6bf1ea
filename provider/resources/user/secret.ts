import { readFile } from "node:fs/promises";
import { messageOf, PvesmbError } from "../../base/errors";
import { hide } from "../../base/scrub";
import type { UserInputs } from "../../model";
import { passwordFault } from "../../model/user/inputs";
import { ntHash } from "../../samba/nt-hash";
import type { PasswordChange } from "../../samba/user-unit";
import type { UserState } from "./types";

/** What `drift` says of a user whose entry in Samba's database is missing: the password then has to be set again. */
export const ACCOUNT_GONE = "the Samba account was deleted";

/** The declared password, read from where it is, or its hash. */
export async function secretOf(inputs: UserInputs): Promise<PasswordChange> {
    if (inputs.ntHash !== undefined) return { ntHash: inputs.ntHash };
    return { password: inputs.password ?? (await readFrom(inputs.passwordFrom ?? {})) };
}

/** What an update has to do about the password. One that the user was told to choose is left alone until another one is declared. */
export async function secretChange(state: UserState, inputs: UserInputs): Promise<PasswordChange> {
    const drift = state.drift ?? [];
    // Whose own it has become by the program's word.
    const own = inputs.passwordMustChange || inputs.ignored?.includes(secretName(inputs));
    // Nothing was told of it while it was ignored.
    const ignoredNoMore = state.ignored?.includes(secretName(inputs)) && !inputs.ignored?.includes(secretName(inputs));
    const declared = text(state) !== text(inputs) || drift.includes(ACCOUNT_GONE) || ignoredNoMore === true;
    const repaired = !own && (state.passwordMustChange || inputs.passwordFrom !== undefined || drift.length > 0);
    const told = state.passwordMustChange !== inputs.passwordMustChange || (declared && inputs.passwordMustChange);
    return {
        ...(declared || repaired ? await secretOf(inputs) : {}),
        ...(told ? { mustChange: inputs.passwordMustChange } : {}),
    };
}

/** The property that says what the password is. */
export const secretName = ({ password, ntHash: hash }: UserInputs): "password" | "passwordFrom" | "ntHash" =>
    hash !== undefined ? "ntHash" : password !== undefined ? "password" : "passwordFrom";

const text = ({ password, passwordFrom, ntHash: hash }: UserInputs): string =>
    JSON.stringify([password, passwordFrom?.env, passwordFrom?.file, hash?.toUpperCase()]);

/** Upper case hash of the password as it should be on the host; undefined where nobody here can know it. */
export async function declaredHash(state: UserInputs): Promise<string | undefined> {
    if (state.passwordMustChange) return undefined;
    if (state.ntHash !== undefined) return state.ntHash.toUpperCase();
    if (state.password !== undefined) return ntHash(state.password);
    // Whoever only refreshes need not have the password.
    return readFrom(state.passwordFrom ?? {}).then(ntHash, () => undefined);
}

async function readFrom({ env, file }: NonNullable<UserInputs["passwordFrom"]>): Promise<string> {
    const property = file === undefined ? "passwordFrom.env" : "passwordFrom.file";
    const value = file === undefined ? process.env[env ?? ""] : await firstLine(file, property);
    if (value === undefined || value === "")
        throw new PvesmbError(
            "InvalidInput",
            `${property}: ${file ?? `the environment variable ${env ?? ""}`} holds no password; set it for the \`pulumi\` command`,
            { property },
        );
    hide(value);
    const fault = passwordFault(value);
    if (fault !== undefined) throw new PvesmbError("InvalidInput", `${property}: the password ${fault}`, { property });
    return value;
}

/** Editors of Windows begin a file with a byte order mark, which is no part of the password, and its shell writes UTF-16. */
function textOf(bytes: Buffer): string {
    const [first, second] = bytes;
    const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}

async function firstLine(file: string, property: string): Promise<string | undefined> {
    try {
        return textOf(await readFile(file)).split(/\r?\n/)[0];
    } catch (error) {
        throw new PvesmbError("InvalidInput", `${property}: cannot be read: ${messageOf(error)}`, { property });
    }
}
