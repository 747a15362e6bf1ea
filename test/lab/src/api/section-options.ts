/** Changes of a section in one of PVE's configuration files: what may be set, deleted or neither (pve-common SectionConfig.pm). */
import { PveError, died } from "../pve/errors";

/** Of each option whether it may be missing; a fixed one cannot be changed or deleted. */
export type Options = Record<string, "required" | "optional" | "fixed">;

export const optionsOf = (required: string, optional: string, fixed = ""): Options => {
    const all = (names: string, kind: Options[string]): Options =>
        Object.fromEntries(
            names
                .split(" ")
                .filter(Boolean)
                .map((name) => [name, kind]),
        );
    return { ...all(required, "required"), ...all(optional, "optional"), ...all(fixed, "fixed") };
};

/** `assert_if_modified`. */
export function checkSameDigest(now: string, given: string | undefined): void {
    if (given !== undefined && given !== now) throw died("detected modified configuration - file changed by other user? Try again.");
}

/** Refuses what may not be set or deleted; then the section is changed. Without a table of its options any may be deleted. */
export function updateSection(
    entry: Record<string, string>,
    set: Record<string, string>,
    remove: string[],
    options: Options | undefined,
): void {
    if (options) {
        for (const key of Object.keys(set)) {
            if (options[key] === "fixed") throw died(`can't change value of fixed parameter '${key}'`);
            if (options[key] === undefined) throw died(`unexpected property '${key}'`);
        }
        for (const key of remove) {
            if (options[key] === undefined) throw died(`no such option '${key}'`);
            if (options[key] === "required") throw died(`unable to delete required option '${key}'`);
            if (options[key] === "fixed") throw died(`unable to delete fixed option '${key}'`);
            if (set[key] !== undefined) throw died(`cannot set and delete property '${key}' at the same time!`);
        }
    }
    for (const key of remove) delete entry[key];
    Object.assign(entry, set);
}

/** PVE's text in front of what fails under a configuration file's lock; parameter errors arrive there as plain text. */
export async function lockedAs<T>(what: string, work: () => T | Promise<T>): Promise<T> {
    try {
        return await work();
    } catch (error) {
        if (!(error instanceof PveError) || error.status === 403) throw error;
        throw died(`${what}: ${error.errors ? error.flattened().trimEnd() : error.message}`);
    }
}
