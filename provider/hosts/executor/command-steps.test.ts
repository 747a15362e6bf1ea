import type { Step } from "../batch";
import { Bench, run, running, write } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

describe("run", () => {
    it("gives stdin, environment and LC_ALL=C, and no more of our environment", async () => {
        process.env["PVESMB_LEAK"] = "leak";
        const { steps } = await bench.fine({
            do: "run",
            id: "x",
            argv: ["sh", "-c", 'cat; echo "$A $LC_ALL [$PVESMB_LEAK]" >&2'],
            stdin: ["s", "tdin"],
            env: { A: "b" },
        });
        delete process.env["PVESMB_LEAK"];
        expect(steps["x"]).toEqual({ changed: true, code: 0, value: "stdin", stdout: "stdin", stderr: "b C []\n" });
    });

    it.each<[string, object, boolean | string]>([
        ["unless that succeeds", { unless: ["true"] }, false],
        ["unless that fails", { unless: ["false"] }, true],
        ["onlyIf that succeeds", { onlyIf: ["true"] }, true],
        ["onlyIf that fails", { onlyIf: ["no-such-command"] }, false],
        ["a look", { changes: false }, false],
        ["changes by pattern, met", { changes: "^out" }, true],
        ["changes by pattern, not met", { changes: "^nothing" }, false],
        ["ok codes", { argv: ["sh", "-c", "exit 3"], ok: [0, 3] }, true],
        ["a wrong code", { argv: ["sh", "-c", "echo why >&2; exit 3"] }, "sh -c echo why >&2; exit 3: exit code 3: why"],
        [
            "a wrong code, quiet",
            { argv: ["sh", "-c", "cat >&2; exit 3"], stdin: "secret", quiet: true },
            "sh -c cat >&2; exit 3: exit code 3",
        ],
        ["a message of one's own", { argv: ["false"], message: "choose another name" }, "choose another name"],
        ["failIf", { argv: ["echo", "ERROR: no"], failIf: "^ERROR" }, "echo ERROR: no: exit code 0: ERROR: no"],
        ["no such command", { argv: ["no-such-command"] }, "no-such-command: exit code 127: no-such-command: No such file or directory"],
        ["too long", { argv: ["sleep", "30"], timeout: 0.2 }, "sleep: still running after 0 s, ended"],
    ])("%s", async (_, more, expected) => {
        const result = await bench.steps({ do: "run", argv: ["echo", "out"], ...more });
        expect(result.ok ? result.changed : result.message).toBe(expected);
    });

    it("tries again while it ends with a code that passes, and no other", async () => {
        const second = (code: number): string => `mkdir ${bench.at(String(code))} 2>/dev/null && exit ${code}; echo done`;
        expect((await bench.fine({ do: "run", id: "x", argv: ["sh", "-c", second(8)], again: [8] })).steps["x"]?.value).toBe("done");
        expect((await bench.broken({ do: "run", argv: ["sh", "-c", second(9)], again: [8] })).message).toContain("exit code 9");
    });

    it("cuts long output in the middle and keeps both ends", async () => {
        const { steps } = await bench.fine({
            do: "run",
            id: "x",
            argv: ["sh", "-c", "echo first; yes 0123456789 | head -c 5000000; echo last"],
        });
        const out = steps["x"]!.stdout!;
        expect(out.length).toBeLessThan(1_100_000);
        expect([out.startsWith("first\n"), out.endsWith("last\n"), /\[39\d{5} bytes left out\]/.test(out)]).toEqual([true, true, true]);
    });

    it("does not wait for what a command leaves in the background", async () => {
        const began = Date.now();
        await bench.fine(run("sh", "-c", "sleep 5 & echo done"));
        expect(Date.now() - began).toBeLessThan(2000);
    });

    it("ends the whole process group when the time is over", async () => {
        await bench.broken({ do: "run", argv: ["sh", "-c", `sleep 60 & echo $! > ${bench.at("pid")}; wait`], timeout: 0.3 });
        expect(running(bench.read("pid"))).toBe(false);
    });
});

it("run takes the part of its output that is asked for as its value", async () => {
    const { steps } = await bench.fine({
        do: "run",
        id: "id",
        argv: ["printf", "a\nkey: the value\n"],
        take: "^key: (.*)$",
        changes: false,
    });
    expect(steps["id"]?.value).toBe("the value");
    expect((await bench.fine({ do: "run", id: "id", argv: ["true"], take: "^key: (.*)$" })).steps["id"]?.value).toBe("");
});

it("values of steps before, numbers of accounts, and a value that nothing gave", async () => {
    const { steps } = await bench.fine(
        { do: "run", id: "n", argv: ["echo", " 41 "], changes: false },
        { do: "run", id: "x", argv: ["echo", [{ value: "n" }, "-", { uid: "daemon" }, "-", { gid: "7" }]] },
    );
    expect(steps["x"]!.stdout).toBe("41-1-7\n");
    expect((await bench.broken(run("true"), { do: "run", argv: [{ value: "n" }] })).message).toBe(
        "no step before this one gave the value n",
    );
    expect(await bench.broken(run("true"), { do: "run", argv: ["echo", { uid: "nobody-here" }] })).toMatchObject({
        step: "run #2",
        message: "there is no user nobody-here on this host",
    });
});

it("ifChanged: by id, and by any step before", async () => {
    const steps: Step[] = [
        { ...write(bench.at("a"), "a"), id: "a" },
        { do: "run", id: "b", ifChanged: "a", argv: ["true"] },
        { do: "run", id: "c", ifChanged: "*", argv: ["true"] },
    ];
    const changed = async (): Promise<boolean[]> => Object.values((await bench.fine(...steps)).steps).map((step) => step.changed);
    expect(await changed()).toEqual([true, true, true]);
    expect(await changed()).toEqual([false, false, false]);
});
