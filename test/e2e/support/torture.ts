import { asUser, type Login, type Unc } from "./smb-client";
import type { Within } from "./stack";

/** What Samba's own test suite says about a share, test by test. */
export interface Verdict {
    good: string[];
    /** With the reason. */
    bad: Record<string, string>;
    output: string;
}

/** Runs suites of smbtorture (`smb2.mkdir`) on a share. */
export async function smbtorture(within: Within, { host, share }: Unc, login: Login, suites: string[]): Promise<Verdict> {
    const { output } = await asUser(
        within,
        login,
        (options, folder) => [
            "smbtorture",
            `//${host}/${share}`,
            ...options,
            `--basedir=${folder}`,
            "--format=subunit",
            "--fullname",
            ...suites,
        ],
        { timeout: 600, settings: (folder) => ["lock", "state", "cache"].map((name) => `${name} directory = ${folder}\n`).join("") },
    );
    // The lines of subunit: `success: name`, `failure: name [`, the reason, `]`.
    const all = [...output.matchAll(/^(success|failure|error): ([^[\n]+?)(?: \[\n([^]*?)\n\])?$/gm)];
    return {
        good: all.flatMap(([, kind, name = ""]) => (kind === "success" ? [name] : [])),
        bad: Object.fromEntries(all.flatMap(([, kind, name = "", reason]) => (kind === "success" ? [] : [[name, reason ?? ""]]))),
        output,
    };
}
