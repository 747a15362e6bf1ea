import * as z from "zod";
import { parsed } from "../base/json";
import { onceSeen } from "./looks";

/** A file system in a host's mount table. */
export interface MountEntry {
    target: string;
    /** Device or dataset. */
    source: string;
    type: string;
    /** The mounted subtree of the file system. */
    root: string;
    options: string[];
}

/** The mount table, for parseMounts. */
export const MOUNTS = { name: "mounts", argv: ["findmnt", "--json", "--list", "--output", "TARGET,SOURCE,FSTYPE,FSROOT,OPTIONS"] };

export const mountsIn = onceSeen((look) => parseMounts(look.commands[MOUNTS.name]?.stdout ?? ""));

const text = z
    .string()
    .nullish()
    .transform((value) => value ?? "");
const table = z.object({ filesystems: z.array(z.object({ target: text, source: text, fstype: text, fsroot: text, options: text })) });

/** Empty: there is no table, or it is not one of findmnt's. */
export const parseMounts = (json: string): MountEntry[] =>
    (parsed(table, json)?.filesystems ?? []).map(({ target, source, fstype, fsroot, options }) => ({
        target,
        source: plain(source),
        type: fstype,
        root: fsroot === "" ? "/" : fsroot,
        options: options.split(","),
    }));

/** findmnt shows a bind mount as `device[/part]`. */
const plain = (source: string): string => (source.endsWith("]") && source.includes("[") ? source.slice(0, source.indexOf("[")) : source);

/** The mount that holds a path. */
export function mountHolding(mounts: readonly MountEntry[], path: string): MountEntry | undefined {
    const above = mounts.filter(({ target }) => target === "/" || path === target || path.startsWith(`${target}/`));
    // The last of several mounts at one place is on top.
    return above.reduce<MountEntry | undefined>((best, each) => (best && best.target.length > each.target.length ? best : each), undefined);
}
