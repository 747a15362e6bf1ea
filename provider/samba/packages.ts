/** From apt's existing lists, without network. Their age is up to the host (docs/security.md, "Updates"). */
export const PACKAGES_LOOK = { name: "packages", argv: ["apt-cache", "policy", "samba"] };

export interface SambaPackage {
    /** Debian's version string, without epoch. */
    installed?: string;
    /** A newer version from a security suite. */
    fix?: string;
}

const plain = (version: string): string => version.replace(/^\d+:/, "");

/** Parses `apt-cache policy samba`: versions from the newest down to the installed one (`***`), each followed by its suites. */
export function sambaPackage(policy: string): SambaPackage {
    const installed = /^ {2}Installed: (\S+)$/m.exec(policy)?.[1];
    if (installed === undefined || installed === "(none)") return {};
    const newer = policy
        .slice(policy.indexOf("Version table:"))
        .split(/^ \*\*\* /m)[0]
        ?.split(/^ {5}(?=\S)/m)
        .slice(1);
    const fixes = newer?.filter((version) => /^ {8,}-?\d+ \S+ \S*(-security|\/updates)\b/m.test(version)) ?? [];
    const [fix] = fixes.map((version) => version.split(" ")[0]);
    return { installed: plain(installed), ...(fix === undefined ? {} : { fix: plain(fix) }) };
}
