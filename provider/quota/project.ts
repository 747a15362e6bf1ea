import { createHash } from "node:crypto";
import type { Gather, Step } from "../hosts/batch";
import type { Tree, TreeKind, TreeState, TreeWish } from "./tree";

/**
 * Project quotas of XFS and ext4, by the tools that know both (Debian: quota, e2fsprogs): every file carries the project of the directory that
 * it was made in, once that directory has the inherit flag `P`; a tree that was there before is marked file by file. Clients see the limit, or
 * the soft one where it is set, because statvfs of such a directory tells it. Formats as seen on Linux 6.12 with quota 4.06.
 */
export const project: TreeKind = {
    look(tree): Gather {
        const { attributes, report } = looks(tree);
        return { commands: [attributes, report], statvfs: [tree.mount.target], files: [PROJECTS] };
    },

    parse(tree, look): TreeState {
        const { attributes, report } = looks(tree);
        const own = (look.commands[attributes.name]?.stdout ?? "")
            .split("\n")
            .map((line) => /^\s*(\d+) (\S+) (.*)$/.exec(line))
            .find((match) => match?.[3] === tree.path);
        const id = own?.[2]?.includes("P") === true ? Number(own[1]) : 0;
        const row = (look.commands[report.name]?.stdout ?? "").split("\n").find((line) => line.startsWith(`#${id},`));
        // Project,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
        const column = (index: number): number => Number((id === 0 ? undefined : row?.split(",")[index]) ?? 0);
        return {
            object: id === 0 ? undefined : `project ${id}`,
            limit: column(5) * KIB || undefined,
            soft: column(4) * KIB || undefined,
            files: column(9) || undefined,
            used: column(3) * KIB,
            available: look.statvfs[tree.mount.target]?.available ?? 0,
            filesUsed: column(7),
            ids: [],
            drift: [],
            off: offReason(tree, look.commands[report.name]?.code),
            clash: id === 0 ? clashOf(look.files[PROJECTS] ?? "", tree.path) : undefined,
        };
    },

    set(tree, state, wish) {
        const id = idOf(state) ?? projectId(tree.path);
        const { path, mount } = tree;
        const steps: Step[] = [];
        if (state.off !== undefined && wish.enable)
            steps.push({
                do: "run",
                argv: ["mount", "-o", "remount,prjquota", mount.target],
                message: `${mount.target} cannot be given prjquota while it is mounted (XFS never can, ext4 needs the features quota and project): add the option in /etc/fstab and mount it anew`,
            });
        if (state.object === undefined) {
            const line = `${id}:${path}`;
            steps.push(
                {
                    do: "run",
                    argv: ["tee", "-a", PROJECTS],
                    stdin: `${line}\n`,
                    unless: ["grep", "-qsxF", line, PROJECTS],
                    undo: forget(id),
                },
                {
                    do: "run",
                    argv: ["chattr", "-R", "+P", "-p", String(id), path],
                    undo: ["chattr", "-R", "-P", "-p", "0", path],
                    timeout: 3600,
                },
            );
        }
        if (state.limit !== wish.limit || state.soft !== wish.soft || state.files !== wish.files)
            steps.push({ do: "run", argv: setquota(id, wish, mount.target), undo: setquota(id, state, mount.target) });
        if (wish.graceSeconds !== undefined)
            steps.push({ do: "run", argv: ["setquota", "-t", "-P", String(wish.graceSeconds), String(wish.graceSeconds), mount.target] });
        return steps;
    },

    release(tree, state) {
        const id = idOf(state);
        if (id === undefined) return [];
        return [
            { do: "run", argv: setquota(id, {}, tree.mount.target) },
            { do: "run", argv: ["chattr", "-R", "-P", "-p", "0", tree.path], timeout: 3600 },
            { do: "run", argv: forget(id), onlyIf: ["test", "-e", PROJECTS] },
        ];
    },
};

const KIB = 1024;
/** Who has which project, for people and tools (projects(5)). */
const PROJECTS = "/etc/projects";

const forget = (id: number): string[] => ["sed", "-i", `/^${id}:/d`, PROJECTS];

/** A number of a range that nobody gives out by hand, always the same for a directory. */
export function projectId(path: string): number {
    return 2 ** 28 + (createHash("sha256").update(path).digest().readUInt32BE(0) >>> 4);
}

const idOf = ({ object }: TreeState): number | undefined => (object === undefined ? undefined : Number(object.replace("project ", "")));

const setquota = (
    id: number,
    { soft = 0, limit = 0, files = 0 }: Partial<Pick<TreeWish, "soft" | "limit" | "files">>,
    target: string,
): string[] => ["setquota", "-P", String(id), String(Math.ceil(soft / KIB)), String(Math.ceil(limit / KIB)), "0", String(files), target];

function offReason({ mount }: Tree, code: number | undefined): string | undefined {
    // Accounting may be on without it, but then nothing is enforced.
    if (!mount.options.some((option) => option === "prjquota" || option === "pquota")) return `${mount.type} is mounted without prjquota`;
    return code === 0 ? undefined : "repquota does not run (package quota)";
}

function clashOf(projects: string, path: string): string | undefined {
    const id = projectId(path);
    const other = projects.split("\n").find((line) => line.startsWith(`${id}:`) && line !== `${id}:${path}`);
    return other === undefined
        ? undefined
        : `${PROJECTS} gives project ${id}, which ${path} would have, to ${other.slice(other.indexOf(":") + 1)}`;
}

/** One look each for all directories side by side, and for all projects of a file system. */
function looks({ path, mount }: Tree): Record<"attributes" | "report", { name: string; argv: string[] }> {
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    const which = path === mount.target ? ["-d", path] : ["-a", parent];
    return {
        attributes: { name: `lsattr ${which.join(" ")}`, argv: ["lsattr", "-p", ...which] },
        report: { name: `repquota ${mount.target}`, argv: ["repquota", "-P", "-n", "-O", "csv", mount.target] },
    };
}
