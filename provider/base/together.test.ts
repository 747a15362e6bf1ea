import { PvesmbError } from "./errors";
import { together } from "./together";

const denied = (text: string): Promise<never> => Promise.reject(new PvesmbError("Denied", text, { dispatched: false }));

test("gives what all gave, in order", async () => {
    expect(await together(Promise.resolve(1), new Promise((resolve) => setTimeout(resolve, 5, "b")))).toEqual([1, "b"]);
});

test("one failure is thrown as it is, after the others have ended", async () => {
    let ended = false;
    const slow = new Promise<void>((resolve) => setTimeout(resolve, 5)).then(() => void (ended = true));
    await expect(together(denied("no token"), slow)).rejects.toMatchObject({ kind: "Denied", message: "no token" });
    expect(ended).toBe(true);
});

test("of several failures all are told", async () => {
    await expect(together(denied("no token"), Promise.resolve(1), denied("no sudo"))).rejects.toMatchObject({
        kind: "Denied",
        message: "no token\nno sudo",
        details: { dispatched: false },
    });
});
