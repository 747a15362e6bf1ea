import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { Deadline } from "../../../provider/base/deadline";
import type { Batch, BatchResult, Gather, GatherResult, Step, Unit } from "../../../provider/hosts/batch";
import { CommitQueue } from "../../../provider/hosts/commit";
import { Executor } from "../../../provider/hosts/executor/executor";
import { onceSeen } from "../../../provider/hosts/looks";
import { Snapshot } from "../../../provider/hosts/snapshot";
import { Bench, LocalHost, run, running, sleep, soon, unit, write } from "./local-host";

jest.setTimeout(20_000);

async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
}

describe("executor", () => {
    let bench: Bench;
    beforeEach(() => (bench = new Bench()));
    afterEach(() => bench.dispose());
    /** Work that goes on until the test writes the file `go`, however slow the machine is. */
    const untilGo = (): Step => run("sh", "-c", `until [ -e ${bench.at("go")} ]; do sleep 0.02; done`);

    it("200 units at once, then nothing to do", async () => {
        const units = Array.from({ length: 200 }, (_, i) =>
            unit(`u${i}`, { do: "directory", path: bench.at("d", String(i)), mode: "0770" }, write(bench.at(`f${i}`), `content ${i}`)),
        );
        const changed = async (): Promise<number> =>
            Object.values((await bench.run({ units })).units).filter((each) => each.ok && each.changed).length;
        expect([await changed(), await changed()]).toEqual([200, 0]);
        expect(bench.executor.stats()).toMatchObject({ opens: 1, batches: 2, gathers: 0 });
    });

    it("two agents on one lock: one after the other; who cannot wait is told Busy and has done nothing", async () => {
        const other = new Executor(new LocalHost(), bench.places);
        try {
            const long = bench.run({ units: [unit("a", write(bench.at("begun"), ""), untilGo())] });
            await other.ping(soon());
            while (!existsSync(bench.at("begun"))) await sleep(5);
            const batch: Batch = { units: [unit("b", write(bench.at("b"), ""))], verify: [], commit: [] };
            await expect(other.batch(batch, Deadline.in(300))).rejects.toMatchObject({ name: "Busy" });
            expect(existsSync(bench.at("b"))).toBe(false);
            const waiting = other.batch(batch, soon());
            await other.ping(soon());
            await sleep(200);
            expect(existsSync(bench.at("b"))).toBe(false);
            writeFileSync(bench.at("go"), "");
            const { units, waitedMs } = await waiting;
            expect([units["b"]!.ok, waitedMs > 0]).toEqual([true, true]);
            await long;
        } finally {
            other.close();
        }
    });

    it("lock and daemons' records lie in a folder that is root's alone", async () => {
        const own = new Executor(new LocalHost(), { ...bench.places, lock: bench.at("run", "lock") });
        try {
            const port = await freePort();
            const listen = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)";
            const argv = ["python3", "-c", listen, String(port)];
            const steps: Step[] = [{ do: "daemon", name: "listener", port, argv }];
            const { units } = await own.batch({ units: [unit("a", ...steps)], verify: [], commit: [] }, soon());
            expect(units["a"]).toMatchObject({ ok: true });
            expect([statSync(bench.at("run")).mode & 0o777, readdirSync(bench.at("run")).sort()]).toEqual([
                0o700,
                ["lock", "lock.listener"],
            ]);
        } finally {
            own.close();
        }
    });

    it("a gather and a ping are answered while a batch runs", async () => {
        const order: string[] = [];
        const batch = bench.run({ units: [unit("a", untilGo())] }).then(() => order.push("batch"));
        await bench.executor.gather({ files: ["/etc/hostname"] }, soon()).then(() => order.push("gather"));
        await bench.executor.ping(soon()).then(() => order.push("ping"));
        writeFileSync(bench.at("go"), "");
        await batch;
        expect(order).toEqual(["gather", "ping", "batch"]);
    });

    it("out of time: rolled back, and said so by the host", async () => {
        const batch: Batch = { units: [unit("a", write(bench.at("a"), ""), run("sleep", "30"))], verify: [], commit: [] };
        await bench.executor.ping(soon());
        await expect(bench.executor.batch(batch, Deadline.in(1000))).rejects.toMatchObject({
            name: "Timeout",
            message: "this machine: out of time",
        });
        expect([existsSync(bench.at("a")), readdirSync(bench.at("journal"))]).toEqual([false, []]);
    });

    it("an agent that died idle is replaced, for many at once by one", async () => {
        await bench.run({});
        bench.host.last.kill("SIGKILL");
        await new Promise((resolve) => bench.host.last.once("close", resolve));
        await Promise.all(Array.from({ length: 5 }, () => bench.executor.ping(soon())));
        expect(bench.executor.stats().opens).toBe(2);
    });

    it("takes running commands with it when it is killed", async () => {
        const lost = expect(
            bench.run({ units: [unit("a", run("sh", "-c", `echo $$ > ${bench.at("pid")}; exec sleep 60`))] }),
        ).rejects.toThrow();
        while (!existsSync(bench.at("pid"))) await sleep(5);
        await sleep(20);
        const pid = (await bench.executor.gather({ files: [bench.at("pid")] }, soon())).files[bench.at("pid")]!;
        bench.host.last.kill("SIGKILL");
        await lost;
        for (let i = 0; i < 100 && running(pid); i++) await sleep(20);
        expect(running(pid)).toBe(false);
    });

    it("says what is missing when there is no python", async () => {
        const host = new LocalHost();
        const bare = Object.assign(Object.create(host) as LocalHost, {
            open: () => host.open(["sh", "-c", "echo python3: not found >&2; exit 127"]),
        });
        await expect(new Executor(bare, bench.places).ping(soon())).rejects.toMatchObject({
            name: "RemoteFailed",
            message: "this machine: python3 did not start (exit code 127; pvesmb needs python3 there): python3: not found",
            details: { dispatched: false },
        });
    });
});

