import type { GatherResult, Step } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { KIB } from "../model/size";
import { about } from "./tree";
import type { IdLimit, Look, LookOptions, Spot, TreeState, TreeWish } from "./tree";

/**
 * Limits of projects, users and groups, read and set with the tools of the package `quota`, in KiB. Limits of users and groups apply to the
 * whole file system. Formats as seen with Linux 6.12 and quota 4.06.
 */
const FLAGS = { project: "-P", user: "-u", group: "-g" } as const;
export type Owner = keyof typeof FLAGS;

export interface Limits {
    limit?: number;
    soft?: number;
    files?: number;
    used: number;
    filesUsed: number;
}

/** One look for all owners of a kind on a file system; `-v` also lists owners that have a limit but no files. */
export const repquota = (owner: Owner, { from }: Spot): Look => ({
    name: `repquota ${owner} ${from}`,
    ...about("TARGET", from, "repquota", FLAGS[owner], "-n", "-v", "-O", "csv"),
});

const rows = onceSeen(
    ({ commands }, name) => new Map((commands[name]?.stdout ?? "").split("\n").map((line) => [line.slice(0, line.indexOf(",")), line])),
);

/** An owner with neither files nor limits is not listed: all zeros. */
export function limitsOf(look: GatherResult, report: string, id: number): Limits {
    // User,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
    const row = rows(look, report).get(`#${id}`)?.split(",");
    const column = (index: number): number => Number(row?.[index] ?? 0);
    return {
        limit: column(5) * KIB || undefined,
        soft: column(4) * KIB || undefined,
        files: column(9) || undefined,
        used: column(3) * KIB,
        filesUsed: column(7),
    };
}

export const setquota = (
    owner: Owner,
    id: number,
    { soft = 0, limit = 0, files = 0 }: Partial<Pick<TreeWish, "soft" | "limit" | "files">>,
    target: string,
): string[] => ["setquota", FLAGS[owner], ...[id, Math.ceil(soft / KIB), Math.ceil(limit / KIB), 0, files].map(String), target];

/** The kinds of account to report on. */
export const kindsOf = (ids: LookOptions["ids"]): IdLimit["kind"][] =>
    (["user", "group"] as const).filter((kind) => ids.some((each) => each.kind === kind));

export function readIds(look: GatherResult, spot: Spot, ids: LookOptions["ids"]): TreeState["ids"] {
    return ids.map(({ kind, id }) => {
        const { limit = 0, soft, files, used } = limitsOf(look, repquota(kind, spot).name, id);
        return { kind, id, limit, soft, files, used };
    });
}

export function setIds(target: string, now: TreeState["ids"], wished: IdLimit[]): Step[] {
    return wished.flatMap((wish): Step[] => {
        const { kind, id } = wish;
        const is = now.find((each) => each.kind === kind && each.id === id);
        if ((is?.limit ?? 0) === wish.limit && is?.soft === wish.soft && is?.files === wish.files) return [];
        return [{ do: "run", argv: setquota(kind, id, wish, target), undo: setquota(kind, id, is ?? {}, target) }];
    });
}
