import { eventually, until } from "./until";

test("what is expected is expected again until it holds, and its value is handed on", async () => {
    let asked = 0;
    const third = (): number => {
        expect(++asked).toBe(3);
        return asked;
    };
    expect(await eventually(third)).toBe(3);
});

test("what never holds is told as the last expectation told it", async () => {
    let asked = 0;
    await expect(eventually(() => expect([++asked]).toEqual([]), 0.3)).rejects.toThrow(/Expected.*\[\][^]*Received.*\[\d\]|\+ +\d/);
    expect(asked).toBeGreaterThan(1);
});

test("what does not come is named", async () => {
    await expect(until("the bus", () => false, 0.2)).rejects.toThrow("the bus: not within 0.2 s");
});
