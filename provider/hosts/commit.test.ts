import { Deadline } from "../base/deadline";
import type { Batch, BatchResult, Unit } from "./batch";
import { CommitQueue } from "./commit";
import { within } from "./within";
import { sleep, soon, unit } from "../../test/support/hosts/local-host";

jest.setTimeout(20_000);

const result = (units: Unit[]): BatchResult => ({
    units: Object.fromEntries(
        units.map(({ key }) => [
            key,
            key.startsWith("bad")
                ? { ok: false, step: "s", message: "no", kind: "Conflict", steps: {} }
                : { ok: true, changed: true, steps: {} },
        ]),
    ),
    steps: {},
    recovered: 0,
    ms: 1,
    waitedMs: 0,
});
const batches: string[][] = [];
let changes = 0;
const queue = (run?: () => Promise<void>, more?: () => boolean): CommitQueue => {
    batches.length = changes = 0;
    return new CommitQueue({
        host: "gw",
        run: async ({ units }) => {
            batches.push(units.map(({ key }) => key));
            await run?.();
            return result(units);
        },
        snapshot: { moment: 0, forget: () => changes++, changed: () => changes++ },
        more,
    });
};

it("units that come together, or while a batch runs, go together; the same key not", async () => {
    const it = queue(() => sleep(100));
    const first = ["a", "b", "a"].map((key) => it.submit(unit(key), soon()));
    await sleep(60);
    const second = ["c", "d"].map((key) => it.submit(unit(key), soon()));
    await Promise.all([...first, ...second]);
    expect(batches).toEqual([
        ["a", "b"],
        ["a", "c", "d"],
    ]);
    expect(changes).toBe(7);
});

it("one that fails rejects alone", async () => {
    const it = queue();
    const all = await Promise.allSettled(["a", "bad", "c"].map((key) => it.submit(unit(key), soon())));
    expect(all).toMatchObject([
        { status: "fulfilled" },
        { status: "rejected", reason: { name: "Conflict", message: "gw: no" } },
        { status: "fulfilled" },
    ]);
    expect(batches).toHaveLength(1);
});

it("a batch that fails rejects all of it, and the next one works", async () => {
    let broken = true;
    const it = queue(() => (broken ? Promise.reject(new Error("lost")) : Promise.resolve()));
    await expect(Promise.all([it.submit(unit("a"), soon()), it.submit(unit("b"), soon())])).rejects.toThrow("lost");
    broken = false;
    expect(await it.submit(unit("a"), soon())).toMatchObject({ ok: true });
});

it("looks once, at what any of them wants to see, and everybody is told", async () => {
    const sent: Batch[] = [];
    const look = { files: {}, stat: {}, statvfs: {}, commands: {}, ms: 1 };
    const told: unknown[][] = [];
    const it = new CommitQueue({
        host: "gw",
        run: async (batch) => {
            sent.push(batch);
            return { ...result(batch.units), look: batch.look && look };
        },
        snapshot: { moment: 7, forget: () => undefined, changed: (...all) => told.push(all) },
    });
    const units: Unit[] = [
        unit("a"),
        { ...unit("b"), activates: true, looks: { files: ["/x"] } },
        { ...unit("c"), looks: { files: ["/y", "/x"] } },
    ];
    const all = await Promise.all(units.map((each) => it.submit(each, soon())));
    expect(sent.map(({ units, look }) => [units.map((each) => Object.keys(each)), look?.files])).toEqual([
        [
            [
                ["key", "steps"],
                ["key", "steps"],
                ["key", "steps"],
            ],
            ["/x", "/y"],
        ],
    ]);
    expect(all.map((each) => each.look)).toEqual([look, look, look]);
    expect(told).toEqual([[7, sent[0]?.look, look]]);
    await it.submit(unit("d"), soon());
    expect([sent[1]?.look, told[1]]).toEqual([undefined, [7, undefined, undefined]]);
});

it("who cannot wait leaves alone", async () => {
    const it = queue(() => sleep(200));
    const [short, long] = [it.submit(unit("a"), Deadline.in(60)), it.submit(unit("b"), soon())];
    await expect(short).rejects.toMatchObject({ name: "Timeout" });
    expect(await long).toMatchObject({ ok: true });
});

