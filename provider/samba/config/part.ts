import { PvesmbError } from "../../base/errors";
import type { GatherResult, Step } from "../../hosts/batch";
import { canonicalOption } from "../../model/options/synonyms";
import { sectionDrift } from "../drift";
import { SAMBA } from "../paths";
import { option, parseSections, section } from "../text";
import type { Line } from "../text";
import { optionsInVersion } from "../versions";

/**
 * [global] is assembled from parts. Each part has one writer, a file of its own on the gateway, and a drift of its own, so two writers
 * never see each other's lines as a difference.
 *
 * The gateway's part is smb.conf itself (gateway-part.ts); it includes the file of all shares. The other parts are files beside the
 * shares' own, which the same step assembles into that one. Samba lets the last value of an option count: another part comes after the
 * gateway's.
 */
export interface GlobalPart {
    /** Who writes it: `gateway`, `dfree`. Names its file. */
    owner: string;
    lines: Lines;
    /** Options that nobody but this part may set, as smb.conf(5) names them. One that ends in `*` stands for all that begin so. */
    reserves: readonly string[];
}

export type Lines = [name: string, value: Line["value"]][];

/**
 * Before all shares' own files, which begin with a letter, a digit or one of `%-_~` (fileName in paths.ts): a share takes from [global] what
 * stands there when its section comes (init_copymap() and add_a_service() in source3/param/loadparm.c; seen with testparm 4.17).
 */
export const partPath = (owner: string): string => `${SAMBA.fragments}/!${owner}.conf`;

export const linesText = (lines: Lines): string => lines.map(([name, value]) => option(name, value)).join("");

/** The file of a part that is not the gateway's. */
export const partText = ({ lines }: GlobalPart): string => section("global") + linesText(lines);

/** The unit needs `activates`, so that Samba reads its files at the end of the batch. */
export const partSteps = (part: GlobalPart): Step[] => [{ do: "write", path: partPath(part.owner), content: partText(part), mode: "0644" }];

export const partRemovalSteps = (owner: string): Step[] => [{ do: "remove", path: partPath(owner) }];

export const partDrift = (part: GlobalPart, look: Pick<GatherResult, "files">): string[] =>
    fileDrift(partPath(part.owner), partText(part), look);

/** A file of [global] lines against what it should be, option by option. */
export function fileDrift(path: string, wanted: string, { files }: Pick<GatherResult, "files">): string[] {
    const found = files[path];
    if (found === undefined) return [`${path}: missing`];
    return found === wanted ? [] : sectionDrift(path, parseSections(wanted), parseSections(found));
}

/** The owner of the part that an option is reserved for, if one is. */
export function reservedBy(name: string, parts: readonly Pick<GlobalPart, "owner" | "reserves">[]): string | undefined {
    const key = canonicalOption(name);
    const covers = (reserved: string): boolean =>
        reserved.endsWith("*") ? key.startsWith(canonicalOption(reserved.slice(0, -1))) : key === canonicalOption(reserved);
    return parts.find(({ reserves }) => reserves.some(covers))?.owner;
}

/** Throws for options of a user that belong to a part. `property`: where they stand. */
export function refuseReserved(names: readonly string[], parts: readonly Pick<GlobalPart, "owner" | "reserves">[], property: string): void {
    for (const name of names) {
        const owner = reservedBy(name, parts);
        if (owner !== undefined)
            throw new PvesmbError("InvalidInput", `${property}: \`${name}\` is written for the gateway's ${owner}; leave it out`, {
                property,
            });
    }
}

/** Throws for an option that this version of Samba does not have. `property`: where it comes from. */
export function refuseUnknown(lines: Lines, version: string | undefined, property: string): void {
    if (version === undefined) return;
    for (const [name] of lines) {
        const fault = optionsInVersion(name, version);
        if (fault)
            throw new PvesmbError("InvalidInput", `${property}: \`${name}\` ${fault}; leave it out, or use a newer or older template`);
    }
}
