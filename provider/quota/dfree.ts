import { createHash } from "node:crypto";
import type { Gather, GatherResult, Step } from "../hosts/batch";
import { sambaDfree } from "./dfree-script";

/** How Samba is made to run our script. The caller supplies it, because this folder knows nothing of Samba's files. */
export interface AskedBySamba {
    /** Directory of the script's data; Samba's users must be able to read it. */
    directory: string;
    /** The unit needs `activates`. */
    ask(program: string): Step[];
    askNoMore(): Step[];
    /** Whether Samba runs the script, according to a look that includes the gateway's shares. */
    asks(look: Pick<GatherResult, "files">, program: string): boolean;
}

const LIBRARY = "/usr/local/lib/pvesmb";
const SCRIPT = `${LIBRARY}/dfree`;

/** The file system whose counters the script reads. */
type Counters = "btrfs" | "ceph";

/**
 * Clients see statvfs as the size of a share, and on btrfs and CephFS that is the whole file system. So Samba runs our script (`dfree
 * command`), which finds each limited directory in a file of its own and reads the kernel's counters.
 */
export class ShownSizes {
    constructor(private readonly samba: AskedBySamba) {}

    /** What `isShown` needs besides the gateway's shares. */
    get look(): Gather {
        return { files: [`${this.samba.directory}/*.tab`] };
    }

    private file(path: string): string {
        return `${this.samba.directory}/${createHash("sha256").update(path).digest("hex").slice(0, 32)}.tab`;
    }

    /** Whether clients see the limit of a directory. */
    isShown(look: Pick<GatherResult, "files">, path: string, kind: Counters, counter: string): boolean {
        return look.files[this.file(path)] === line(path, kind, counter) && this.samba.asks(look, SCRIPT);
    }

    /** `before`: the directory's previous path. */
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

    /** The last directory takes the script with it. */
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