describe("group commit", () => {
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
            build: (units) => ({ units, verify: [], commit: [] }),
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
            build: (units) => ({ units, verify: [], commit: [] }),
            run: async (batch) => {
                sent.push(batch);
                return { ...result(batch.units), look: batch.look && look };
            },
            snapshot: { moment: 7, forget: () => undefined, changed: (...all) => told.push(all) },
        });
        const units: Unit[] = [unit("a"), { ...unit("b"), looks: { files: ["/x"] } }, { ...unit("c"), looks: { files: ["/y", "/x"] } }];
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
        // It would wait 2 s now for a second one.
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
});

describe("snapshot", () => {
    let gathers: Gather[];
    let clock: number;
    let broken: Error | undefined;
    const snapshot = (): Snapshot => {
        gathers = [];
        clock = 0;
        broken = undefined;
        return new Snapshot({
            host: "gw",
            base: { files: ["/base/*"] },
            now: () => clock,
            gather: async (gather) => {
                gathers.push(gather);
                const n = gathers.length;
                await sleep(20);
                if (broken) throw broken;
                const all = (paths: string[] = []): Record<string, string> => Object.fromEntries(paths.map((path) => [path, `${n}`]));
                return { files: all(gather.files), stat: {}, statvfs: {}, commands: {}, ms: 1 };
            },
        });
    };
    const files = async (it: Snapshot, extra?: Gather): Promise<GatherResult["files"]> => (await it.read(soon(), extra)).files;

    it("50 readers share one gather, with what they ask for beyond the base; later ones too", async () => {
        const it = snapshot();
        await Promise.all(Array.from({ length: 50 }, (_, i) => files(it, { files: [`/extra/${i % 3}`] })));
        expect(gathers.map((gather) => gather.files)).toEqual([["/base/*", "/extra/0", "/extra/1", "/extra/2"]]);
        expect(await files(it, { files: ["/extra/1"] })).toMatchObject({ "/base/*": "1", "/extra/1": "1" });
        expect(gathers).toHaveLength(1);
    });

    it("a late wish costs one gather of just that", async () => {
        const it = snapshot();
        await files(it);
        expect(await Promise.all([files(it, { files: ["/late"] }), files(it, { files: ["/later"] })])).toMatchObject([
            { "/base/*": "1", "/late": "2" },
            { "/base/*": "1", "/later": "2" },
        ]);
        expect(gathers.map((gather) => gather.files)).toEqual([["/base/*"], ["/late", "/later"]]);
    });

    it("is good until it is forgotten, or 10 s old", async () => {
        const it = snapshot();
        await files(it);
        clock = 9_999;
        await files(it);
        expect(gathers).toHaveLength(1);
        clock = 10_000;
        await files(it);
        expect(gathers).toHaveLength(2);
        it.forget();
        expect(await files(it)).toEqual({ "/base/*": "3" });
    });

    it("forgotten on the way: those who asked get it, those who come later do not", async () => {
        const it = snapshot();
        const early = files(it);
        await sleep(12);
        it.forget();
        const [a, b] = await Promise.all([early, files(it)]);
        expect([a["/base/*"], b["/base/*"]]).toEqual(["1", "2"]);
        const waiting = files(it, { files: ["/x"] });
        it.forget();
        expect(await Promise.all([waiting, files(it)])).toHaveLength(2);
    });

    describe("after a batch", () => {
        const seen: GatherResult = { files: { "/base/*": "with the batch" }, stat: {}, statvfs: {}, commands: {}, ms: 1 };
        const base: Gather = { files: ["/base/*"] };

        it("what was seen with it counts, what was seen before does not", async () => {
            const it = snapshot();
            await files(it);
            it.changed(it.moment, base, seen);
            expect(await files(it)).toEqual({ "/base/*": "with the batch" });
            expect(gathers).toHaveLength(1);
            it.changed(it.moment);
            expect(await files(it)).toEqual({ "/base/*": "2" });
        });

        it("not when another change has begun meanwhile", async () => {
            const it = snapshot();
            const { moment } = it;
            it.forget();
            it.changed(moment, base, seen);
            expect(await files(it)).toEqual({ "/base/*": "1" });
        });

        it("what it was no look at is looked at when somebody needs it", async () => {
            const it = snapshot();
            it.changed(it.moment, { files: ["/other"] }, { ...seen, files: { "/other": "with the batch" } });
            const wanted: Gather = { files: ["/other", "/more"] };
            expect((await it.readJust(soon(), wanted)).files).toEqual({ "/other": "with the batch", "/more": "1" });
            expect(await files(it)).toMatchObject({ "/base/*": "2" });
            expect(gathers.map((gather) => gather.files)).toEqual([["/more"], ["/base/*"]]);
        });

        it("what is worked out of a look is so once for all who share it", async () => {
            const it = snapshot();
            let worked = 0;
            const once = onceSeen((look, name) => `${name} ${look.files["/base/*"]} ${++worked}`);
            await files(it);
            const looks = await Promise.all([1, 2, 3].map(() => it.read(soon(), { files: ["/late"] })));
            expect(looks.map((look) => once(look, "a"))).toEqual(["a 1 1", "a 1 1", "a 1 1"]);
            expect(once(await it.read(soon()), "b")).toBe("b 1 2");
            it.forget();
            expect(once(await it.read(soon()), "a")).toBe("a 3 3");
        });
    });

    it("a failure is everybody's, and not kept", async () => {
        const it = snapshot();
        broken = new Error("lost");
        await expect(Promise.all([files(it), files(it)])).rejects.toThrow("lost");
        broken = undefined;
        expect(await files(it)).toEqual({ "/base/*": "2" });
    });
});
