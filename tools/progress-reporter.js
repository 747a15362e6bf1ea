const { existsSync, readFileSync } = require("node:fs");
const { budgetOf, nameOf } = require("./e2e-budgets");

const EVERY_SECONDS = 25;
const SLOWEST = 10;

/**
 * Says at least every 30 seconds which test files are running and how many are done, also without a terminal, and ends the e2e run with
 * two tables: the slowest files with their budgets (test/e2e/budgets.json), and where the time went (test/e2e/support/spent.ts).
 */
module.exports = class ProgressReporter {
    constructor() {
        this.running = new Map();
        this.done = [];
    }

    onRunStart({ numTotalTestSuites }) {
        this.total = numTotalTestSuites;
        this.spoken = Date.now();
        this.timer = setInterval(() => {
            if (Date.now() - this.spoken >= EVERY_SECONDS * 1000) this.say();
        }, 1000);
        this.timer.unref();
    }

    onTestFileStart(test) {
        this.running.set(test.path, Date.now());
    }

    onTestFileResult(test, result) {
        this.running.delete(test.path);
        const seconds = (result.perfStats.end - result.perfStats.start) / 1000;
        this.done.push({ name: nameOf(test.path), seconds, e2e: test.context.config.displayName?.name === "e2e" });
        this.spoken = Date.now();
    }

    say() {
        const now = Date.now();
        const running = [...this.running].map(([path, since]) => `${nameOf(path)} (${Math.round((now - since) / 1000)} s)`);
        process.stderr.write(`tests: ${this.done.length} of ${this.total} files done; running: ${running.join(", ") || "none yet"}\n`);
        this.spoken = now;
    }

    onRunComplete() {
        clearInterval(this.timer);
        const files = this.done.filter(({ e2e }) => e2e).sort((a, b) => b.seconds - a.seconds);
        if (files.length < 2) return;
        const row = ({ name, seconds }) => {
            const budget = budgetOf(name);
            const verdict = budget === undefined ? "no budget" : seconds > budget ? "OVER BUDGET" : "";
            return `  ${name.padEnd(20)} ${seconds.toFixed(0).padStart(5)} s   ${String(budget ?? "-").padStart(4)} s   ${verdict}`.trimEnd();
        };
        const slow = files.filter((file, index) => index < SLOWEST || file.seconds > (budgetOf(file.name) ?? 0));
        const lines = ["", "Slowest e2e files     took      budget", ...slow.map(row), "", ...spending()];
        process.stderr.write(`${lines.join("\n")}\n`);
    }
};

/** What the files' time went into, summed over all of them; what is side by side within a file counts twice. */
function spending() {
    const file = process.env.PVESMB_SPENT;
    if (file === undefined || !existsSync(file)) return [];
    const sums = new Map();
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const { on, seconds } = JSON.parse(line);
        const sum = sums.get(on) ?? { seconds: 0, times: 0 };
        sums.set(on, { seconds: sum.seconds + seconds, times: sum.times + 1 });
    }
    const rows = [...sums].sort(([, a], [, b]) => b.seconds - a.seconds);
    return [
        "Where the time went   sum       times",
        ...rows.map(([on, { seconds, times }]) => `  ${on.padEnd(20)} ${seconds.toFixed(0).padStart(5)} s   ${String(times).padStart(6)}`),
    ];
}
