import { passwordFrom } from "../../gateway/password-from";
import type { UserInputs } from "../../model";
import { ntHash } from "../../samba/nt-hash";
import type { PasswordChange } from "../../samba/user-unit";
import type { UserState } from "./types";

/** The `drift` entry of a user without an entry in Samba's database: its password must be set again. */
export const ACCOUNT_GONE = "the Samba account was deleted";

/** The declared password, read from its source, or its hash. */
export async function secretOf(inputs: UserInputs): Promise<PasswordChange> {
    if (inputs.ntHash !== undefined) return { ntHash: inputs.ntHash };
    return { password: inputs.password ?? (await passwordFrom(inputs.passwordFrom ?? {})) };
}

/** The password change of an update. A password that the user had to choose stays until the program declares another one. */
export async function secretChange(state: UserState, inputs: UserInputs): Promise<PasswordChange> {
    const drift = state.drift ?? [];
    // The program lets the user own the password.
    const own = inputs.passwordMustChange || inputs.ignored?.includes(secretName(inputs));
    // No changes were recorded while it was ignored.
    const ignoredNoMore = state.ignored?.includes(secretName(inputs)) && !inputs.ignored?.includes(secretName(inputs));
    const declared = text(state) !== text(inputs) || drift.includes(ACCOUNT_GONE) || ignoredNoMore === true;
    const repaired = !own && (state.passwordMustChange || inputs.passwordFrom !== undefined || drift.length > 0);
    const told = state.passwordMustChange !== inputs.passwordMustChange || (declared && inputs.passwordMustChange);
    return {
        ...(declared || repaired ? await secretOf(inputs) : {}),
        ...(told ? { mustChange: inputs.passwordMustChange } : {}),
    };
}

/** The property that declares the password. */
export const secretName = ({ password, ntHash: hash }: UserInputs): "password" | "passwordFrom" | "ntHash" =>
    hash !== undefined ? "ntHash" : password !== undefined ? "password" : "passwordFrom";

const text = ({ password, passwordFrom, ntHash: hash }: UserInputs): string =>
    JSON.stringify([password, passwordFrom?.env, passwordFrom?.file, hash?.toUpperCase()]);

/** The expected hash in upper case; undefined where we cannot know it. */
export async function declaredHash(state: UserInputs): Promise<string | undefined> {
    if (state.passwordMustChange) return undefined;
    if (state.ntHash !== undefined) return state.ntHash.toUpperCase();
    if (state.password !== undefined) return ntHash(state.password);
    // A refresh must work without the password.
    return passwordFrom(state.passwordFrom ?? {}).then(ntHash, () => undefined);
}
