import { Deadline } from "../../base/deadline";
import { inRound } from "./round";

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("those that come together go together; who comes meanwhile waits, and a failure is its own", async () => {
    const events: string[] = [];
    const change = (name: string, ms: number): Promise<void> =>
        inRound("pve1/101/a", Deadline.in(5_000), async () => {
            events.push(`begin ${name}`);
            await sleep(ms);
            events.push(`end ${name}`);
            if (name === "bad") throw new Error("no");
        });
    const first = [change("a", 20), change("bad", 10), change("b", 60)];
    await sleep(40);
    const second = [change("c", 1), change("d", 1)];
    const other = inRound("pve1/102/b", Deadline.in(5_000), async () => void events.push("another gateway"));
    expect((await Promise.allSettled([...first, ...second, other])).map(({ status }) => status)).toEqual([
        "fulfilled",
        "rejected",
        "fulfilled",
        "fulfilled",
        "fulfilled",
        "fulfilled",
    ]);
    expect(events.filter((each) => each !== "another gateway")).toEqual([
        ...["begin a", "begin bad", "begin b", "end bad", "end a", "end b"],
        ...["begin c", "begin d", "end c", "end d"],
    ]);
    expect(events.indexOf("another gateway")).toBeLessThan(events.indexOf("begin c"));
});

test("who cannot wait leaves, does nothing, and holds nobody up", async () => {
    const done: string[] = [];
    const change = (name: string, deadline: Deadline): Promise<void> =>
        inRound("pve1/103/c", deadline, async () => {
            await sleep(100);
            done.push(name);
        });
    const first = change("a", Deadline.in(5_000));
    await sleep(20);
    const short = expect(change("b", Deadline.in(20))).rejects.toMatchObject({ name: "Timeout", details: { dispatched: false } });
    const last = change("c", Deadline.in(5_000));
    await Promise.all([first, short, last]);
    expect(done).toEqual(["a", "c"]);
});

test("what those of a turn ask is asked once, and anew in the next one", async () => {
    let asked = 0;
    const change = (): Promise<number> =>
        inRound("pve1/104/d", Deadline.in(5_000), (turn) => turn.once("config", () => Promise.resolve(++asked)));
    expect(await Promise.all([change(), change(), change()])).toEqual([1, 1, 1]);
    expect(await change()).toBe(2);
});
