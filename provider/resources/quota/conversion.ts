import { dirname } from "node:path";
import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { onceSeen } from "../../hosts";
import type { Gather, GatherResult, Step, Workshop } from "../../hosts";
import { figuresOf } from "../../quota/figures";
import type { Figures } from "../../quota/figures";
import type { Tree, TreeKind } from "../../quota/tree";

/** A plain directory's content: one of its files, and what they take; nothing of an empty one. */
export interface Content {
    filled?: string;
    figures?: Figures;
}

/** Of all directories side by side, which are empty; and whether a link of the guest's leads there. */
export function emptyLook(path: string): Gather {
    const above = dirname(path);
    return {
        commands: [
            { name: `empty ${above}`, argv: ["find", above, "-mindepth", "1", "-maxdepth", "1", "-type", "d", "-empty"] },
            { name: `real ${above}`, argv: ["realpath", "-e", "--", above] },
        ],
    };
}

export function isEmpty(look: GatherResult, path: string): boolean {
    const above = dirname(path);
    return look.commands[`real ${above}`]?.stdout.trim() === above && empties(look, `empty ${above}`).has(path);
}

const empties = onceSeen(({ commands }, name) => new Set(commands[name]?.stdout.split("\n")));

/** Also makes sure that no link of the guest's leads elsewhere. */
export async function contentOf(ctx: Context<unknown>, shop: Workshop, path: string): Promise<Content> {
    const [realpath, find, du] = ["real", "first", "size"].map((what) => `${what} ${path}`) as [string, string, string];
    const commands = [
        { name: realpath, argv: ["realpath", "-e", "--", path] },
        { name: find, argv: ["find", path, "-mindepth", "1", "-print", "-quit"] },
        { name: du, argv: ["du", "-s", "-B1", "--", path], timeout: 600 },
    ];
    const look = await shop.snapshot.read(ctx.deadline, { commands });
    const out = (name: string): string => look.commands[name]?.stdout.trim() ?? "";
    const real = out(realpath);
    if (real !== path)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path} on ${shop.name} is ${real === "" ? "not there" : `really ${real}`}; a limit is set on a directory only, not through a link`,
            { property: "path" },
        );
    if (out(find) === "") return {};
    return { filled: out(find), figures: figuresOf(Number(/^\d+/.exec(out(du))?.[0] ?? 0), Infinity, Infinity) };
}

/** The directory moved aside, the new object in its place with all that the directory was and held. */
export function conversion(kind: TreeKind, tree: Tree, id: string, copy: boolean): Step[] {
    const made = kind.make?.(tree);
    if (made === undefined) return [];
    const { path } = tree;
    const aside = `${path.slice(0, path.lastIndexOf("/"))}/.pvesmb-convert-${id}`;
    return [
        { do: "rename", from: path, to: aside },
        made.create,
        // Owner, mode, ACL and attributes of the directory itself go along.
        { do: "run", argv: ["cp", "-a", "--reflink=auto", "--no-target-directory", aside, path], timeout: copy ? 6 * 3600 : 60 },
        // cp leaves the mode to the ACL that it sets, which not every file system takes it from.
        { do: "run", argv: ["chmod", `--reference=${aside}`, path] },
        { do: "remove", path: aside, tree: true },
    ];
}
