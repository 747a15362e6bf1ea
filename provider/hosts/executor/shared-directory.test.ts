import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { Deadline } from "../../base/deadline";
import type { BatchResult, Step } from "../batch";
import { Executor } from "./executor";
import { Bench, LocalHost, run, sleep, soon, unit, write } from "../../../test/support/hosts/local-host";

/** Agents of two hosts that have one directory, as the gateways of a cluster do; each has its own lock and journal. */

jest.setTimeout(30_000);

let bench: Bench;
let hosts: LocalHost[];
let executors: Executor[];
beforeEach(() => {
    bench = new Bench();
    hosts = [new LocalHost(), new LocalHost()];
    executors = hosts.map(
        (host, index) =>
            new Executor(host, { lock: bench.at(`lock-${index}`), journal: bench.at(`journal-${index}`), shared: bench.places.shared }),
    );
});
afterEach(() => {
    for (const host of hosts) host.children.forEach((child) => child.kill("SIGKILL"));
    executors.forEach((executor) => executor.close());
    bench.dispose();
});

const visible = (name: string): boolean => !/^(lock|journal|shared$|turns$)/.test(name);
const there = (): string[] => readdirSync(bench.root).filter(visible).sort();
const unfinished = (): string[] => there().filter((name) => name.startsWith(".pvesmb-new"));
const batch = (index: number, ...files: string[]): Promise<BatchResult> =>
    executors[index]!.batch(
        { units: [unit("u", ...files.map((file) => write(bench.at(file), LARGE + file)))], verify: [], commit: [] },
        soon(),
    );
const nothing = (index: number): Promise<BatchResult> => executors[index]!.batch({ units: [], verify: [], commit: [] }, soon());
const reserve = (name: string): Step => ({
    ...{ do: "reserve", file: bench.at("ids"), space: "uid", name, least: 1, most: 65533, taken: "passwd" },
    ...{ from: 30000, to: 30999 },
});
/** Takes a while to write. */
const LARGE = "x".repeat(4 << 20);

/** Writes until it sees a file that does not have its own name yet, and stops the agent there. */
async function heldUp(index: number, ...files: string[]): Promise<{ written: Promise<BatchResult>; left: string[] }> {
    await nothing(index);
    const before = unfinished();
    const left = (): string[] => unfinished().filter((name) => !before.includes(name));
    for (;;) {
        let done = false;
        const written = batch(index, ...files);
        void written.then(
            () => (done = true),
            () => (done = true),
        );
        while (!done) {
            await sleep(0);
            if (left().length === 0) continue;
            hosts[index]!.last.kill("SIGSTOP");
            await stopped(hosts[index]!.last.pid!);
            if (left().length > 0) return { written, left: left() };
            hosts[index]!.last.kill("SIGCONT");
        }
        await written;
        for (const file of files) rmSync(bench.at(file));
    }
}

/** Kills the agent, and waits until its executor knows. */
async function killed(index: number): Promise<void> {
    const agent = hosts[index]!.last;
    const closed = new Promise((resolve) => agent.once("close", resolve));
    agent.kill("SIGKILL");
    await closed;
    await sleep(0);
}

async function stopped(pid: number): Promise<void> {
    while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) await sleep(1);
}

it("one agent writes while another one is in the middle of writing there", async () => {
    const { written } = await heldUp(0, "a", "b", "c", "same");
    expect((await batch(1, "d", "same")).units["u"]).toMatchObject({ ok: true });
    hosts[0]!.last.kill("SIGCONT");
    expect((await written).units["u"]).toMatchObject({ ok: true });
    expect(there()).toEqual(["a", "b", "c", "d", "same"]);
    for (const name of there()) expect(bench.read(name) === LARGE + name).toBe(true);
});

it("many agents' many small files in one directory", async () => {
    const names = (index: number): string[] => Array.from({ length: 200 }, (_, n) => `${index}-${n % 50}`);
    const done = await Promise.all(
        [0, 1].map((index) =>
            executors[index]!.batch(
                { units: names(index).map((name, n) => unit(`${n}`, write(bench.at(name), `${n}`))), verify: [], commit: [] },
                soon(),
            ),
        ),
    );
    expect(done.flatMap(({ units }) => Object.values(units).filter(({ ok }) => !ok))).toEqual([]);
    expect(unfinished()).toEqual([]);
});

it("what a killed agent left goes with its host's next batch; what another host is writing stays", async () => {
    const first = await heldUp(0, "a");
    const lost = expect(first.written).rejects.toMatchObject({ name: "Unreachable" });
    await killed(0);
    await lost;
    const { written, left } = await heldUp(1, "b");
    expect(unfinished()).toEqual([...first.left, ...left].sort());
    expect((await nothing(0)).recovered).toBe(1);
    expect(there()).toEqual(left);
    hosts[1]!.last.kill("SIGCONT");
    expect((await written).units["u"]).toMatchObject({ ok: true });
    expect(there()).toEqual(["b"]);
});

