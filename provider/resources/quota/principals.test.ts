import type { GatherResult } from "../../hosts";
import { Principals } from "./principals";

const MIB = 2 ** 20;
const passwd = ["root:x:0:0::/root:/bin/sh", "nobody:x:65534:65534::/:/bin/false"]
    .concat(["alice:x:1000:1000::/:/bin/false", "bob:x:1001:1001::/:/bin/false", "eve:x:1002:1002::/:/bin/false"])
    .join("\n");
const said = (stdout: string) => ({ code: 0, stdout, stderr: "" });
const look: GatherResult = {
    ...{ files: {}, stat: {}, statvfs: {}, ms: 1 },
    commands: { passwd: said(passwd), group: said("root:x:0:\nstaff:x:1100:alice") },
};
const people = new Principals(look, 100_000);
const none = { users: [], groups: [], report: false };
const bobs = [{ name: "bob", limit: "5MiB" }];

test("a limit for everybody is that of each account of people that has none by name, in the node's numbers", () => {
    expect(people.limits({ ...none, users: bobs, userLimit: "1MiB", groupLimit: "2MiB" })).toEqual([
        { kind: "user", id: 101_001, limit: 5 * MIB },
        { kind: "user", id: 101_000, limit: MIB },
        { kind: "user", id: 101_002, limit: MIB },
        { kind: "group", id: 101_100, limit: 2 * MIB },
    ]);
    expect(people.watched({ ...none, users: bobs, userLimit: "1MiB" })).toHaveLength(3);
    expect(people.watched({ ...none, users: bobs })).toEqual([{ kind: "user", id: 101_001 }]);
});

test("who has another limit than everybody is named", () => {
    const limit = (id: number, mib: number) => ({ kind: "user" as const, id, limit: mib * MIB, used: 0 });
    const state = { used: 0, available: 0, drift: [], ids: [limit(101_000, 1), limit(101_001, 9), limit(101_002, 3)] };
    expect(people.defaultLimitDrift({ ...none, users: bobs, userLimit: "1MiB" }, state)).toEqual(["userLimit: not that of eve"]);
    expect(people.defaultLimitDrift({ ...none, users: bobs }, state)).toEqual([]);
});

test("a limit that nobody asks for any more is taken back, not one that another entry gives", () => {
    const before = { ...none, userLimit: "1MiB" };
    expect(people.removedLimits(before, { ...none, users: bobs })).toEqual([
        { kind: "user", id: 101_000, limit: 0 },
        { kind: "user", id: 101_002, limit: 0 },
    ]);
    expect(people.removedLimits({ ...none, users: bobs }, before)).toEqual([]);
    expect(people.removedLimits(undefined, none)).toEqual([]);
});

test("an account that is not there is the user's mistake", () => {
    expect(() => people.limits({ ...none, groups: [{ name: "stuff", limit: "1MiB" }] })).toThrow(
        /groups: there is no group stuff on the gateway/,
    );
});

test("a number that the gateway's root wrote for an account is no other's on the node", () => {
    const limited = { ...none, users: [{ name: "bob", limit: "8MiB" }] };
    const withBob = (uid: string, offset = 100_000): Principals =>
        new Principals({ ...look, commands: { ...look.commands, passwd: said(`bob:x:${uid}:100::/:/bin/sh\n`) } }, offset);
    // 4294868296 + 100000 is 1000 again in the 32 bits that setquota has for it.
    for (const uid of ["0", "65536", "4294868296"])
        expect(() => withBob(uid).limits(limited)).toThrow(new RegExp(`^users: bob has the number ${uid} on the gateway, which is`));
    expect(() => withBob("0").watched(limited)).toThrow("users: bob has the number 0");
    expect(withBob("65535").limits(limited)).toMatchObject([{ id: 165_535 }]);
    expect(withBob("70000", 0).limits(limited)).toMatchObject([{ id: 70_000 }]);
    expect(() => withBob("0", 0).limits(limited)).toThrow("which is root's");
});

describe("accounts of a domain", () => {
    const known = (name: string, kind: "user" | "group", id: number) => ({ name, kind, sid: `S-1-5-21-1-2-3-${id}`, id, account: "" });
    const accounts = [
        known("LABAD\\eve", "user", 61_105),
        known("eve@ad.lab.test", "user", 61_105),
        known("LABAD\\Finance", "group", 61_106),
    ];
    const people = new Principals(look, 100_000, accounts);

    test("are limited by their numbers, users as users and groups as groups", () => {
        const lists = { ...none, users: [{ name: "LABAD\\eve", limit: "5MiB" }], groups: [{ name: "labad\\finance", limit: "6MiB" }] };
        expect(people.limits(lists)).toEqual([
            { kind: "user", id: 161_105, limit: 5 * MIB },
            { kind: "group", id: 161_106, limit: 6 * MIB },
        ]);
        expect(() => people.limits({ ...none, users: [{ name: "LABAD\\Finance", limit: "5MiB" }] })).toThrow(
            "there is no user LABAD\\Finance",
        );
        expect([people.nameOf("user", 161_105), people.nameOf("group", 161_106)]).toEqual(["LABAD\\eve", "LABAD\\Finance"]);
    });

    test("keep their limit when they are spelled in another way", () => {
        const [was, is] = ["LABAD\\eve", "eve@ad.lab.test"].map((name) => ({ ...none, users: [{ name, limit: "5MiB" }] }));
        expect(people.removedLimits(was, is ?? none)).toEqual([]);
        expect(people.removedLimits(was, none)).toEqual([{ kind: "user", id: 161_105, limit: 0 }]);
    });
});
