import { optionKey } from "../model/options/synonyms";

/**
 * File server options added or removed between 4.17 and 4.23: the first version with the option, and the first one without
 * (docs-xml/smbdotconf of each).
 */
const LIFE: Record<string, { from?: string; until?: string }> = {
    smb3directoryleases: { from: "4.22" },
    smb3unixextensions: { from: "4.18" },
    vfsmkdirusetmpname: { from: "4.22" },
    "smb3sharecap:continuousavailability": { from: "4.20" },
    directorynamecachesize: { until: "4.19" },
    cldapport: { until: "4.22" },
    "fruit:posixrename": { until: "4.22" },
};

/** Why a version of Samba ("4.17.12+dfsg-...") does not have an option; undefined if it does. */
export function optionsInVersion(name: string, version: string): string | undefined {
    const life = LIFE[optionKey(name)];
    if (life?.from !== undefined && !atLeast(version, life.from)) return `needs Samba ${life.from}; the gateway has ${version}`;
    if (life?.until !== undefined && atLeast(version, life.until)) return `was removed in Samba ${life.until}; the gateway has ${version}`;
    return undefined;
}

/** Whether version `have` ("4.17.12+dfsg-...") is at least `floor` ("4.17"). */
export function atLeast(have: string, floor: string): boolean {
    const numbers = (text: string): number[] => (/^\d+(\.\d+)*/.exec(text)?.[0] ?? "0").split(".").map(Number);
    const [a, b] = [numbers(have), numbers(floor)];
    for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
    return true;
}
