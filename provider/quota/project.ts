import { createHash } from "node:crypto";
import type { Gather, Step } from "../hosts/batch";
import { kindsOf, limitsOf, readIds, repquota, setIds, setquota } from "./repquota";
import { freeIn, space } from "./tree";
import type { LookOptions, Tree, TreeKind, TreeState } from "./tree";

/**
 * Project quotas of XFS and ext4, with tools that handle both (Debian: quota, e2fsprogs). A directory with the inherit flag `P` passes its
 * project on to new files; an existing tree is marked file by file. Clients see the limit (the soft one if set), because statvfs of such a
 * directory shows it. Formats as seen with Linux 6.12 and quota 4.06.
 */
export const project: TreeKind = {
    look(spot, { ids }): Gather {
        const accounts = kindsOf(ids).map((kind) => repquota(kind, spot));
        return { projects: [spot.path], commands: [repquota("project", spot), space(spot), ...accounts], files: [PROJECTS] };
    },

    parse(tree, look, { ids }): TreeState {
        const report = repquota("project", tree).name;
        const id = look.projects?.[tree.path] ?? 0;
        const { used, filesUsed, ...limits } = limitsOf(look, id === 0 ? "" : report, id);
        return {
            object: id === 0 ? undefined : `project ${id}`,
            ...limits,
            used,
            available: freeIn(tree, look),
            filesUsed,
            ids: readIds(look, tree, ids),
            drift: [],
            off: offReason(tree, ids, look.commands[report]?.code),
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
                argv: ["mount", "-o", ["remount", ...optionsFor(wish.ids)].join(","), mount.target],
                message: `${mount.target} cannot be given ${optionsFor(wish.ids).join(",")} while it is mounted (XFS never can, ext4 needs the features quota and project): add these options in /etc/fstab and mount it again`,
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
                { do: "project", path, project: id },
            );
        }
        if (state.limit !== wish.limit || state.soft !== wish.soft || state.files !== wish.files)
            steps.push({
                do: "run",
                argv: setquota("project", id, wish, mount.target),
                undo: setquota("project", id, state, mount.target),
            });
        steps.push(...setIds(mount.target, state.ids, wish.ids));
        if (wish.graceSeconds !== undefined)
            steps.push({ do: "run", argv: ["setquota", "-t", "-P", String(wish.graceSeconds), String(wish.graceSeconds), mount.target] });
        return steps;
    },

    release(tree, state) {
        const id = idOf(state);
        if (id === undefined) return [];
        const accounts = state.ids.filter(({ limit }) => limit > 0).map((each) => ({ kind: each.kind, id: each.id, limit: 0 }));
        return [
            ...setIds(tree.mount.target, state.ids, accounts),
            { do: "run", argv: setquota("project", id, {}, tree.mount.target) },
            { do: "project", path: tree.path, project: 0 },
            { do: "run", argv: forget(id), onlyIf: ["test", "-e", PROJECTS] },
        ];
    },
};

/** Lists projects for people and tools (projects(5)). */
const PROJECTS = "/etc/projects";

const forget = (id: number): string[] => ["sed", "-i", `/^${id}:/d`, PROJECTS];

/** The directory's project id: a hash of its path, in a range that administrators are unlikely to use. */
export function projectId(path: string): number {
    return 2 ** 28 + (createHash("sha256").update(path).digest().readUInt32BE(0) >>> 4);
}

const idOf = ({ object }: TreeState): number | undefined => (object === undefined ? undefined : Number(object.replace("project ", "")));

/** Required mount options. Accounting can be on without them, but then nothing is enforced. */
const optionsFor = (ids: LookOptions["ids"]): string[] => [
    "prjquota",
    ...kindsOf(ids).map((kind) => (kind === "user" ? "usrquota" : "grpquota")),
];

/** Synonyms of mount options: XFS shows the long ones and accepts both. */
const ALIASES: Record<string, string> = { pquota: "prjquota", uquota: "usrquota", quota: "usrquota", gquota: "grpquota" };

function offReason({ mount }: Tree, ids: LookOptions["ids"], code: number | undefined): string | undefined {
    const there = mount.options.map((option) => ALIASES[option] ?? option);
    const missing = optionsFor(ids).filter((option) => !there.includes(option));
    if (missing.length > 0) return `${mount.type} is mounted without ${missing.join(",")}`;
    return code === 0 ? undefined : "repquota does not run (package quota)";
}

function clashOf(projects: string, path: string): string | undefined {
    const id = projectId(path);
    const other = projects.split("\n").find((line) => line.startsWith(`${id}:`) && line !== `${id}:${path}`);
    return other === undefined
        ? undefined
        : `${PROJECTS} gives project ${id}, which ${path} would have, to ${other.slice(other.indexOf(":") + 1)}`;
}
