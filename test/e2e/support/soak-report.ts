import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { repository } from "./package";

/** The results of a long drill, written to docs/soak/NAME.md after each row, so that an interrupted drill keeps its rows. */
export class SoakReport {
    private readonly rows: string[][] = [];
    private readonly facts = new Map<string, string>();
    private readonly began = Date.now();

    constructor(
        private readonly name: string,
        private readonly title: string,
        private readonly head: string[],
    ) {}

    /** `Samba`, `4.17.12`: versions that the results were found with. */
    fact(what: string, value: string): void {
        this.facts.set(what, value);
    }

    row(...cells: string[]): void {
        this.rows.push(cells);
        process.stdout.write(`${cells.join("  ")}\n`);
        this.write();
    }

    /** A test whose result becomes a row in a table of three columns: what was tested, the result, seconds. */
    test(name: string, run: () => Promise<void>, what = name): void {
        test(name, async () => {
            const began = Date.now();
            const row = (result: string): void => this.row(what, result, ((Date.now() - began) / 1000).toFixed(1));
            try {
                await run();
                row("good");
            } catch (error) {
                row("**failed**");
                throw error;
            }
        });
    }

    private write(): void {
        const machine = `Linux ${release()}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GiB`;
        const facts = [...this.facts].map(([what, value]) => `${what} ${value}`);
        const minutes = ((Date.now() - this.began) / 60_000).toFixed(1);
        const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
        const text = [
            `# ${this.title}`,
            "",
            `Written by \`make soak\` on ${new Date().toISOString().slice(0, 10)} (${minutes} minutes; ${[...facts, machine].join("; ")}).`,
            "Against the lab; [test/lab/README.md](../../test/lab/README.md) says what differs there from a real Proxmox VE.",
            "",
            line(this.head),
            line(this.head.map(() => "---")),
            ...this.rows.map(line),
            "",
        ].join("\n");
        const file = join(repository, "docs/soak", `${this.name}.md`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
    }
}
