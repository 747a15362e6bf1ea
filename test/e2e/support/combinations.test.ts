import { eachValue, product } from "./combinations";

const factors = { version: ["1", "2"], root: ["a", "b", "c"], data: ["a", "b", "c"], node: ["x", "y"] } as const;

test("the product has each combination once", () => {
    const all = product(factors).map((row) => JSON.stringify(row));
    expect([all.length, new Set(all).size]).toEqual([36, 36]);
});

test("each value is in few combinations of the product", () => {
    const few = eachValue(factors);
    for (const name of Object.keys(factors) as (keyof typeof factors)[])
        expect(new Set(few.map((row) => row[name]))).toEqual(new Set(factors[name]));
    expect(few.length).toBe(3);
    const all = product(factors).map((row) => JSON.stringify(row));
    expect(few.every((row) => all.includes(JSON.stringify(row)))).toBe(true);
    expect(few.some(({ root, data }) => root !== data)).toBe(true);
});
