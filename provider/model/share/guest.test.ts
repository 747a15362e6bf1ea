import { rootOf } from "../../resources/share/section";
import { check } from "../../runtime/check";
import { shareModel } from "..";
import type { ShareInputs } from "..";
import type { Model } from "../meta";
import { filled } from "../schema";

const base = { name: "pub", gateway: { id: "pve1/101/0123456789abcdef" } };
const rights = (more: object): string[] =>
    rootOf(filled(shareModel.inputs, { ...base, ...more }) as ShareInputs).acl.map(
        ({ kind, name, permissions }) => `${kind} ${name} ${permissions}`,
    );

test.each([
    [{ guest: true }, ["user nobody rwx"]],
    [{ guest: true, readOnly: true }, ["user nobody r-x"]],
    [{ guest: true, purpose: "media" }, ["user nobody rwx"]],
    [{ guest: true, access: [{ user: "alice", level: "full" }] }, ["user alice rwx", "user nobody rwx"]],
    [{ guest: true, access: [{ user: "nobody", level: "read" }] }, ["user nobody r-x"]],
    [{ guest: false }, []],
    // The program's own setting for the directory wins.
    [{ guest: true, mode: "0755" }, []],
    [{ guest: true, aclEntries: [{ user: "nobody", permissions: "r-x" }] }, ["user nobody r-x"]],
])("guests may do what the share says: %j", (more, acl) => {
    expect(rights(more)).toEqual(acl);
    expect(check(shareModel as unknown as Model, { ...base, ...more })).toEqual([]);
});

test("what is dropped is for who collects it, though guests drop it", () => {
    const inputs = { ...base, guest: true, purpose: "dropBox", access: [{ user: "bob", level: "full" }] };
    const { acl, inherited, ownersOnly } = rootOf(filled(shareModel.inputs, inputs) as ShareInputs);
    expect([acl.map(({ name }) => name), inherited?.map(({ name }) => name), ownersOnly]).toEqual([["bob", "nobody"], ["bob"], true]);
});

test.each([
    [{ mode: "0770" }, /^lets nobody in: .*`mode` 0770.*a mode that ends in 7/],
    [{ mode: "2771", readOnly: true }, /a mode that ends in 5\).*"r-x"/],
    [{ aclEntries: [{ user: "alice", permissions: "rwx" }] }, /by `aclEntries`; leave them out/],
    [{ mode: "0777", aclEntries: [{ user: "nobody", permissions: "---" }] }, /^lets nobody in/],
    [{ mode: "0077", owner: "nobody" }, /^lets nobody in/],
    [{ mode: "0755" }, undefined],
    [{ mode: "0700", owner: "nobody" }, undefined],
    [{ mode: "0750", group: "nogroup" }, undefined],
    [{ mode: "0700", aclEntries: [{ user: "nobody", permissions: "rwx" }] }, undefined],
])("rights of its own that keep guests out are refused: %j", (more, says) => {
    const found = check(shareModel, { ...base, guest: true, ...more });
    if (says === undefined) expect(found).toEqual([]);
    else expect(found).toEqual([{ property: "guest", reason: expect.stringMatching(says) }]);
    expect(check(shareModel as unknown as Model, { ...base, ...more })).toEqual([]);
});
