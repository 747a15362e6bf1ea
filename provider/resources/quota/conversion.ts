import { basename, dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { onceSeen } from "../../hosts";
import type { Gather, GatherResult, Step, HostSession } from "../../hosts";
import type { BackendName } from "../../model/quota/backends";
import { figuresOf } from "../../quota/figures";
import type { Figures } from "../../quota/figures";

/** Content of a plain directory: one of its files and the total size. Empty for an empty directory. */
export interface Content {
    filled?: string;
    figures?: Figures;
}

/** Checks which directories next to this one are empty; readers share the gather. */
export function emptyLook(path: string): Gather {
    const above = dirname(path);
    return {
        commands: [{ name: `empty ${above}`, in: above, argv: ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-type", "d", "-empty"] }],
    };
}

export const isEmpty = (look: GatherResult, path: string): boolean => empties(look, `empty ${dirname(path)}`).has(`./${basename(path)}`);

const empties = onceSeen(({ commands }, name) => new Set(commands[name]?.stdout.split("\n")));

/** `mayLack`: the directory may have been moved aside. Also checks that no link on the guest leads outside it. */
export async function contentOf(ctx: Context<unknown>, nodeSession: HostSession, path: string, mayLack: boolean): Promise<Content> {
    const [find, du] = ["first", "size"].map((what) => `${what} ${path}`) as [string, string];
    const commands = [
        { name: find, in: path, argv: ["find", ".", "-mindepth", "1", "-print", "-quit"] },
        { name: du, in: path, argv: ["du", "-s", "-B1", "."], timeout: 600 },
    ];
    const look = await nodeSession.snapshot.read(ctx.deadline, { commands });
    const { code, stdout, stderr } = look.commands[find] ?? { code: -1, stdout: "", stderr: "no answer" };
    if (code !== 0 && mayLack && stderr.endsWith("there is no such directory")) return {};
    if (code !== 0)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path} on ${nodeSession.name} cannot be read: ${stderr.trim()}; a limit needs a directory, not a link`,
            { property: "path" },
        );
    const first = stdout.replace(/\n$/, "");
    if (first === "") return {};
    const used = Number(/^\d+/.exec(look.commands[du]?.stdout ?? "")?.[0] ?? 0);
    return { filled: path + first.slice(1), figures: figuresOf(used, Infinity, Infinity) };
}

/**
 * A directory with files is converted in four steps: the gateway moves it aside and ends its clients' sessions, the node creates the object
 * and hands it over, the gateway copies (docs/decisions/0020). The quota's claim records the start, so that the next run can resume an
 * interrupted conversion.
 */
export const asideOf = (path: string, id: string): string => `${dirname(path)}/.pvesmb-convert-${id}`;

/** Runs on the gateway. Refuses files that cannot be copied before anything is moved. ZFS needs an empty directory as mount point. */
export function moveAside(path: string, aside: string, backend: BackendName): Step[] {
    const whole: Step = {
        do: "run",
        in: path,
        argv: ["find", ".", "-mindepth", "1", "-type", "d", "-inum", SUBVOLUME, "-print", "-quit"],
        failIf: "^.+$",
        changes: false,
        timeout: 600,
        message: `${path} contains another subvolume, which cannot be copied with it; move that away first`,
    };
    const place: Step = { do: "directory", path, owner: "root", group: "root", mode: "0700", acl: { access: [], default: [] } };
    return [...(backend === "btrfs" ? [whole] : []), { do: "rename", from: path, to: aside }, ...(backend === "zfs" ? [place] : [])];
}

/** Undoes moveAside. */
export const moveBack = (path: string, aside: string, backend: BackendName): Step[] => [
    ...(backend === "zfs" ? [{ do: "run", in: dirname(path), argv: ["rmdir", `./${basename(path)}`] } satisfies Step] : []),
    { do: "rename", from: aside, to: path },
];

/** Copies the files into the new object; runs on the gateway. */
export const bringIn = (path: string, aside: string): Step[] => [
    { do: "carry", from: aside, to: path },
    { do: "remove", path: aside, tree: true },
];

/** Inode number of a subvolume's root; no other directory on btrfs has it (btrfs-subvolume(8)). */
const SUBVOLUME = "256";
