import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import type { Batch, Step, UnitResult } from "../batch";
import { Bench, fail, run, soon, unit, write } from "../../../test/support/hosts/local-host";

jest.setTimeout(20_000);

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

/** Everything in a folder except the executor's own files: paths with type, mode, owner, ACLs, content and time. */
function picture(): string {
    const mine = "! -path './journal*' ! -name lock";
    const script = `find . ${mine} ! -path . -printf '%P %y %m %U %G %l\\n' | sort; getfacl -Rcpns .; find . -type f ${mine} -exec stat -c '%n %y' {} + -exec cat {} +`;
    return execFileSync("sh", ["-c", script], { cwd: bench.root, encoding: "utf8" });
}

/** The existing files: one of each kind. */
function furnish(): void {
    mkdirSync(bench.at("dir"), { mode: 0o750 });
    execFileSync("setfacl", ["-m", "u:1:rwx,d:g:1:rx", bench.at("dir")]);
    mkdirSync(bench.at("tree/deep"), { recursive: true });
    for (const name of ["file", "tree/deep/file", "dir/inside"]) writeFileSync(bench.at(name), `old ${name}`, { mode: 0o604 });
    symlinkSync("file", bench.at("link"));
}

const steps = (): Record<string, Step[]> => ({
    "a new file": [write(bench.at("new"), "x")],
    "a changed file": [write(bench.at("file"), "x")],
    "a file that was a link": [write(bench.at("link"), "x")],
    "the same file twice": [write(bench.at("file"), "x"), { do: "remove", path: bench.at("file") }],
    "new directories": [{ do: "directory", path: bench.at("n/e/w"), mode: "2770", acl: { access: [], default: [] } }],
    "a directory dressed anew": [{ do: "directory", path: bench.at("dir"), owner: "1", mode: "0700", acl: { access: [], default: [] } }],
    "a removed file": [{ do: "remove", path: bench.at("file") }],
    "a removed link": [{ do: "remove", path: bench.at("link") }],
    "a removed tree": [{ do: "remove", path: bench.at("tree"), tree: true }],
    "a renamed tree with a change in it": [
        write(bench.at("tree/deep/file"), "first"),
        { do: "rename", from: bench.at("tree"), to: bench.at("moved") },
        write(bench.at("moved/deep/file"), "second"),
        write(bench.at("moved/more"), "third"),
    ],
    "a new tree in the place of a removed one": [
        { do: "remove", path: bench.at("tree"), tree: true },
        { do: "directory", path: bench.at("tree/deep"), mode: "0700" },
        write(bench.at("tree/deep/file"), "mine"),
    ],
    "numbers and facts": [
        { do: "reserve", file: bench.at("ids"), space: "uid", name: "a", from: 30000, to: 30009, least: 1, most: 65533, taken: "passwd" },
        { do: "remember", file: bench.at("ids"), key: "k", value: "v" },
    ],
    "a command with an undo": [{ do: "run", argv: ["mkdir", bench.at("made")], undo: ["rmdir", bench.at("made")] }],
    "a command that needs its file to be undone": [
        write(bench.at("config"), "c"),
        { do: "run", argv: ["mkdir", bench.at("made")], undo: ["sh", "-c", `cat ${bench.at("config")} && rmdir ${bench.at("made")}`] },
        { do: "remove", path: bench.at("config") },
    ],
});
const NAMES = [
    "a new file",
    "a changed file",
    "a file that was a link",
    "the same file twice",
    "new directories",
    "a directory dressed anew",
    "a removed file",
    "a removed link",
    "a removed tree",
    "a renamed tree with a change in it",
    "a new tree in the place of a removed one",
    "numbers and facts",
    "a command with an undo",
    "a command that needs its file to be undone",
];

it("the table of names is whole", () => {
    expect(Object.keys(steps())).toEqual(NAMES);
});

