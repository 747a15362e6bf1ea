import { createHash } from "node:crypto";
import type { Step } from "../hosts/batch";
import { SAMBA_DFREE } from "./dfree-script";

/**
 * What clients see as the size of a share is what statvfs says, and btrfs and CephFS say the whole file system there. So Samba asks a script
 * of ours (`dfree command`), which knows the limited directories from one file each and reads the kernel's own counters.
 */
const DIRECTORY = "/etc/samba/pvesmb/dfree.d";
const SCRIPT = "/usr/local/lib/pvesmb/dfree";
/** For all shares, so that it does not matter what they are called; no share can have that file's name. */
const FRAGMENT = "/etc/samba/pvesmb/shares.d/=dfree.conf";

export const DFREE_FILES = `${DIRECTORY}/*.tab`;

const file = (path: string): string => `${DIRECTORY}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.tab`;
const line = (path: string, kind: "btrfs" | "ceph", counter: string): string => `${kind} ${counter} ${path}\n`;

/** Whether a directory's line is there as it should be. */
export const isShown = (files: Record<string, string>, path: string, kind: "btrfs" | "ceph", counter: string): boolean =>
    files[file(path)] === line(path, kind, counter);

export function showSteps(path: string, kind: "btrfs" | "ceph", counter: string, before = path): Step[] {
    return [
        { do: "directory", path: DIRECTORY, mode: "0755" },
        { do: "directory", path: "/usr/local/lib/pvesmb", mode: "0755" },
        { do: "write", path: SCRIPT, content: SAMBA_DFREE, mode: "0755" },
        { do: "write", path: file(path), content: line(path, kind, counter), mode: "0644" },
        ...(before === path ? [] : [{ do: "remove", path: file(before) } as const]),
        { do: "write", path: FRAGMENT, content: `[global]\n\tdfree command = ${SCRIPT}\n`, mode: "0644" },
    ];
}

/** With the last directory the script goes too. */
export const hideSteps = (path: string): Step[] => [
    { do: "remove", path: file(path) },
    { do: "run", argv: ["rm", "-f", FRAGMENT, SCRIPT], onlyIf: ["rmdir", DIRECTORY] },
];
