import { atMost, compared, count, failedPeer, median, ratioAtMost, reached, type Row, seconds } from "./rows";
import { results, table } from "./table";

const floor = { name: "floor", value: 10, unit: "s" };
const slow = ratioAtMost(1.15, compared({ name: "ours, slow", value: 12.345, unit: "s" }, floor));
const fast = ratioAtMost(1.15, compared({ name: "ours", value: 11, unit: "s" }, floor));

test.each([
    [[3], 3],
    [[1, 9, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[30, 4, 100], 30],
])("median of %j is %d", (values, expected) => {
    expect(median(values)).toBe(expected);
});

test("there is no median of nothing", () => {
    expect(() => median([])).toThrow("nothing");
});

test("a ratio names what it compares with", () => {
    expect(compared(seconds("ours", [5]), floor)).toEqual({ name: "ours", value: 5, unit: "s", ratio: 0.5, against: "floor" });
});

test("goals of a value and of a ratio", () => {
    expect(reached(atMost(3, count("n", 3)))).toBe(true);
    expect(reached(atMost(3, count("n", 4)))).toBe(false);
    expect(reached(slow)).toBe(false);
    expect(reached(fast)).toBe(true);
    expect(reached(floor)).toBeUndefined();
});

test("the table aligns its columns and says which goals were missed", () => {
    const rows: Row[] = [floor, slow, fast, atMost(8, count("executions", 8))];
    expect(table(rows)).toEqual([
        "floor         10 s",
        "ours, slow  12.3 s  1.23 x floor  ratio <= 1.15: MISSED",
        "ours          11 s  1.10 x floor  ratio <= 1.15: reached",
        "executions     8                  <= 8: reached",
    ]);
});

test("a peer that failed is a row that says so, without a figure", () => {
    const row = failedPeer("200 shares by SSH sessions", new Error("pulumi up ended with 255:\nread ECONNRESET\n"));
    expect(table([floor, row])).toEqual([
        "floor                       10 s",
        "200 shares by SSH sessions   -      FAILED: read ECONNRESET",
    ]);
    expect(JSON.parse(results([row]))).toEqual([{ name: row.name, value: null, unit: "", ratio: null, against: null }]);
    expect(reached(row)).toBeUndefined();
});

test("an empty table has no lines", () => {
    expect(table([])).toEqual([]);
});

test("the results file gives every row the same five keys", () => {
    expect(JSON.parse(results([floor, slow]))).toEqual([
        { name: "floor", value: 10, unit: "s", ratio: null, against: null },
        { name: "ours, slow", value: 12.345, unit: "s", ratio: 1.235, against: "floor" },
    ]);
});