describe.each(NAMES)("%s", (name) => {
    it("goes back when its unit fails, and the other unit stays", async () => {
        furnish();
        const before = picture();
        const { units } = await bench.run({ units: [unit("bad", ...steps()[name]!, fail), unit("good", write(bench.at("good"), "g"))] });
        expect(units).toMatchObject({
            bad: { ok: false, message: "sh -c echo broken >&2; exit 3: exit code 3: broken" },
            good: { ok: true },
        });
        expect(readFileSync(bench.at("good"), "utf8")).toBe("g");
        execFileSync("rm", [bench.at("good")]);
        expect(picture()).toBe(before);
        expect(readdirSync(bench.at("journal"))).toEqual([]);
    });

    it("goes back when the commit fails, and when the connection is lost", async () => {
        furnish();
        const before = picture();
        const { units } = await bench.run({ units: [unit("u", ...steps()[name]!)], commit: [fail] });
        expect(units["u"]).toMatchObject({ ok: false, step: "run #1" });
        expect(picture()).toBe(before);
        const batch = bench.run({ units: [unit("u", ...steps()[name]!, run("touch", bench.at("reached")), run("sleep", "30"))] });
        const ended = new Promise((resolve) => bench.host.last.once("exit", resolve));
        const lost = expect(batch).rejects.toMatchObject({ name: "Unreachable", details: { dispatched: true } });
        while (!existsSync(bench.at("reached"))) await new Promise((resolve) => setTimeout(resolve, 5));
        bench.host.last.stdin!.destroy();
        await lost;
        await ended;
        execFileSync("rm", [bench.at("reached")]);
        expect(picture()).toBe(before);
        expect(readdirSync(bench.at("journal"))).toEqual([]);
    });

    it("goes back at the next batch when the executor is killed", async () => {
        furnish();
        const before = picture();
        const batch = bench.run({ units: [unit("u", ...steps()[name]!, run("touch", bench.at("reached")), run("sleep", "30"))] });
        const lost = expect(batch).rejects.toMatchObject({ name: "Unreachable" });
        while (!existsSync(bench.at("reached"))) await new Promise((resolve) => setTimeout(resolve, 5));
        bench.host.last.kill("SIGKILL");
        await lost;
        execFileSync("rm", [bench.at("reached")]);
        if (name === "a command that needs its file to be undone") writeFileSync(bench.at("config"), "c");
        expect((await bench.run({ units: [] })).recovered).toBe(1);
        if (name === "a command that needs its file to be undone") expect(existsSync(bench.at("config"))).toBe(false);
        expect(picture()).toBe(before);
        expect((await bench.run({ units: [] })).recovered).toBe(0);
    });
});

describe("verify", () => {
    const asking = (key: string, ...more: Step[]): Batch["units"][number] => ({
        ...unit(key, write(bench.at(key), key), ...more),
        contribute: { ask: `${key}\n`, all: `${key};` },
        asks: true,
    });
    /** Answers each line with `ok NAME`, or `bad NAME: reason` if it contains an x. */
    const ask: Step = {
        do: "ask",
        id: "ask",
        argv: ["sed", "-u", "-e", "s/^\\(.*x.*\\)/bad \\1: has an x/", "-e", "t", "-e", "s/^/ok /"],
        stdin: { collect: "ask" },
        answers: "^(?:ok |bad .*: (?P<fault>.*))",
    };
    const there = (...names: string[]): boolean[] => names.map((name) => existsSync(bench.at(name)));

    it("takes out the blamed ones, looks again without them, commits the others", async () => {
        const result = await bench.run({
            units: [asking("a"), asking("bx"), unit("silent", write(bench.at("silent"), "")), asking("cx"), asking("d")],
            verify: [{ do: "write", path: bench.at("probe"), content: { collect: "all" }, mode: "0600" }, ask],
            commit: [
                { do: "write", path: bench.at("active"), content: { collect: "all" }, mode: "0644" },
                { ...run("echo", "reloaded"), id: "reload" },
            ],
        });
        const blamed = { ok: false, step: "ask", message: "has an x", kind: "RemoteFailed" };
        expect(result.units).toMatchObject({ a: { ok: true }, bx: blamed, silent: { ok: true }, cx: blamed, d: { ok: true } });
        expect(there("a", "bx", "silent", "cx", "d")).toEqual([true, false, true, false, true]);
        expect(["probe", "active"].map((name) => readFileSync(bench.at(name), "utf8"))).toEqual(["a;d;", "a;d;"]);
        expect(result.steps["reload"]!.changed).toBe(true);
    });

    it("a unit without an answer fails", async () => {
        const { units } = await bench.run({
            units: [asking("a"), asking("b")],
            verify: [{ ...ask, argv: ["head", "-n1"], answers: "^[ab]$" }],
        });
        expect(units).toMatchObject({ a: { ok: true }, b: { ok: false, message: "no answer" } });
    });

    it("a failure that blames nobody takes all back, verify's own files too, and nothing is activated", async () => {
        const { units } = await bench.run({
            units: [asking("a"), unit("b", write(bench.at("b"), ""))],
            verify: [
                write(bench.at("probe"), ""),
                { do: "ask", argv: ["sh", "-c", "echo broken >&2; exit 3"], stdin: "", answers: "^never" },
            ],
            commit: [run("touch", bench.at("activated"))],
        });
        expect(units).toMatchObject({ a: { ok: false, step: "ask #2" }, b: { ok: false, step: "ask #2" } });
        expect(there("a", "b", "probe", "activated")).toEqual([false, false, false, false]);
    });

    it("is left out when no live unit asks", async () => {
        const result = await bench.run({
            units: [asking("a", fail), unit("b", write(bench.at("b"), ""))],
            verify: [run("touch", bench.at("asked"))],
        });
        expect([result.units["b"]!.ok, ...there("asked")]).toEqual([true, false]);
    });
});

