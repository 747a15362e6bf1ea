import { pairwise, product } from "../../e2e/support/pairwise";

const factors = { version: ["1", "2"], root: ["a", "b", "c"], data: ["a", "b", "c"], node: ["x", "y"] } as const;

test("the product has each combination once", () => {
    const all = product(factors).map((row) => JSON.stringify(row));
    expect([all.length, new Set(all).size]).toEqual([36, 36]);
});

test("pairwise has each pair of values, in few combinations of the product", () => {
    const few = pairwise(factors);
    const names = Object.keys(factors) as (keyof typeof factors)[];
    for (const one of names)
        for (const other of names.filter((name) => name > one))
            for (const a of factors[one])
                for (const b of factors[other]) expect(few.some((row) => row[one] === a && row[other] === b)).toBe(true);
    expect(few.length).toBeLessThanOrEqual(12);
    const all = product(factors).map((row) => JSON.stringify(row));
    expect(few.every((row) => all.includes(JSON.stringify(row)))).toBe(true);
});
