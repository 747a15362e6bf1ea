import { CONTAINER_IDS, FURTHER_FROM, idMapValues, idsFor, subordinateLines } from "../model/id-map";
import { finding } from "./finding";
import type { Finding } from "./finding";
import { workgroupFault } from "./names";
import type { GlobalLines } from "./lines";

/** Ids from `low` to `high`, both included. */
export interface IdRange {
    low: number;
    high: number;
}

export interface DomainIds extends IdRange {
    /** `rid`: low + the account's relative id. `ad`: uidNumber and gidNumber, as the directory has them. */
    backend: "rid" | "ad";
}

export interface IdmapSettings {
    /** For BUILTIN and what belongs to no domain: some dozens of ids, by arrival. */
    default: IdRange;
    /** By NetBIOS name; the member's own first. A trusted domain without a range is not let in. */
    domains: Record<string, DomainIds>;
}

/** The lines of [global]. `rid` and `ad` are read only: nothing about them has to be kept beside the data. */
export function idmapLines({ default: rest, domains }: IdmapSettings): GlobalLines {
    return [
        ["idmap config * : backend", "tdb"],
        ["idmap config * : range", rangeText(rest)],
        ...Object.entries(domains).flatMap(([name, ids]): GlobalLines => {
            const key = `idmap config ${name.toUpperCase()}`;
            return [
                [`${key} : backend`, ids.backend],
                [`${key} : range`, rangeText(ids)],
                ...(ids.backend === "ad"
                    ? ([
                          [`${key} : schema_mode`, "rfc2307"],
                          // Of the primary group as Windows has it: a gidNumber that users carry themselves may name no group at all.
                          [`${key} : unix_primary_group`, false],
                          [`${key} : unix_nss_info`, false],
                      ] satisfies GlobalLines)
                    : []),
            ];
        }),
    ];
}

const rangeText = ({ low, high }: IdRange): string => `${low}-${high}`;

/** What ids mean here: numbers that others use already, and how many there are. */
export interface IdSurroundings {
    /** Ranges of local accounts, with what they are. */
    local: readonly (IdRange & { what: string })[];
    /** 65,536, or as lxc.idmap has it; undefined where there is no such border. */
    containerIds?: number;
    /** By NetBIOS name: the highest relative id that the domain may have given, of `rIDAvailablePool`. */
    highestRid?: Readonly<Record<string, number>>;
}

/**
 * So many accounts more must fit than there are: as many again, since a range cannot be changed once files have owners in it. Small domains
 * fit an unprivileged container then, which has room for 5,533.
 */
export const ridReserve = (rid: number): number => Math.min(10_000, Math.max(2_000, rid));

/** Ids that a machine has before any of ours: below 1000 the distribution's, 65534 nobody, 65535 no id at all (uid_t of 16 bits). */
const NOBODY = { low: 65_534, high: 65_535, what: "nobody, and the number that means none" };
const SYSTEM = { low: 0, high: 999, what: "accounts of the system" };

/**
 * What does not fit. `property` is the input that holds the settings. testparm finds ranges that overlap each other; it finds neither inverted
 * ones, nor local accounts, nor ids that the container does not have, and what winbind does not map it leaves out without a word.
 */
export function idmapFindings(settings: IdmapSettings, around: IdSurroundings, property = "idmap"): Finding[] {
    const ranges: { at: string; name?: string; range: IdRange }[] = [
        { at: `${property}.default`, range: settings.default },
        ...Object.entries(settings.domains).map(([name, range]) => ({ at: `${property}.domains.${name}`, name, range })),
    ];
    const found: Finding[] = [];
    for (const [index, { at, name, range }] of ranges.entries()) {
        if (name !== undefined) {
            const fault = workgroupFault(name);
            if (fault !== undefined) found.push(finding("name-not-allowed", at, `${JSON.stringify(name)} ${fault}`));
        }
        if (!isId(range.low) || !isId(range.high) || range.low > range.high) {
            found.push(
                finding("ids-inverted", at, `${rangeText(range)} is no range: low must not be above high, both from 0 to ${HIGHEST_ID}`),
            );
            continue;
        }
        for (const taken of [SYSTEM, ...around.local, NOBODY])
            if (overlap(range, taken))
                found.push(
                    finding("ids-local", at, `${rangeText(range)} holds ${rangeText(taken)}: ${taken.what}; choose a range that does not`),
                );
        for (const other of ranges.slice(0, index))
            if (overlap(range, other.range))
                found.push(finding("ids-overlap", at, `${rangeText(range)} overlaps ${rangeText(other.range)} of ${other.at}`));
        if (around.containerIds !== undefined && range.high >= around.containerIds)
            found.push(
                finding(
                    "ids-outside-container",
                    at,
                    `${rangeText(range)} needs ids up to ${range.high} and the container has ${around.containerIds}; ${widerWords(around.containerIds, range.high)}`,
                ),
            );
        const short = name === undefined ? undefined : tooFew(settings.domains[name], around.highestRid?.[name]);
        if (short !== undefined)
            found.push(
                finding(
                    "ids-too-few",
                    at,
                    `${name} has relative ids up to ${short.rid}, so with ${ridReserve(short.rid)} to spare the range must reach ${short.high}, and ends at ${range.high}: ` +
                        `accounts beyond it would have no id, and groups no access, without a message${
                            around.containerIds !== undefined && short.high >= around.containerIds && range.high < around.containerIds
                                ? `; ${widerWords(around.containerIds, Math.max(range.low, CONTAINER_IDS) + short.rid + ridReserve(short.rid))}`
                                : ""
                        }`,
                ),
            );
    }
    return found;
}

function tooFew(ids: DomainIds | undefined, rid: number | undefined): { rid: number; high: number } | undefined {
    if (ids?.backend !== "rid" || rid === undefined) return undefined;
    const high = ids.low + rid + ridReserve(rid);
    return ids.high < high ? { rid, high } : undefined;
}

const HIGHEST_ID = 0xffff_fffe;
const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id <= HIGHEST_ID;
const overlap = (one: IdRange, other: IdRange): boolean => one.low <= other.high && other.low <= one.high;

/** How a container gets ids up to `highest`: by its gateway, or by hand while it has those that every container has. */
function widerWords(has: number, highest: number): string {
    const map = { ids: idsFor(highest), hostFrom: FURTHER_FROM };
    const asked = `set \`lxc.idMap.ids\` of the gateway to ${map.ids}`;
    if (has !== CONTAINER_IDS) return `${asked}, or widen by hand what was written by hand (it counts from the container's next start)`;
    const coded = (lines: readonly string[]): string[] => lines.map((line) => `\`${line}\``);
    return (
        `${asked}, or by hand: on every node, /etc/subuid and /etc/subgid need the lines ${coded(subordinateLines(map)).join(" and ")}, ` +
        `and the container's configuration ${coded(idMapValues(map).map((value) => `lxc.idmap: ${value}`)).join(", ")} (it counts from its next start)`
    );
}

/** The highest relative id that any controller may have given: pools are handed out from `rIDAvailablePool`'s lower half ([MS-ADTS] 3.1.1.1.11). */
export function highestRid(availablePool: string): number | undefined {
    if (!/^[0-9]{1,20}$/.test(availablePool)) return undefined;
    const next = Number(BigInt(availablePool) & 0xffff_ffffn);
    return next > 0 ? next - 1 : undefined;
}
