import fc from "fast-check";
import { groupModel, quotaModel, shareModel } from "../model";
import { same } from "../model/compare";
import type { Tree } from "../model/tree";
import { aligned } from "./align";
import { UNKNOWN } from "./unknown";

const members = (old: string[], news: string[]): unknown =>
    (aligned(groupModel.inputs, { name: "crew", members: old }, { name: "crew", members: news }) as { members: unknown }).members;

/** The indices at which the engine would show something. */
const shown = (old: unknown[], news: unknown[]): number[] =>
    Array.from({ length: Math.max(old.length, news.length) }, (_, i) => i).filter(
        (i) => JSON.stringify(old[i]) !== JSON.stringify(news[i]),
    );

const crew = ["anna", "bert", "cora", "dirk", "emil"];

test.each<[string, string[], number]>([
    ["the same in another order", ["emil", "dirk", "anna", "bert", "cora"], 0],
    ["one more, at the beginning", ["aaron", ...crew], 1],
    ["another one in the place of one, sorted elsewhere", ["anna", "cora", "dirk", "emil", "zoe"], 1],
    ["one renamed and all sorted again", ["berta", "anna", "cora", "dirk", "emil"], 1],
    ["the first one gone", crew.slice(1), 2],
    ["the last one gone", crew.slice(0, -1), 1],
    ["one that is not known yet, in the place of one", ["anna", UNKNOWN, "cora", "dirk", "emil"], 1],
    ["nobody left of them", ["zoe"], 5],
    ["two that are not known yet", ["emil", UNKNOWN, "cora", UNKNOWN, "anna"], 2],
])("members: %s", (_, news, lines) => {
    const found = members(crew, news) as string[];
    expect([...found].sort()).toEqual([...news].sort());
    expect(shown(crew, found)).toHaveLength(lines);
});

test("entries go by their keys, at any depth, and have what the program says of them", () => {
    const entry = (user: string, level: string) => ({ user, level });
    const old = { access: [entry("anna", "full"), entry("bert", "read"), { group: "bert", level: "read" }] };
    const news = { access: [{ group: "bert", level: "change" }, entry("cora", "read"), entry("anna", "full"), entry("bert", "read")] };
    expect(aligned(shareModel.inputs, old, news)).toEqual({
        access: [entry("anna", "full"), entry("bert", "read"), { group: "bert", level: "change" }, entry("cora", "read")],
    });
    const recycle = (exclude: string[]): Tree => ({ recycle: { exclude } });
    expect(aligned(shareModel.inputs, recycle(["*.a", "*.b"]), recycle(["*.c", "*.b", "*.a"]))).toEqual(recycle(["*.a", "*.b", "*.c"]));
    const limits = (...names: string[]): Tree => ({ users: names.map((name) => ({ name, limit: "1GiB" })) });
    expect(aligned(quotaModel.inputs, limits("anna", "bert"), limits("bert", "anna"))).toEqual(limits("anna", "bert"));
});

test.each<[string, Tree, Tree]>([
    ["a list with an order", { alerts: [75, 85] }, { alerts: [85, 75] }],
    ["what is twice in it, for check to refuse", { users: [{ name: "a" }] }, { users: [{ name: "b" }, { name: "a" }, { name: "a" }] }],
    ["what is not known yet", { users: [{ name: "a" }] }, { users: UNKNOWN }],
    ["what was not there", {}, { users: [{ name: "b" }, { name: "a" }] }],
    ["another type than before", { users: "a" }, { users: [{ name: "a" }] }],
])("is left as it is: %s", (_, old, news) => expect(aligned(quotaModel.inputs, old, news)).toBe(news));

test("what was twice in the old list takes the place of nobody", () => {
    expect(members(["anna", "anna"], ["anna", "bert"])).toEqual(["anna", "bert"]);
    const entry = (user: string) => ({ user, level: "read" });
    const access = (...users: string[]): Tree => ({ access: users.map(entry) });
    expect(aligned(shareModel.inputs, access("anna", "anna", "bert"), access("cora", "bert", "anna"))).toEqual(
        access("anna", "cora", "bert"),
    );
});

test("nothing is lost or added, and a second time nothing is moved", () => {
    const one = fc.constantFrom(..."abcdefgh", UNKNOWN);
    const names = fc.uniqueArray(one, { maxLength: 7 });
    fc.assert(
        fc.property(fc.array(one, { maxLength: 9 }), names, (old, news) => {
            const found = members(old, news) as string[];
            expect([...found].sort()).toEqual([...news].sort());
            expect(members(old, found)).toEqual(found);
            if (!news.includes(UNKNOWN)) expect(same(groupModel.inputs.shape.members, found, news)).toBe(true);
        }),
    );
});
