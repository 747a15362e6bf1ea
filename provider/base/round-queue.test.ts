import { RoundQueue } from "./round-queue";

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

test.each(["run", "take", "more"] as const)("a round whose `%s` throws is told so, and the next ones go on", async (where) => {
    const done: string[] = [];
    const lost: [string[], string][] = [];
    let broken = true;
    const maybe = (what: string): void => {
        if (broken && what === where) throw new Error(what);
    };
    const rounds = new RoundQueue<string>({
        run: (round) => {
            maybe("run");
            done.push(...round);
            return Promise.resolve(() => undefined);
        },
        take: (waiting) => {
            maybe("take");
            return waiting;
        },
        more: () => {
            maybe("more");
            return false;
        },
        failed: (round, error) => lost.push([round, (error as Error).message]),
    });
    // Only a round that waits for more items calls `more`, so run two together first.
    broken = where !== "more";
    for (const item of ["a", "b"]) rounds.add(item);
    await settled();
    if (where === "more") broken = true;
    if (where === "more") rounds.add("c");
    await settled();
    broken = false;
    rounds.add("d");
    await settled();
    expect(lost.map(([round]) => round.join(""))).toEqual([where === "more" ? "c" : "ab"]);
    expect(lost[0]?.[1]).toBe(where);
    expect(done.at(-1)).toBe("d");
});
