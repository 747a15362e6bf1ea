import { Deadline } from "../base/deadline";
import type { Gather, GatherResult } from "./batch";
import { joined, onceSeen } from "./looks";
import { Snapshot } from "./snapshot";
import { within } from "./within";
import { sleep, soon } from "../../test/support/hosts/local-host";

jest.setTimeout(20_000);

let gathers: Gather[];
let clock: number;
let broken: Error | undefined;
const snapshot = (): Snapshot => {
    gathers = [];
    clock = 0;
    broken = undefined;
    return new Snapshot({
        host: "gw",
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
const read = (it: Snapshot, deadline: Deadline, extra: Gather = {}): Promise<GatherResult> =>
    it.readJust(deadline, joined([{ files: ["/base/*"] }, extra]));
const files = async (it: Snapshot, extra?: Gather): Promise<GatherResult["files"]> => (await read(it, soon(), extra)).files;

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
        const looks = await Promise.all([1, 2, 3].map(() => read(it, soon(), { files: ["/late"] })));
        expect(looks.map((look) => once(look, "a"))).toEqual(["a 1 1", "a 1 1", "a 1 1"]);
        expect(once(await read(it, soon()), "b")).toBe("b 1 2");
        it.forget();
        expect(once(await read(it, soon()), "a")).toBe("a 3 3");
    });
});

it("a failure is everybody's, and not kept", async () => {
    const it = snapshot();
    broken = new Error("lost");
    await expect(Promise.all([files(it), files(it)])).rejects.toThrow("lost");
    broken = undefined;
    expect(await files(it)).toEqual({ "/base/*": "2" });
});

describe("a look that several share", () => {
    /** Takes 150 ms, or less if its own deadline is shorter. */
    const slow = (): { it: Snapshot; made: () => number } => {
        let made = 0;
        const answer: GatherResult = { files: { "/base/*": "x" }, stat: {}, statvfs: {}, commands: {}, ms: 1 };
        const gather = (_: Gather, deadline: Deadline): Promise<GatherResult> => {
            made++;
            return within(
                deadline,
                "gathering",
                sleep(150).then(() => answer),
            );
        };
        return { it: new Snapshot({ host: "gw", gather }), made: () => made };
    };
    const cancelled = (ms: number): Deadline => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), ms);
        return Deadline.in(60_000, controller.signal);
    };

    it.each([
        ["has little time", () => Deadline.in(60)],
        ["is cancelled", () => cancelled(60)],
    ])("goes on for the others when the first one %s", async (_what, first) => {
        const { it, made } = slow();
        const [short, long] = [read(it, first()), read(it, Deadline.in(60_000))];
        await expect(short).rejects.toMatchObject({ name: "Timeout" });
        expect((await long).files).toEqual({ "/base/*": "x" });
        expect(made()).toBe(1);
    });

    it("is made once more for one that came later and has more time", async () => {
        const { it, made } = slow();
        const short = read(it, Deadline.in(60));
        await sleep(30);
        const long = read(it, Deadline.in(60_000));
        await expect(short).rejects.toMatchObject({ name: "Timeout" });
        expect((await long).files).toEqual({ "/base/*": "x" });
        expect(made()).toBe(2);
    });

    it("is made once for one that has no more time than it", async () => {
        const { it, made } = slow();
        await expect(read(it, Deadline.in(60))).rejects.toMatchObject({ name: "Timeout" });
        expect(made()).toBe(1);
    });
});
