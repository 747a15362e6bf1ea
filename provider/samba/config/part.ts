import { PvesmbError } from "../../base/errors";
import type { GatherResult, Step } from "../../hosts/batch";
import { canonicalOption } from "../../model/options/synonyms";
import { sectionDrift } from "../drift";
import { SAMBA } from "../paths";
import { option, parseSections, section } from "../text";
import type { Line } from "../text";
import { optionsInVersion } from "../versions";

/**
 * [global] is assembled from parts. Each part has one writer, its own file on the gateway and its own drift, so one writer never sees
 * another one's lines as a difference.
 *
 * The gateway's part is smb.conf itself (gateway-part.ts), which includes the assembled file of all shares. The other parts are files
 * beside the shares' fragments and are assembled into the same file. In Samba the last value of an option counts, so other parts override
 * the gateway's.
 */
export interface GlobalPart {
    /** The writer (`gateway`, `dfree`); also the file name. */
    owner: string;
    lines: Lines;
    /** Options that only this part may set, as in smb.conf(5). A trailing `*` matches any suffix. */
    reserves: readonly string[];
}

/** Owner of the part that makes a gateway one of a cluster. */
export const CLUSTER_PART = "cluster";

export type Lines = [name: string, value: Line["value"]][];

/**
 * Sorts before all shares' fragments, which start with a letter, a digit or one of `%-_~` (fileName in paths.ts): a share copies the
 * [global] values that precede its section (init_copymap() and add_a_service() in source3/param/loadparm.c; seen with testparm 4.17).
 */
export const partPath = (owner: string): string => `${SAMBA.fragments}/!${owner}.conf`;

export const linesText = (lines: Lines): string => lines.map(([name, value]) => option(name, value)).join("");

/** The file of a part other than the gateway's. */
export const partText = ({ lines }: GlobalPart): string => section("global") + linesText(lines);

/** The unit needs `activates`, so that Samba rereads its files at the end of the batch. */
export const partSteps = (part: GlobalPart): Step[] => [{ do: "write", path: partPath(part.owner), content: partText(part), mode: "0644" }];

export const partRemovalSteps = (owner: string): Step[] => [{ do: "remove", path: partPath(owner) }];

export const partDrift = (part: GlobalPart, look: Pick<GatherResult, "files">): string[] =>
    fileDrift(partPath(part.owner), partText(part), look);

/** Drift of a file of [global] lines, option by option. */
export function fileDrift(path: string, wanted: string, { files }: Pick<GatherResult, "files">): string[] {
    const found = files[path];
    if (found === undefined) return [`${path}: missing`];
    return found === wanted ? [] : sectionDrift(path, parseSections(wanted), parseSections(found));
}

/** The owner of the part that reserves an option, if any. */
export function reservedBy(name: string, parts: readonly Pick<GlobalPart, "owner" | "reserves">[]): string | undefined {
    const key = canonicalOption(name);
    const covers = (reserved: string): boolean =>
        reserved.endsWith("*") ? key.startsWith(canonicalOption(reserved.slice(0, -1))) : key === canonicalOption(reserved);
    return parts.find(({ reserves }) => reserves.some(covers))?.owner;
}

/** Throws for user options that a part reserves. `property`: their property. */
export function refuseReserved(names: readonly string[], parts: readonly Pick<GlobalPart, "owner" | "reserves">[], property: string): void {
    for (const name of names) {
        const owner = reservedBy(name, parts);
        if (owner !== undefined)
            throw new PvesmbError("InvalidInput", `${property}: \`${name}\` is written for the gateway's ${owner}; leave it out`, {
                property,
            });
    }
}

/** Throws for an option that this Samba version does not have. `property`: its property. */
export function refuseUnknown(lines: Lines, version: string | undefined, property: string): void {
    if (version === undefined) return;
    for (const [name] of lines) {
        const fault = optionsInVersion(name, version);
        if (fault)
            throw new PvesmbError("InvalidInput", `${property}: \`${name}\` ${fault}; leave it out, or use a newer or older template`);
    }
}