it("goes at the latest 250 ms after the first, however many follow", async () => {
    const it = queue();
    const all: Promise<unknown>[] = [];
    for (const began = Date.now(); Date.now() - began < 600; await sleep(3)) all.push(it.submit(unit(`u${all.length}`), soon()));
    await Promise.all(all);
    expect(batches.length).toBeGreaterThan(1);
    expect(batches.length).toBeLessThan(8);
});

it("waits for as many as went before, and no longer", async () => {
    const it = queue();
    await Promise.all(["a", "b", "c"].map((key) => it.submit(unit(key), soon())));
    const all = [it.submit(unit("d"), soon())];
    await sleep(20);
    all.push(it.submit(unit("e"), soon()));
    await sleep(20);
    all.push(it.submit(unit("f"), soon()));
    await Promise.all(all);
    expect(batches.map((units) => units.length)).toEqual([3, 3]);
});

it("waits for those as long as a batch takes", async () => {
    const it = queue(() => sleep(200));
    await Promise.all(["a", "b"].map((key) => it.submit(unit(key), soon())));
    const all = [it.submit(unit("c"), soon())];
    await sleep(120);
    all.push(it.submit(unit("d"), soon()));
    await Promise.all(all);
    const began = Date.now();
    await it.submit(unit("e"), soon());
    expect(batches.map((units) => units.length)).toEqual([2, 2, 1]);
    expect(Date.now() - began).toBeLessThan(2000);
});

it("and twice as long as they have let wait before", async () => {
    const it = queue();
    const submit = (key: string): Promise<unknown> => it.submit(unit(key), soon());
    const later = (ms: number, key: string): Promise<unknown> => sleep(ms).then(() => submit(key));
    await Promise.all(["a", "b", "c"].map(submit));
    await Promise.all([submit("d"), submit("e"), later(150, "too late"), later(300, "in time")]);
    expect(batches).toEqual([
        ["a", "b", "c"],
        ["d", "e"],
        ["too late", "in time"],
    ]);
});

it("but not when nobody else is known to come", async () => {
    let left = 5;
    const it = queue(undefined, () => left > 0);
    const submit = (key: string): Promise<unknown> => (left--, it.submit(unit(key), soon()));
    const later = (ms: number, key: string): Promise<unknown> => sleep(ms).then(() => submit(key));
    await Promise.all(["a", "b", "c"].map(submit));
    await Promise.all([later(1000, "d"), later(1100, "e")]);
    // If others could still come, it would wait 2 s for a second one.
    const began = Date.now();
    await submit("f");
    expect(Date.now() - began).toBeLessThan(1000);
    expect(batches).toEqual([["a", "b", "c"], ["d", "e"], ["f"]]);
});

it("two groups that the first batch has parted come together again", async () => {
    const late: Promise<unknown>[] = [];
    const it = queue(async () => {
        if (batches.length === 1) late.push(...["c", "d", "e"].map((key) => it.submit(unit(key), soon())));
        await sleep(20);
    });
    await Promise.all(["a", "b"].map((key) => it.submit(unit(key), soon())));
    await Promise.all([...late, ...["f", "g"].map((key) => it.submit(unit(key), soon()))]);
    expect(batches).toEqual([
        ["a", "b"],
        ["c", "d", "e", "f", "g"],
    ]);
});

it("what cannot be made into a batch is told to those in it, and the next one works", async () => {
    let broken = true;
    const build = (units: Unit[]): Batch => {
        if (broken) throw new Error("no such option");
        return { units, verify: [], commit: [] };
    };
    const it = new CommitQueue({ host: "gw", run: ({ units }) => Promise.resolve(result(units)) });
    await expect(Promise.all(["a", "b"].map((key) => it.submit(unit(key), soon(), build)))).rejects.toThrow("no such option");
    broken = false;
    expect(await it.submit(unit("a"), soon(), build)).toMatchObject({ ok: true });
});

it("one that is cancelled cancels nobody else", async () => {
    const controller = new AbortController();
    const it = new CommitQueue({
        host: "gw",
        run: ({ units }, deadline) =>
            within(
                deadline,
                "waiting",
                sleep(150).then(() => result(units)),
            ),
    });
    const [cancelled, other] = [it.submit(unit("a"), Deadline.in(60_000, controller.signal)), it.submit(unit("b"), soon())];
    setTimeout(() => controller.abort(), 50);
    await expect(cancelled).rejects.toMatchObject({ name: "Timeout" });
    expect(await other).toMatchObject({ ok: true });
});