it("an agent that is killed while it rolls back leaves nothing either", async () => {
    await batch(0, "a");
    await until(async () => {
        const begun = executors[0]!.batch(
            {
                units: [unit("u", write(bench.at("a"), "new"), run("touch", bench.at("reached")), run("sleep", "30"))],
                verify: [],
                commit: [],
            },
            soon(),
        );
        const lost = expect(begun).rejects.toMatchObject({ name: "Unreachable" });
        while (!there().includes("reached")) await sleep(5);
        rmSync(bench.at("reached"));
        await killed(0);
        await lost;
        const rolled = nothing(0).then(
            () => "rolled back",
            () => "killed",
        );
        while (unfinished().length === 0 && statSync(bench.at("a")).size === 3) await sleep(0);
        await killed(0);
        return (await rolled) === "killed" && unfinished().length > 0;
    });
    expect((await nothing(0)).recovered).toBe(1);
    expect(there()).toEqual(["a"]);
    expect(bench.read("a") === `${LARGE}a`).toBe(true);
});

describe("that name one lock", () => {
    beforeEach(() => writeFileSync(bench.places.shared, `${bench.at("turns")}\n`));

    it("neither loses what the other one reserves", async () => {
        const all = [0, 1].map(async (index) => {
            for (let n = 0; n < 30; n++)
                await executors[index]!.batch({ units: [unit("u", reserve(`${index}-${n}`))], verify: [], commit: [] }, soon());
        });
        await Promise.all(all);
        const { reserved } = JSON.parse(bench.read("ids")) as { reserved: { uid: Record<string, number> } };
        expect(Object.values(reserved.uid).sort()).toEqual(Array.from({ length: 60 }, (_, n) => 30000 + n));
    });

    it("what one had reserved before it was killed goes, what the other one has reserved since stays", async () => {
        await executors[1]!.batch({ units: [unit("u", reserve("first"))], verify: [], commit: [] }, soon());
        const steps = [reserve("killed"), run("touch", bench.at("reached")), run("sleep", "30")];
        const begun = executors[0]!.batch({ units: [unit("u", ...steps)], verify: [], commit: [] }, soon());
        const lost = expect(begun).rejects.toMatchObject({ name: "Unreachable" });
        while (!there().includes("reached")) await sleep(5);
        await killed(0);
        await lost;
        await executors[1]!.batch({ units: [unit("u", reserve("second"))], verify: [], commit: [] }, soon());
        expect((await nothing(0)).recovered).toBe(1);
        expect(JSON.parse(bench.read("ids"))).toEqual({ reserved: { uid: { first: 30000, second: 30002 } } });
    });

    it.each([
        ["are undone", false],
        ["are not undone when the other one had a turn since: they would undo what it did", true],
    ])("commands of one that was killed %s", async (_what, since) => {
        const steps: Step[] = [{ ...run("touch", bench.at("reached")), undo: ["touch", bench.at("undone")] } as Step, run("sleep", "30")];
        const begun = executors[0]!.batch({ units: [unit("u", write(bench.at("file"), "x"), ...steps)], verify: [], commit: [] }, soon());
        const lost = expect(begun).rejects.toMatchObject({ name: "Unreachable" });
        while (!there().includes("reached")) await sleep(5);
        await killed(0);
        await lost;
        if (since) await nothing(1);
        expect((await nothing(0)).recovered).toBe(1);
        expect(there()).toEqual(since ? ["reached"] : ["reached", "undone"]);
    });

    it("one waits for the other, says so when it takes too long, and goes on when the other is gone", async () => {
        const first = await heldUp(0, "a");
        await expect(executors[1]!.batch({ units: [], verify: [], commit: [] }, Deadline.in(1000))).rejects.toMatchObject({
            name: "Busy",
            message: expect.stringContaining("another deployment has been changing a host with the same data for"),
        });
        const lost = expect(first.written).rejects.toMatchObject({ name: "Unreachable" });
        await killed(0);
        await lost;
        expect((await batch(1, "b")).units["u"]).toMatchObject({ ok: true });
    });

    it("nothing is changed when the lock cannot be had", async () => {
        writeFileSync(bench.places.shared, `${bench.at("none/turns")}\n`);
        await expect(batch(0, "a")).rejects.toThrow(
            `none/turns: No such file or directory; hosts with the same data take turns by this file`,
        );
        writeFileSync(bench.places.shared, `${bench.at("link")}\n`);
        symlinkSync("/etc/passwd", bench.at("link"));
        await expect(batch(0, "a")).rejects.toThrow("link: Too many levels of symbolic links");
        expect(there()).toEqual(["link"]);
    });
});

async function until(seen: () => Promise<boolean>): Promise<void> {
    while (!(await seen()));
}
