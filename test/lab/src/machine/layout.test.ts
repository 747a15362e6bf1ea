import { labNamesFault } from "../../../e2e/support/worker";
import { labNameFault, longestLabName } from "./layout";

test.each(["", "t", "a-long-name-of-somebody", "x".repeat(longestLabName)])("LAB_NAME %j is taken", (name) => {
    expect(labNameFault(name)).toBeUndefined();
});

test.each([
    ["x".repeat(longestLabName + 1), /51 letters.*more than 50.*107 bytes/],
    ["Upper", /small letters, digits/],
    ["a/b", /small letters, digits/],
    ["a b", /small letters, digits/],
])("LAB_NAME %j is refused with the reason", (name, reason) => {
    expect(labNameFault(name)).toMatch(reason);
});

describe("of a test run with workers beside the first", () => {
    const before = process.env["LAB_NAME"];
    afterEach(() => {
        if (before === undefined) delete process.env["LAB_NAME"];
        else process.env["LAB_NAME"] = before;
    });
    const fault = (length: number, workers: number): string | undefined => {
        process.env["LAB_NAME"] = "x".repeat(length);
        return labNamesFault(workers, labNameFault);
    };

    test("a name leaves room for the worker's number", () => {
        expect([fault(longestLabName, 1), fault(longestLabName - 2, 2), fault(longestLabName - 3, 12), fault(0, 12)]).toEqual([
            undefined,
            undefined,
            undefined,
            undefined,
        ]);
    });
    test.each([
        [longestLabName, 2],
        [longestLabName - 1, 2],
        [longestLabName - 2, 10],
    ])("one of %d letters is refused before the first lab, with the reason, for %d workers", (length, workers) => {
        expect(fault(length, workers)).toMatch(
            /^of \d+ test workers the last one has the lab "x+-\d+": LAB_NAME has 5[12] letters.*107 bytes.*room for the worker's number$/,
        );
    });
    test("one that is wrong by itself says so", () => {
        expect(fault(longestLabName + 1, 2)).toMatch(/^LAB_NAME has 51 letters/);
    });
});
