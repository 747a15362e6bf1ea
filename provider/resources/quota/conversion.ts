import { basename, dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { onceSeen } from "../../hosts";
import type { Gather, GatherResult, Step, Workshop } from "../../hosts";
import type { BackendName } from "../../model/quota/backends";
import { figuresOf } from "../../quota/figures";
import type { Figures } from "../../quota/figures";

/** A plain directory's content: one of its files, and what they take; nothing of an empty one. */
export interface Content {
    filled?: string;
    figures?: Figures;
}

/** Of all directories side by side, which are empty. */
export function emptyLook(path: string): Gather {
    const above = dirname(path);
    return {
        commands: [{ name: `empty ${above}`, in: above, argv: ["find", ".", "-mindepth", "1", "-maxdepth", "1", "-type", "d", "-empty"] }],
    };
}

export const isEmpty = (look: GatherResult, path: string): boolean => empties(look, `empty ${dirname(path)}`).has(`./${basename(path)}`);

const empties = onceSeen(({ commands }, name) => new Set(commands[name]?.stdout.split("\n")));

/** `mayLack`: it may have been moved aside. Also makes sure that no link of the guest's leads elsewhere. */
export async function contentOf(ctx: Context<unknown>, shop: Workshop, path: string, mayLack: boolean): Promise<Content> {
    const [find, du] = ["first", "size"].map((what) => `${what} ${path}`) as [string, string];
    const commands = [
        { name: find, in: path, argv: ["find", ".", "-mindepth", "1", "-print", "-quit"] },
        { name: du, in: path, argv: ["du", "-s", "-B1", "."], timeout: 600 },
    ];
    const look = await shop.snapshot.read(ctx.deadline, { commands });
    const { code, stdout, stderr } = look.commands[find] ?? { code: -1, stdout: "", stderr: "no answer" };
    if (code !== 0 && mayLack && stderr.endsWith("there is no such directory")) return {};
    if (code !== 0)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path} on ${shop.name} cannot be read: ${stderr.trim()}; a limit needs a directory, not a link`,
            { property: "path" },
        );
    const first = stdout.replace(/\n$/, "");
    if (first === "") return {};
    const used = Number(/^\d+/.exec(look.commands[du]?.stdout ?? "")?.[0] ?? 0);
    return { filled: path + first.slice(1), figures: figuresOf(used, Infinity, Infinity) };
}

/**
 * A directory with files is made into another object in four turns: the gateway moves it aside and ends its clients' sessions, the node makes
 * the object and hands it over, the gateway copies (docs/decisions/0020). That it has begun stands in the quota's claim: whoever comes after
 * one that was cut off goes on.
 */
export const asideOf = (path: string, id: string): string => `${dirname(path)}/.pvesmb-convert-${id}`;

/** By the gateway. What could not be copied is refused before anything is moved. On ZFS there is an empty directory to mount over. */
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

/** As it was. */
export const moveBack = (path: string, aside: string, backend: BackendName): Step[] => [
    ...(backend === "zfs" ? [{ do: "run", in: dirname(path), argv: ["rmdir", `./${basename(path)}`] } satisfies Step] : []),
    { do: "rename", from: aside, to: path },
];

/** By the gateway, in the object that it was given. */
export const bringIn = (path: string, aside: string): Step[] => [
    { do: "carry", from: aside, to: path },
    { do: "remove", path: aside, tree: true },
];

/** The inode of a subvolume's own directory, which no other directory of btrfs has (btrfs-subvolume(8)). */
const SUBVOLUME = "256";
