import { killMarked } from "../e2e/support/process";

/** Handles Ctrl-C while other processes run: it kills every process with one of these marks, so that their callers fail and clean up. */
export class Interrupt {
    private timer: NodeJS.Timeout | undefined;
    private over = false;

    constructor(private readonly marks: readonly string[]) {
        for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, this.stop);
    }

    get requested(): boolean {
        return this.timer !== undefined;
    }

    /** From here on nothing is killed, and another Ctrl-C waits for the clean-up, which starts processes again. */
    end(): void {
        clearInterval(this.timer);
        this.over = true;
    }

    private readonly stop = (): void => {
        process.exitCode = 130;
        if (this.over) return;
        // Repeated, because the next step may just be starting.
        this.timer ??= setInterval(() => {
            this.marks.forEach(killMarked);
        }, 300);
    };
}
