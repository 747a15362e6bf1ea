import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { Deadline } from "../../base/deadline";
import type { Batch, Step } from "../batch";
import { Executor } from "./executor";
import { Bench, LocalHost, freePort, run, running, sleep, soon, unit, write } from "../../../test/support/hosts/local-host";

jest.setTimeout(20_000);

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());
/** Runs until the test writes the file `go`, however slow the machine is. */
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
        expect([statSync(bench.at("run")).mode & 0o777, readdirSync(bench.at("run")).sort()]).toEqual([0o700, ["lock", "lock.listener"]]);
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
        message: "this machine: python3 did not start (exit code 127; pvesmb requires python3 there): python3: not found",
        details: { dispatched: false },
    });
});

describe("a start that takes its time", () => {
    const slowly = (): Executor => {
        const host = bench.host;
        const open = host.open.bind(host);
        return new Executor(Object.assign(host, { open: (argv: readonly string[]) => sleep(400).then(() => open(argv)) }), bench.places);
    };

    it("is nobody's alone: who has little time leaves, the others get the agent", async () => {
        const executor = slowly();
        const [short, long] = [executor.ping(Deadline.in(100)), executor.ping(soon())];
        await expect(short).rejects.toMatchObject({ name: "Timeout", details: { dispatched: false } });
        await long;
        expect(executor.stats().opens).toBe(1);
        executor.close();
    });

    it("holds nobody longer than it can wait", async () => {
        const executor = slowly();
        const [long, short] = [executor.ping(soon()), executor.ping(Deadline.in(100))];
        const began = Date.now();
        await expect(short).rejects.toMatchObject({ name: "Timeout" });
        expect(Date.now() - began).toBeLessThan(350);
        await long;
        executor.close();
    });
});