describe("commit", () => {
    it("runs its commands only if something changed, its files always", async () => {
        const batch = {
            units: [unit("u", write(bench.at("u"), ""))],
            commit: [write(bench.at("c"), "1"), { ...run("true"), id: "reload" }],
        };
        expect((await bench.run(batch)).steps["reload"]).toBeDefined();
        expect((await bench.run(batch)).steps["reload"]).toBeUndefined();
        writeFileSync(bench.at("c"), "foreign");
        expect((await bench.run(batch)).steps["reload"]).toBeDefined();
    });

    it("does not run for a unit that failed", async () => {
        const result = await bench.run({ units: [unit("u", write(bench.at("u"), ""), fail)], commit: [run("touch", bench.at("ran"))] });
        expect([result.units["u"]!.ok, existsSync(bench.at("ran"))]).toEqual([false, false]);
    });

    it("activates the old state again when it fails", async () => {
        writeFileSync(bench.at("u"), "old");
        const load = { ...run("sh", "-c", `cat ${bench.at("u")} >> ${bench.at("loaded")}; echo >> ${bench.at("loaded")}`) };
        const { units } = await bench.run({ units: [unit("u", write(bench.at("u"), "new"))], commit: [load, fail] });
        expect(units["u"]).toMatchObject({
            ok: false,
            message: expect.stringMatching(/^sh .*broken \(activating the old state again failed too: sh .*broken\)$/s) as string,
        });
        expect(readFileSync(bench.at("loaded"), "utf8")).toBe("new\nold\n");
    });

    it("is run again over the old state when the executor was killed in it", async () => {
        writeFileSync(bench.at("u"), "old");
        const load = run("sh", "-c", `cat ${bench.at("u")} > ${bench.at("loaded")}`);
        const batch = bench.run({
            units: [unit("u", write(bench.at("u"), "new"))],
            commit: [load, { ...run("sleep", "30"), unless: ["test", "-e", bench.at("go")] } as Step],
        });
        const lost = expect(batch).rejects.toMatchObject({ name: "Unreachable" });
        while (!existsSync(bench.at("loaded"))) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 50));
        bench.host.last.kill("SIGKILL");
        await lost;
        writeFileSync(bench.at("go"), "");
        expect((await bench.run({})).recovered).toBe(1);
        expect(["u", "loaded"].map((name) => readFileSync(bench.at(name), "utf8"))).toEqual(["old", "old"]);
    });

    it("is finished when the connection is lost during it", async () => {
        const batch = bench.run({
            units: [unit("u", write(bench.at("u"), "new"))],
            commit: [run("touch", bench.at("begun")), run("sleep", "0.3"), run("touch", bench.at("done"))],
        });
        const ended = new Promise((resolve) => bench.host.last.once("exit", resolve));
        const lost = expect(batch).rejects.toMatchObject({ name: "Unreachable" });
        while (!existsSync(bench.at("begun"))) await new Promise((resolve) => setTimeout(resolve, 5));
        bench.host.last.stdin!.destroy();
        await Promise.all([lost, ended]);
        expect([existsSync(bench.at("u")), existsSync(bench.at("done"))]).toEqual([true, true]);
    });
});

it("the guard refuses the whole batch untouched", async () => {
    const batch = { guard: { path: bench.at("mark"), fields: ["nonce"], value: "nonce-1" }, units: [unit("u", write(bench.at("u"), ""))] };
    for (const mark of [undefined, '{"nonce":"nonce-10"}', "nonce-1"]) {
        if (mark !== undefined) writeFileSync(bench.at("mark"), mark);
        await expect(bench.run(batch)).rejects.toMatchObject({ name: "Conflict" });
    }
    expect(existsSync(bench.at("u"))).toBe(false);
    writeFileSync(bench.at("mark"), '{"v":1,"nonce":"nonce-1"}\n');
    expect((await bench.run(batch)).units["u"]!.ok).toBe(true);
});

