import { existsSync, readFileSync } from "node:fs";
import type { BatchResult, Step, Word } from "../batch";
import { Bench, run, running, sleep, unit, write } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

/** Records its start, then reads its pipe to the end and prints the text. */
const reader = (text: Word): Word[] => ["sh", "-c", 'echo $$ >> "$1"; cat "$0"', text, bench.at("begun")];
const begun = (): string[] => (existsSync(bench.at("begun")) ? readFileSync(bench.at("begun"), "utf8").trim().split("\n") : []);

async function begunAre(count: number): Promise<string[]> {
    for (let i = 0; i < 200 && begun().length < count; i++) await sleep(10);
    await sleep(50);
    expect(begun()).toHaveLength(count);
    return begun();
}

const touched = (n: number): ReturnType<typeof unit> => unit("u", write(bench.at("u"), String(n)));
const said = ({ steps }: BatchResult): string | undefined => steps["r"]?.stdout;

const after = (n: number, step: Partial<Step> = {}): Promise<BatchResult> =>
    bench.run({
        units: [touched(n)],
        commit: [{ do: "run", id: "r", argv: reader({ pipe: ["turn ", String(n), "\n"] }), ...step } as Step],
    });

it("a command reads a text from a pipe, which no error shows", async () => {
    const step = (argv: Word[]): Step => ({ do: "run", id: "r", argv });
    expect(await bench.steps(step(["cat", { pipe: "a\n" }, { pipe: [{ uid: "root" }, "b\n"] }]))).toMatchObject({
        ok: true,
        steps: { r: { stdout: "a\n0b\n" } },
    });
    expect(await bench.steps(step(["sh", "-c", "exit 3", { pipe: "a secret" }]))).toMatchObject({
        message: "sh -c exit 3 /proc/self/fd/..: exit code 3: no output",
    });
    expect(await bench.steps({ ...run("false"), unless: ["grep", "-q", "yes", { pipe: "yes\n" }] } as Step)).toMatchObject({
        changed: false,
    });
});

it("a command with a pipe is begun a batch ahead, and gets what its own turn has for it", async () => {
    expect(said(await after(1))).toBe("turn 1\n");
    const [, second = ""] = await begunAre(2);
    expect(running(second)).toBe(true);
    expect(said(await after(2))).toBe("turn 2\n");
    expect((await begunAre(3))[1]).toBe(second);
    expect(running(second)).toBe(false);
});

it("one that waited and ended before its turn is begun again", async () => {
    await after(1);
    const [, second = ""] = await begunAre(2);
    process.kill(Number(second), "SIGKILL");
    for (let i = 0; i < 100 && running(second); i++) await sleep(10);
    expect(said(await after(2))).toBe("turn 2\n");
    await begunAre(4);
});

it("what waits is not begun twice, and ends with the executor", async () => {
    await after(1);
    const [, second = ""] = await begunAre(2);
    // Without a change that commit's commands don't run.
    await after(1);
    await begunAre(2);
    bench.host.last.kill("SIGKILL");
    for (let i = 0; i < 100 && running(second); i++) await sleep(20);
    expect(running(second)).toBe(false);
});

it("what may not have its turn, or whose words nobody knows yet, is not begun ahead", async () => {
    await after(1, { ifChanged: "x" });
    await begunAre(0);
    await after(2, { argv: [...reader({ pipe: "" }), { uid: "root" }] });
    await begunAre(1);
    await after(3, { argv: ["true"], unless: reader({ pipe: "" }) });
    await begunAre(3);
});
