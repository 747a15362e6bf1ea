import { execFile } from "node:child_process";
import { openSync, readFileSync, rmSync, statSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Collector, type Kept, makeFolder, program, START } from "../../../test/support/quota/collector";

jest.setTimeout(600_000);

const open: Collector[] = [];
afterEach(() => open.splice(0).forEach((each) => each.dispose()));
function collector(...arguments_: ConstructorParameters<typeof Collector>): Collector {
    const each = new Collector(...arguments_);
    open.push(each);
    return each;
}

const span = (time: number, seconds: number): number => Math.floor(time / seconds) * seconds;

/** The history that must be kept after the last of these samples: [begin, count, sum, min, max] per completed hour or quarter. */
function averages(samples: readonly (readonly [number, number])[], seconds: number): Kept["hours"] {
    const groups = new Map<number, number[]>();
    for (const [time, value] of samples) groups.set(span(time, seconds), [...(groups.get(span(time, seconds)) ?? []), value]);
    groups.delete(span(samples.at(-1)![0], seconds));
    return [...groups].map(([begin, values]) => {
        const sum = values.reduce((a, b) => a + b, 0);
        return [begin, values.length, sum, Math.min(...values), Math.max(...values)];
    });
}

async function take(one: Collector, count: number, from: number): Promise<[number, number][]> {
    const samples: [number, number][] = [];
    for (let i = from; i < from + count; i++) {
        one.use({ docs: { used: 1_000_000 + i * i } });
        expect(await one.round()).toBe(0);
        samples.push([one.now, 1_000_000 + i * i]);
    }
    return samples;
}

/** Every span of 90 days either way; the quotas differ only in their numbers, so a few prove nearly as much as many. */
const quotas = process.env["PVESMB_SOAK"] === "1" ? 1000 : 64;

