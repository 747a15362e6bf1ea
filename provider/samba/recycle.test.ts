import type { GatherResult } from "../hosts/batch";
import { binDrift } from "./recycle";

const stat = (facts: object): GatherResult["stat"] => ({
    "/s/.recycle": { type: "directory", uid: 0, gid: 0, owner: "root", group: "root", mode: "1777", size: 0, ...facts },
});
const root = { owner: "root", group: "staff", mode: "2770", once: false };
const own = { path: ".recycle", perUser: true };

test.each([
    ["as it was made", own, stat({}), undefined],
    ["of somebody else", own, stat({ owner: "bob", group: "bob", mode: "0755" }), /is bob:bob 755 instead of root:root 1777/],
    ["with another mode", own, stat({ mode: "0777" }), /is root:root 777 instead of root:root 1777/],
    ["a link", own, stat({ type: "symlink" }), /is a symlink, and no folder/],
    ["missing", own, {}, /is missing, and no folder/],
    ["of all, as it was made", { ...own, perUser: false }, stat({ group: "staff", mode: "2770" }), undefined],
    ["of all, of somebody else", { ...own, perUser: false }, stat({ owner: "bob" }), /is bob:root 1777 instead of root:staff 2770/],
])("a bin %s", (_, recycle, found, says) => {
    const drift = binDrift("/s", { ...root, recycle }, found);
    if (says === undefined) expect(drift).toEqual([]);
    else expect(drift).toEqual([expect.stringMatching(says)]);
});

test("where clients decide about permissions, a bin for all is what they make of it", () => {
    expect(binDrift("/s", { ...root, once: true, recycle: { ...own, perUser: false } }, stat({ owner: "bob" }))).toEqual([]);
});
