import { died } from "../pve/errors";

/** PVE's file locks: one holder at a time, others wait a while and then fail with PVE's text. */
export class Locks {
    private readonly tails = new Map<string, Promise<void>>();

    constructor(private readonly patienceMs: number) {}

    /** Runs `work` alone under the lock file's name. */
    async run<T>(file: string, work: () => Promise<T> | T): Promise<T> {
        const release = await this.hold(file);
        try {
            return await work();
        } finally {
            release();
        }
    }

    /** Takes the lock and gives back how to release it. */
    async hold(file: string): Promise<() => void> {
        const before = this.tails.get(file) ?? Promise.resolve();
        let release = (): void => undefined;
        const mine = new Promise<void>((resolve) => (release = resolve));
        const tail = before.then(() => mine);
        this.tails.set(file, tail);
        void tail.then(() => {
            if (this.tails.get(file) === tail) this.tails.delete(file);
        });
        let timer: NodeJS.Timeout | undefined;
        const tooLong = new Promise<"late">((resolve) => (timer = setTimeout(() => resolve("late"), this.patienceMs)));
        const outcome = await Promise.race([before.then(() => "mine" as const), tooLong]);
        clearTimeout(timer);
        if (outcome === "late") {
            release();
            throw died(`can't lock file '${file}' - got timeout`);
        }
        return release;
    }
}

/** The lock file of a guest's config. */
export function guestLockFile(kind: "lxc" | "qemu", vmid: number): string {
    return kind === "lxc" ? `/run/lock/lxc/pve-config-${vmid}.lock` : `/var/lock/qemu-server/lock-${vmid}.conf`;
}