it("a unit that fails late leaves what a later unit has written since", async () => {
    writeFileSync(bench.at("f"), "old");
    const first = { ...unit("a", write(bench.at("f"), "a")), asks: true };
    const verify: Step[] = [{ do: "ask", argv: ["echo", "no"], stdin: "", answers: "^(?P<fault>no)" }];
    const { units } = await bench.run({ units: [first, unit("b", write(bench.at("f"), "b"))], verify });
    expect([units["a"]!.ok, units["b"]!.ok, readFileSync(bench.at("f"), "utf8")]).toEqual([false, true, "b"]);
    await bench.run({ units: [first, unit("c", write(bench.at("f"), "c"))], verify, commit: [fail] });
    expect(readFileSync(bench.at("f"), "utf8")).toBe("b");
});

/** Kills the agent and waits until its channel is closed: the next batch must not be written to a dying agent. */
async function killed(): Promise<void> {
    const { last } = bench.host;
    const closed = new Promise((resolve) => last.once("close", resolve));
    last.kill("SIGKILL");
    await closed;
}

it("what others planted in the place of what a killed batch did holds nobody up, and leads nowhere", async () => {
    mkdirSync(bench.at("theirs"));
    for (const [planted, ...plant] of [
        ["FIFO", "rm -rf d/f && mkfifo d/f"],
        ["link", "mv d theirs.old && ln -s theirs d"],
        ["link to a file", "rm -rf d/f && ln -s ../theirs/f d/f"],
    ] as const) {
        const sh = (script: string): string => execFileSync("sh", ["-c", script], { cwd: bench.root, encoding: "utf8" });
        sh("rm -rf d reached theirs.old; mkdir d; echo old > d/f; echo theirs > theirs/f");
        const batch = bench.run({
            units: [unit("u", write(bench.at("d/f"), "new"), run("touch", bench.at("reached")), run("sleep", "30"))],
        });
        const lost = expect(batch).rejects.toMatchObject({ name: "Unreachable" });
        while (!existsSync(bench.at("reached"))) await new Promise((resolve) => setTimeout(resolve, 5));
        await killed();
        await lost;
        sh(plant[0]);
        const { recovered, units } = await bench.run({ units: [unit("v", write(bench.at("other"), planted))] });
        expect([planted, recovered, units["v"]?.ok]).toEqual([planted, 1, true]);
        expect(sh("ls theirs; cat theirs/f")).toBe("f\ntheirs\n");
    }
});

it("killed at any moment: after the next batch all of it is there, or nothing", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `f${i}`);
    const state = (): string[] => [
        ...names.map((name) => readFileSync(bench.at(name), "utf8")),
        ...readdirSync(bench.root).filter((name) => /^d/.test(name)),
    ];
    const batch = (round: number): Partial<Batch> => ({
        units: names.map((name, i) =>
            unit(
                name,
                write(bench.at(name), `${name} ${round}`),
                ...(i % 4 === 0 ? [{ do: "rename", from: bench.at(`d${i}-${round - 1}`), to: bench.at(`d${i}-${round}`) } as const] : []),
                ...(i % 5 === 0 ? [run("true")] : []),
            ),
        ),
    });
    for (const i of [0, 4, 8]) mkdirSync(bench.at(`d${i}-0`));
    await bench.run({ units: names.map((name) => unit(name, write(bench.at(name), `${name} 0`))) });
    const wanted = (round: number): string[] => [...names.map((name) => `${name} ${round}`), ...[0, 4, 8].map((i) => `d${i}-${round}`)];
    let round = 0;
    let recovered = 0;
    for (let i = 0; i < 25; i++) {
        expect(state().sort()).toEqual(wanted(round).sort());
        await bench.executor.ping(soon());
        const going = bench.run(batch(round + 1)).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, i * 2));
        await killed();
        await going;
        recovered += (await bench.run({})).recovered;
        if (state()[0] === `f0 ${round + 1}`) round++;
    }
    expect(state().sort()).toEqual(wanted(round).sort());
    expect(recovered).toBeGreaterThan(0);
    expect(readdirSync(bench.at("journal"))).toEqual([]);
}, 60_000);

