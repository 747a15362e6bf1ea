import { killMarked, marked, run, start } from "./process";

test("both streams, input and exit code come back", async () => {
    const outcome = await start(["sh", "-c", "cat; echo oops >&2; exit 3"], { input: "hello" }).done;
    expect(outcome).toMatchObject({ code: 3, stdout: "hello", stderr: "oops\n" });
    expect(outcome.output).toContain("hello");
    expect(outcome.output).toContain("oops");
});

test("run throws with what the command printed", async () => {
    await expect(run(["sh", "-c", "echo no such share; exit 1"])).rejects.toThrow(/ended with 1:\nno such share/);
});

test("a program that does not exist rejects", async () => {
    await expect(start(["/no/such/program"]).done).rejects.toThrow(/ENOENT/);
});

test("a signal reaches the whole process group", async () => {
    const running = start(["sh", "-c", "sleep 60 & wait"]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    running.signal("SIGTERM");
    const outcome = await running.done;
    expect(outcome.seconds).toBeLessThan(5);
});

test("at the time limit helpers that left the process group die too, by the mark in their environment", async () => {
    const mark = `PVESMB_TEST_MARK=${process.pid}-${Date.now()}`;
    const [name = "", value = ""] = mark.split("=");
    const running = start(["sh", "-c", "setsid sleep 60 & wait"], { timeout: 0.5, mark, env: { ...process.env, [name]: value } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(marked(mark).length).toBeGreaterThan(0);
    const outcome = await running.done;
    expect(outcome.code).toBe(137);
    expect(outcome.output).toContain("killed after 0.5 s");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(marked(mark)).toEqual([]);
    killMarked(mark);
});
