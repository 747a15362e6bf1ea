import { createHash } from "node:crypto";
import type { Gather, GatherResult, Step } from "../hosts/batch";
import { sambaDfree } from "./dfree-script";

/** How Samba gets to ask a program of ours for sizes: what this folder may not know, since it knows nothing of Samba's files. */
export interface AskedBySamba {
    /** The directory for what the program reads; smbd's users may read it. */
    directory: string;
    /** The unit needs `activates`. */
    ask(program: string): Step[];
    askNoMore(): Step[];
    /** Whether Samba asks, as far as a look tells (`Gather` of the gateway's shares). */
    asks(look: Pick<GatherResult, "files">, program: string): boolean;
}

const LIBRARY = "/usr/local/lib/pvesmb";
const SCRIPT = `${LIBRARY}/dfree`;

/** What has the counters of a limited directory. */
type Counters = "btrfs" | "ceph";

/**
 * What clients see as the size of a share is what statvfs says, and btrfs and CephFS say the whole file system there. So Samba asks a script
 * of ours (`dfree command`), which knows the limited directories from one file each and reads the kernel's own counters.
 */
export class ShownSizes {
    constructor(private readonly samba: AskedBySamba) {}

    /** For `isShown`, beside the gateway's shares. */
    get look(): Gather {
        return { files: [`${this.samba.directory}/*.tab`] };
    }

    private file(path: string): string {
        return `${this.samba.directory}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.tab`;
    }

    /** Whether clients are shown the limit of a directory. */
    isShown(look: Pick<GatherResult, "files">, path: string, kind: Counters, counter: string): boolean {
        return look.files[this.file(path)] === line(path, kind, counter) && this.samba.asks(look, SCRIPT);
    }

    /** `before`: the directory's path so far. */
    show(path: string, kind: Counters, counter: string, before = path): Step[] {
        const { directory } = this.samba;
        return [
            { do: "directory", path: directory, mode: "0755" },
            { do: "directory", path: LIBRARY, mode: "0755" },
            { do: "write", path: SCRIPT, content: sambaDfree(directory), mode: "0755" },
            { do: "write", path: this.file(path), content: line(path, kind, counter), mode: "0644" },
            ...(before === path ? [] : [{ do: "remove", path: this.file(before) } as const]),
            ...this.samba.ask(SCRIPT),
        ];
    }

    /** With the last directory the script goes too. */
    hide(path: string): Step[] {
        const { directory } = this.samba;
        const last = { ifChanged: "last size" } as const;
        return [
            { do: "remove", path: this.file(path) },
            {
                do: "run",
                id: last.ifChanged,
                argv: ["find", directory, "-mindepth", "1", "-print", "-quit"],
                onlyIf: ["test", "-d", directory],
                changes: "\\A\\Z",
            },
            ...this.samba.askNoMore().map((step): Step => ({ ...step, ...last })),
            { do: "remove", path: SCRIPT, ...last },
            { do: "remove", path: directory, tree: true, ...last },
        ];
    }
}

const line = (path: string, kind: Counters, counter: string): string => `${kind} ${counter} ${path}\n`;
