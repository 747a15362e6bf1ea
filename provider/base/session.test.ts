import { perSession, session, Session } from "./session";

const names = perSession(() => new Set<string>());

test("two sessions of one process share nothing", async () => {
    const [one, other] = [new Session(), new Session()];
    await Promise.all([
        one.run(async () => {
            names().add("one");
            await new Promise((resolve) => setTimeout(resolve, 5));
            expect([...names()]).toEqual(["one"]);
        }),
        other.run(async () => {
            names().add("other");
            await new Promise((resolve) => setTimeout(resolve, 5));
            expect([...names()]).toEqual(["other"]);
        }),
    ]);
    expect(names().size).toBe(0);
});

test("what a call begins stays in its session, also later", async () => {
    const own = new Session();
    const later = own.run(() => new Promise<Session>((resolve) => setTimeout(() => resolve(session()), 5)));
    expect(await later).toBe(own);
});

test("an end closes what was made, once, and forgets it; one part that fails does not keep the others", async () => {
    const closed: string[] = [];
    const broken = perSession(
        () => "broken",
        () => {
            throw new Error("does not close");
        },
    );
    const door = perSession(
        () => ({ name: "door" }),
        ({ name }) => void closed.push(name),
    );
    const own = new Session();
    const [first, again] = own.run(() => [(broken(), door()), door()]);
    expect(again).toBe(first);
    await own.close();
    await own.close();
    expect(closed).toEqual(["door"]);
    expect(own.run(door)).not.toBe(first);
});
