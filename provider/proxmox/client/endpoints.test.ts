import { Endpoints } from "./endpoints";

/** Which endpoint is used over time. */
let now = 0;
const endpoints = (...all: string[]): Endpoints => new Endpoints(all, () => now);
beforeEach(() => (now = 0));

test("the first that did not fail lately", () => {
    const all = endpoints("a", "b", "c");
    expect(all.pick()).toBe("a");
    all.avoid("a", 30);
    expect(all.pick()).toBe("b");
    all.avoid("b", 30);
    expect(all.pick()).toBe("c");
    now = 31;
    expect(all.pick()).toBe("a");
});

test("one that stays dead is asked less and less often; after an answer it starts afresh", () => {
    const all = endpoints("a", "b");
    const asked: number[] = [];
    for (; now < 2000; now += 10)
        if (all.pick() === "a") {
            asked.push(now);
            all.avoid("a", 30);
        }
    expect(asked).toEqual([0, 30, 90, 210, 450, 930, 1890]);
    all.good("a");
    all.avoid("a", 30);
    now += 31;
    expect(all.pick()).toBe("a");
});

test("requests that failed together count once", () => {
    const all = endpoints("a", "b");
    for (let request = 0; request < 5; request++) all.avoid("a", 30);
    now = 30;
    expect(all.pick()).toBe("a");
});

test("when all are dead they take turns", () => {
    const all = endpoints("a", "b");
    const asked = Array.from({ length: 6 }, () => {
        now++;
        const picked = all.pick();
        all.avoid(picked, 30);
        return picked;
    });
    expect(asked).toEqual(["a", "b", "a", "b", "a", "b"]);
});