it("secrets of a failing step are in no error, result or journal", async () => {
    const { executor } = bench;
    const secret = "geheim-4711";
    const result = await bench.run({
        units: [
            unit("u", { do: "run", id: "p", argv: ["sh", "-c", "cat; exit 1"], stdin: secret, quiet: true, undo: ["true"] }),
            unit("v", { do: "run", id: "q", argv: ["cat"], stdin: secret, quiet: true, undo: ["true"] }),
        ],
    });
    expect(JSON.stringify(result)).not.toContain(secret);
    const batch = executor.batch(
        { units: [unit("v", { do: "run", argv: ["sleep", "9"], stdin: secret, quiet: true, undo: ["true"] })], verify: [], commit: [] },
        soon(),
    );
    const lost = expect(batch).rejects.toThrow();
    while (!existsSync(bench.at("journal")) || readdirSync(bench.at("journal")).length === 0)
        await new Promise((resolve) => setTimeout(resolve, 5));
    expect(execFileSync("sh", ["-c", `cat ${bench.at("journal")}/*; cat /proc/[0-9]*/cmdline 2>/dev/null; true`]).toString()).not.toContain(
        secret,
    );
    expect(statSync(bench.at("journal")).mode & 0o777).toBe(0o700);
    bench.host.last.kill("SIGKILL");
    await lost;
});

it("property: any batch run twice changes nothing the second time; with a failure at its end it leaves no trace", async () => {
    const path = fc.constantFrom("a", "b", "dir/c", "dir/d");
    const step: fc.Arbitrary<(at: (path: string) => string) => Step> = fc.oneof(
        fc
            .tuple(path, fc.string(), fc.constantFrom("0644", "0600"))
            .map(([p, content, mode]) => (at: (path: string) => string): Step => ({ do: "write", path: at(p), content, mode })),
        fc
            .tuple(fc.constantFrom("dir", "x", "x/y"), fc.constantFrom("0755", "2770"), fc.boolean())
            .map(([p, mode, acl]) => (at: (path: string) => string): Step => ({
                do: "directory",
                path: at(p),
                mode,
                ...(acl ? { acl: { access: [{ kind: "user", name: "1", permissions: "r-x" }], default: [] } } : {}),
            })),
        fc.string({ minLength: 1 }).map((name) => (at: (path: string) => string): Step => ({
            do: "reserve",
            file: at("ids"),
            space: "s",
            name,
            from: 31000,
            to: 32000,
            least: 1,
            most: 65533,
            taken: "group",
        })),
        fc.string().map((key) => (at: (path: string) => string): Step => ({ do: "remember", file: at("ids"), key, value: "v" })),
        path.map((p) => (at: (path: string) => string): Step => ({
            do: "run",
            argv: ["touch", at(`made-${p.replace("/", "-")}`)],
            unless: ["test", "-e", at(`made-${p.replace("/", "-")}`)],
            undo: ["rm", at(`made-${p.replace("/", "-")}`)],
        })),
    );
    mkdirSync(bench.at("p"));
    let n = 0;
    await fc.assert(
        fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { minLength: 1, maxLength: 4 }), async (units) => {
            const folder = `p/${n++}`;
            mkdirSync(bench.at(folder, "dir"), { recursive: true });
            // Each path belongs to one unit and has one final state: the unit's first step for it.
            const seen = new Map<string, string>();
            const batch = {
                units: units.map((list, i) =>
                    unit(
                        `u${i}`,
                        ...list
                            .map((make) => make((p) => bench.at(folder, p)))
                            .filter((each) => {
                                const claim = each.do === "write" || each.do === "directory" ? each.path : JSON.stringify(each);
                                return !seen.has(claim) && seen.set(claim, "");
                            }),
                    ),
                ),
            };
            const all = (results: Record<string, UnitResult>): unknown[] =>
                Object.values(results).map((each) => (each.ok ? each.changed : each.message));
            const before = picture();
            const doomed = await bench.run({ units: batch.units.map((each) => ({ ...each, steps: [...each.steps, fail] })) });
            expect(Object.values(doomed.units).every((each) => !each.ok)).toBe(true);
            expect(picture()).toBe(before);
            const first = await bench.run(batch);
            expect(Object.values(first.units).every((each) => each.ok)).toBe(true);
            const after = picture();
            expect(all((await bench.run(batch)).units)).toEqual(batch.units.map(() => false));
            expect(picture()).toBe(after);
        }),
        { numRuns: 15 },
    );
}, 60_000);
