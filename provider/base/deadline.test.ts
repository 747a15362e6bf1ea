import { Deadline } from "./deadline";

describe("a deadline that several share", () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const shared = Deadline.shared([Deadline.in(1000, a.signal), Deadline.in(60_000, b.signal)]);

    test("is the latest, and cancelled when all are", () => {
        expect(shared.left).toBeGreaterThan(50_000);
        b.abort();
        expect(shared.expired).toBe(false);
        a.abort();
        expect(shared.expired).toBe(true);
        expect(Deadline.shared([Deadline.in(1000, a.signal), Deadline.in(1000, b.signal)]).expired).toBe(true);
    });

    test("is never cancelled when one of them cannot be; of one alone it is that one's", () => {
        expect(Deadline.shared([Deadline.in(1000, a.signal), Deadline.in(1000)]).signal).toBeUndefined();
        expect(Deadline.shared([Deadline.in(1000, a.signal)]).signal).toBe(a.signal);
        expect(Deadline.in(1000).outlasts(Deadline.in(10))).toBe(true);
    });

    test("detached: at least some time, and nobody cancels it", () => {
        const detached = Deadline.in(10, a.signal).detached(20_000);
        expect([detached.expired, detached.left > 15_000, Deadline.in(60_000).detached(10).left > 50_000]).toEqual([false, true, true]);
    });
});
