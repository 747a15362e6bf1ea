import { accountOf, isDomainSid, isUnix, isWellKnown, looksLikeSid, parseSid } from "./sid";
import type { Sid } from "./sid";

test.each([
    ["S-1-1-0", "S-1-1-0"],
    ["s-1-5-32-544", "S-1-5-32-544"],
    ["S-1-5-21-0001-2-3-1105", "S-1-5-21-1-2-3-1105"],
    ["S-1-0x5-18", "S-1-5-18"],
    ["S-1-0x100000000000-1", "S-1-0x100000000000-1"],
    ["S-1-5-21-4294967295-2-3-4", "S-1-5-21-4294967295-2-3-4"],
])("%s is a SID", (text, sid) => {
    expect(parseSid(text)).toBe(sid);
});

test.each([
    "S-1-5",
    "S-2-5-18",
    "S-1-5-",
    "S-1-5-21-4294967296",
    "S-1-5-18 ",
    "S-1-5-18\n",
    `S-1-5${"-1".repeat(16)}`,
    "S-1--5-18",
    "S-1-281474976710656-1",
    "x",
])("%j is none", (text) => {
    expect(parseSid(text)).toBeUndefined();
});

test("an account has its domain's SID and a number of its own", () => {
    const sid = parseSid("S-1-5-21-1-2-3-1105") as Sid;
    expect(accountOf(sid)).toEqual({ domain: "S-1-5-21-1-2-3", rid: 1105 });
    expect([isDomainSid("S-1-5-21-1-2-3" as Sid), isDomainSid(sid), accountOf("S-1-5-32-544" as Sid)]).toEqual([true, false, undefined]);
});

test("well-known ones and Samba's own for Unix ids are told apart", () => {
    const of = (sid: string): boolean[] => [isWellKnown(sid as Sid), isUnix(sid as Sid)];
    expect([of("S-1-5-32-544"), of("S-1-22-1-1000"), of("S-1-5-21-1-2-3-500")]).toEqual([
        [true, false],
        [false, true],
        [false, false],
    ]);
});

test("what looks like one is not taken for a name", () => {
    expect([looksLikeSid("S-1-5-x"), looksLikeSid("s-team"), looksLikeSid("S-1")]).toEqual([true, false, false]);
});