test(`keeps 90 days of ${quotas} quotas in a fixed size, its averages exactly those of the raw series`, async () => {
    const folder = makeFolder();
    try {
        const argv = [join(__dirname, "../../../test/support/quota/simulate.py"), program, folder, String(quotas), "90"];
        const { stdout } = await promisify(execFile)("python3", argv);
        const found = JSON.parse(stdout) as { bytes: number; compared: object; wrong: object; recordSeconds: number };
        expect(found.wrong).toEqual({ samples: 0, hours: 0, quarters: 0 });
        expect(found.compared).toEqual({ samples: 576 * quotas, hours: 336 * quotas, quarters: 360 * quotas });
        expect(found.bytes / quotas).toBeLessThan(50_000);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test("leaves out what could not be read, and says so once", async () => {
    const one = collector();
    one.declare("docs");
    one.declare("lost");
    one.use({ docs: { used: 10, limit: 100, files: 3 } });
    expect(await one.round()).toBe(0);
    expect(await one.round()).toBe(0);
    expect(await one.report("docs")).toMatchObject({ at: one.now, used: 10, limit: 100, files: 3, percent: 10, level: "ok", error: null });
    expect(await one.report("lost")).toEqual({
        ...{ at: null, used: null, limit: null, files: null, percent: null, level: "unknown", trend: null, fullAt: null },
        error: expect.stringContaining("says nothing of lost"),
    });
    expect(one.journal.filter((line) => line.includes("lost cannot be read"))).toHaveLength(1);
    one.use({ lost: { used: 7 } });
    await one.round();
    expect(await one.report("lost")).toMatchObject({ used: 7, limit: null, percent: null, level: "unknown", error: null });
});

test("gives a new quota nothing of what the one before it had used", async () => {
    const one = collector();
    one.declare("docs");
    await take(one, 15, 0);
    one.forget("docs");
    one.declare("next");
    one.use({ next: { used: 5 } });
    await one.round(10);
    await one.round();
    expect(await one.report("next")).toMatchObject({ used: 5, trend: null });
    await one.round(3600);
    const begin = span(START + 16 * 300, 3600);
    const { hours } = await one.kept();
    expect(hours.filter(([time]) => time >= begin)).toEqual([[begin, 2, 10, 5, 5]]);
});

test("a row that was torn is all that is lost, and averages are reckoned again", async () => {
    const one = collector();
    one.declare("docs");
    const samples = await take(one, 80, 0);
    const damage = (file: string, at: number, text: string): void => {
        const fd = openSync(join(one.root, "quota", file), "r+");
        writeSync(fd, text, at);
        closeSync(fd);
    };
    /** Offset of the second half of a time's row: a header of 64 bytes, rows of 16 bytes, and 16 columns with this many fields. */
    const row = (time: number, seconds: number, rows: number, fields: number): number =>
        64 + (Math.floor(time / seconds) % rows) * (16 + 128 * fields) + 16;
    const last = samples.pop()!;
    damage("samples.ring", row(last[0], 300, 576, 3), "torn");
    for (const hours of [1, 2, 3]) damage("hours.ring", row(span(last[0], 3600) - hours * 3600, 3600, 336, 6), "torn");
    expect((await one.kept()).samples).toEqual(samples);
    expect((await one.report("docs")).at).toBe(samples.at(-1)![0]);
    samples.push(...(await take(one, 1, 80)));
    const kept = await one.kept();
    expect(kept.samples).toEqual(samples);
    expect(kept.hours).toEqual(averages(samples, 3600));
    expect(kept.quarters).toEqual(averages(samples, 6 * 3600));
});

test("remembers by the other slot when one is torn, and goes on", async () => {
    const one = collector();
    one.declare("docs", { thresholds: [50] });
    one.use({ docs: { used: 60, limit: 100 } });
    await one.round();
    const file = join(one.root, "quota", "state");
    for (const at of [0, statSync(file).size / 2]) {
        await one.round(); // errors and trend are unchanged: nothing is written
        const fd = openSync(file, "r+");
        writeSync(fd, "torn", at + 20);
        closeSync(fd);
        await one.round();
    }
    expect(await one.round()).toBe(0);
    expect(await one.report("docs")).toMatchObject({ used: 60, level: "warning" });
});

test("killed at any moment, it has everything up to the sample before", async () => {
    const root = makeFolder();
    const samples: [number, number][] = [];
    let now = START;
    for (let kill = 0; kill < 25; kill++) {
        const one = collector(root);
        one.declare("docs");
        one.now = now;
        const rounds = 1 + (kill % 4);
        samples.push(...(await take(one, rounds, samples.length)));
        one.use({ docs: { used: 7 } });
        void one.round().catch(() => undefined);
        // From before its start to after its end.
        await new Promise((resolve) => setTimeout(resolve, (kill * 0.9) % 12));
        one.process.kill("SIGKILL");
        await new Promise((resolve) => one.process.on("close", resolve));
        now = one.now;
        const after = collector(root);
        after.now = now;
        const kept = (await after.kept()).samples;
        // The sample that was being written at the kill is either there or not.
        if (kept.length > samples.length) samples.push([now, 7]);
        expect(kept).toEqual(samples);
        after.process.kill("SIGKILL");
    }
    const one = collector(root);
    one.now = now;
    samples.push(...(await take(one, 1, samples.length)));
    const kept = await one.kept();
    expect(kept.samples).toEqual(samples);
    expect(kept.hours).toEqual(averages(samples, 3600));
});

test("on a full disk it goes on recording and telling", async () => {
    const root = makeFolder();
    // A small file system that disappears with the process.
    const inside = `mount -t tmpfs -o size=2m none "$0"; mkdir "$0/quota" "$0/quota.d" "$0/metrics"; exec "$@"`;
    const one = collector(root, ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", inside, root]);
    const within = (path: string): string => `/proc/${one.process.pid!}/root${path}`;
    const fill = `dd if=/dev/zero of=${root}/filler bs=4k 2>/dev/null || true`;
    await one.kept();
    const sh = (script: string): Promise<unknown> =>
        promisify(execFile)("nsenter", [
            "--user",
            "--mount",
            "--preserve-credentials",
            "--target",
            String(one.process.pid!),
            "sh",
            "-ec",
            script,
        ]);
    const declare = (id: string): Promise<unknown> => {
        one.declare(id, { source: { kind: "statvfs", path: root }, thresholds: [90] });
        return sh(`cat > ${root}/quota.d/${id}.json <<'EOF'\n${readFileSync(join(root, "quota.d", `${id}.json`), "utf8")}EOF`);
    };
    await declare("disk");
    expect(await one.round()).toBe(0);
    expect(await one.report("disk")).toMatchObject({ level: "ok", error: null });

    await sh(fill);
    expect(await one.round()).toBe(1); // the text for Prometheus, which is always rewritten
    expect(one.journal.at(-2)).toMatch(/^<4>quota disk has reached 90 %: 2.0 MiB of 2.0 MiB used \(100.0 %\), warning, was ok/);
    expect(one.journal.at(-1)).toMatch(/quota.prom.*No space left on device/);
    for (let i = 0; i < 12; i++) expect(await one.round()).toBe(1);
    expect(one.journal.filter((line) => line.includes("has reached"))).toHaveLength(1);
    const full = await one.kept();
    expect([full.samples.length, full.hours.length]).toEqual([14, 1]);
    expect(await one.report("disk")).toMatchObject({ at: one.now, percent: 100, level: "warning" });

    await sh(`rm ${root}/filler`);
    expect(await one.round()).toBe(0);
    expect(await one.report("disk")).toMatchObject({ level: "ok" });
    expect(readFileSync(within(`${root}/metrics/quota.prom`), "utf8")).toContain('pvesmb_quota_level{id="disk",quota="disk"} 0');
});
