import { statSync } from "node:fs";
import { join } from "node:path";
import { Collector, START } from "../../../test/support/quota/collector";

/** How often a quota is read and how far the record goes back, as the entries request. */

let one: Collector;
beforeEach(() => {
    one = new Collector();
});
afterEach(() => one.dispose());

const metric = (name: string, id: string): number =>
    Number(new RegExp(`^pvesmb_quota_${name}\\{id="${id}",.*\\} (\\S+)$`, "m").exec(one.metrics)?.[1]);

test("a quota that is read less often has a sample per period, and its figures stay what they were in between", async () => {
    one.now = START - (START % 3600);
    const begin = one.now;
    one.declare("slow", { every: 900, keep: 90 });
    one.declare("often");
    for (let used = 1; used <= 7; used++) {
        one.use({ slow: { used, limit: 100 }, often: { used, limit: 100 } });
        await one.round(used === 1 ? 0 : 300);
        const last = used - ((used - 1) % 3);
        expect([metric("used_bytes", "often"), metric("used_bytes", "slow")]).toEqual([used, last]);
        expect(metric("sample_timestamp_seconds", "slow")).toBe(begin + (last - 1) * 300);
        expect(metric("readable", "slow")).toBe(1);
    }
    expect((await one.report("slow")).at).toBe(begin + 1800);
    await one.round(3600 - 1800);
    expect((await one.report("slow")).trend).toMatchObject({ samples: 4 });
});

test("what could not be read is tried again in the next round, not in the next period", async () => {
    one.now = START - (START % 3600);
    one.declare("slow", { every: 3600, keep: 90 });
    one.use({ other: { used: 1 } });
    await one.round(0);
    expect((await one.report("slow")).error).toContain("says nothing of slow");
    one.use({ slow: { used: 5, limit: 10 } });
    await one.round();
    expect(await one.report("slow")).toMatchObject({ at: one.now, used: 5, error: null });
    one.use({ slow: { used: 9, limit: 10 } });
    await one.round();
    expect(await one.report("slow")).toMatchObject({ used: 5, level: "ok" });
});

test("the longest record that a quota asks for is kept; a shorter one keeps the newest", async () => {
    const size = (): number => statSync(join(one.root, "quota/quarters.ring")).size;
    const quarters = async (): Promise<number[]> => (await one.kept()).quarters.map(([begin]) => begin);
    one.declare("docs", { keep: 14 });
    one.use({ docs: { used: 1, limit: 100 } });
    await one.round();
    const small = size();
    for (let day = 0; day < 20 * 4; day++) await one.round(6 * 3600);
    const newest = await quarters();
    expect(newest).toHaveLength(14 * 4);
    one.declare("more", { keep: 365 });
    one.use({ more: { used: 1, limit: 100 } });
    await one.round();
    expect(await quarters()).toEqual(newest);
    expect(size() / small).toBeCloseTo(365 / 14, 1);
    for (let day = 0; day < 20 * 4; day++) await one.round(6 * 3600);
    const all = await quarters();
    expect(all).toHaveLength((14 + 20) * 4);
    one.forget("more");
    await one.round();
    expect([await quarters(), size()]).toEqual([all.slice(-14 * 4), small]);
});
