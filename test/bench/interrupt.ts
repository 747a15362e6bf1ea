import { killMarked } from "../e2e/support/process";

/** Ctrl-C while much is running elsewhere: everything with one of these marks is killed, so that whoever waits for it fails and cleans up. */
export class Interrupt {
    private timer: NodeJS.Timeout | undefined;
    private over = false;

    constructor(private readonly marks: readonly string[]) {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, this.stop);
    }

    get requested(): boolean {
        return this.timer !== undefined;
    }

    /** From here on nothing is killed, and another Ctrl-C waits for the cleaning up, which starts processes again. */
    end(): void {
        clearInterval(this.timer);
        this.over = true;
    }

    private readonly stop = (): void => {
        process.exitCode = 130;
        if (this.over) return;
        // More than once: the next step may just be starting.
        this.timer ??= setInterval(() => {
            this.marks.forEach(killMarked);
        }, 300);
    };
}
