import { FURTHER_FROM, idMapFaults, idMapOf, idMapValues, idsFor, subordinateLines } from "./id-map";

const plain = { ids: 131_072, hostFrom: FURTHER_FROM };
const apart = { ids: 262_144, hostFrom: 1_000_000 };

test("the first ids stay, and the others follow in a run of their own", () => {
    expect(idMapValues(apart)).toEqual(["u 0 100000 65536", "g 0 100000 65536", "u 65536 1000000 196608", "g 65536 1000000 196608"]);
    expect(subordinateLines(apart)).toEqual(["root:100000:65536", "root:1000000:196608"]);
    expect([65_535, 65_536, 131_071, 131_072].map(idsFor)).toEqual([65_536, 131_072, 131_072, 196_608]);
});

test("what was written is read again, also in another order or joined by hand", () => {
    for (const map of [plain, apart]) {
        expect(idMapOf(idMapValues(map))).toEqual(map);
        expect(idMapOf(idMapValues(map).reverse())).toEqual(map);
    }
    expect(idMapOf(["b 0 100000 131072"])).toEqual(plain);
    expect(idMapOf([])).toBe("usual");
    expect(idMapOf(["u 0 100000 65536", "g 0 100000 65536"])).toBe("usual");
});

test.each([
    ["fewer ids", ["b 0 100000 60000"]],
    ["other first ids", ["b 0 200000 131072"]],
    ["users only", ["u 0 100000 131072"]],
    ["groups that differ", ["u 0 100000 131072", "g 0 100000 65536"]],
    ["an id of the node between", ["b 0 100000 1000", "b 1000 1000 1", "b 1001 101001 64535"]],
    ["a gap", ["b 0 100000 65536", "b 70000 300000 65536"]],
    ["no map at all", ["u zero"]],
])("%s: not a map of ours", (_, values) => {
    expect(idMapOf(values)).toBeUndefined();
});

test("the node's ids end somewhere", () => {
    expect(idMapFaults(apart, "lxc.idMap")).toEqual([]);
    expect(idMapFaults({ ids: 131_072, hostFrom: 0xffff_fffe }, "lxc.idMap")).toMatchObject([{ property: "lxc.idMap.hostFrom" }]);
});
