import { readFileSync } from "node:fs";
import type { BatchResult, Text, Word } from "../batch";
import { Bench, running, sleep, unit, write } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

/** Answers each line with its process number, after the text of the file `mood`, if it exists. */
const oracle = (text: Word): Word[] => [
    "bash",
    "-c",
    'cat "$0" > /dev/null; echo $$ >> "$1"; while read -r line; do echo "$(cat "$2" 2> /dev/null)$line by $$"; done',
    text,
    bench.at("begun"),
    bench.at("mood"),
];
const begun = (): string[] => readFileSync(bench.at("begun"), "utf8").trim().split("\n");

interface Asking {
    keys?: string[];
    argv?: Word[];
    stdin?: Text;
    answers?: string;
}

const ask = ({
    keys = ["a"],
    argv = oracle({ pipe: "x\n" }),
    stdin = { collect: "ask" },
    answers = "^(?:bad (?P<fault>.*)|.* by .*)",
}: Asking = {}): Promise<BatchResult> =>
    bench.run({
        units: keys.map((key) => ({ ...unit(key, write(bench.at(key), "")), asks: true, contribute: { ask: `${key}\n` } })),
        verify: [{ do: "ask", id: "ask", argv, stdin, answers }],
    });

it("one command answers batch after batch, and ends with the executor", async () => {
    for (const keys of [["a"], ["b", "c"], ["d"]])
        expect(Object.values((await ask({ keys })).units).map(({ ok }) => ok)).toEqual(keys.map(() => true));
    const [first = "", ...more] = begun();
    expect(more).toEqual([]);
    expect(running(first)).toBe(true);
    bench.host.last.kill("SIGKILL");
    for (let i = 0; i < 100 && running(first); i++) await sleep(20);
    expect(running(first)).toBe(false);
});

it("what it says beside its answers, also after the last one, is no answer", async () => {
    const stdin = ["hello\n", { collect: "ask" }, "bye\n"];
    const answers = "^(?:bad (?P<fault>.*)|[ab] by .*)";
    expect((await ask({ stdin, answers })).units).toMatchObject({ a: { ok: true } });
    expect((await ask({ stdin, answers, keys: ["a", "b"] })).units).toMatchObject({ a: { ok: true }, b: { ok: true } });
    expect(begun()).toHaveLength(1);
});

it("of one that has stayed a fault counts only when a new one finds it too", async () => {
    await ask();
    const [stale = ""] = begun();
    const once = ["bash", "-c", 'read -r line; echo "$line by $$"; while read -r line; do echo "bad $line"; done'];
    expect((await ask({ argv: once })).units).toMatchObject({ a: { ok: true } });
    // It rejects every line after its first, so a new process is asked, for which the line is the first.
    expect((await ask({ argv: once, keys: ["b"] })).units).toMatchObject({ b: { ok: true } });
    await bench.steps(write(bench.at("mood"), "bad "));
    expect((await ask()).units).toMatchObject({ a: { ok: false, step: "ask", message: expect.stringMatching(/^a by \d+$/) as string } });
    expect(begun()).toHaveLength(2);
    expect(begun().concat(stale).filter(running)).toEqual([]);
});

it("one that has ended in between is begun again", async () => {
    await ask();
    const [first = ""] = begun();
    process.kill(Number(first), "SIGKILL");
    for (let i = 0; i < 100 && running(first); i++) await sleep(10);
    expect((await ask({ keys: ["b"] })).units).toMatchObject({ b: { ok: true } });
    expect(begun()).toHaveLength(2);
});

it("one that cannot be begun, or ends without an answer, fails with what it said and without its texts", async () => {
    const message = async (argv: Word[]): Promise<unknown> => (await ask({ argv })).units["a"];
    expect(await message(["no-such-command"])).toMatchObject({
        ok: false,
        step: "ask",
        message: "no-such-command: No such file or directory",
    });
    expect(await message(["sh", "-c", "echo broken >&2; exit 3", { pipe: "a secret" }])).toMatchObject({
        message: "sh -c echo broken >&2; exit 3 /proc/self/fd/..: exit code 3: broken",
    });
});
