import type { DomainAccount } from "../model/domain-accounts";
import { judge } from "./judgement";
import type { Named } from "./judgement";
import type { FoundAccount, Resolution } from "./resolution";

const sid = (rid: number): string => `S-1-5-21-1-2-3-${rid}`;
const user = (rid: number): FoundAccount => ({ sid: sid(rid), type: 1, id: 60_000 + rid, account: `LABAD\\u${rid}` });
const group = (rid: number): FoundAccount => ({ sid: sid(rid), type: 2, id: 60_000 + rid, account: `LABAD\\g${rid}` });
const answer = (given: Partial<Resolution> = {}): Resolution => ({
    domain: { name: "LABAD", dns: "ad.lab.test" },
    why: null,
    reachable: true,
    found: {},
    near: {},
    renamed: {},
    ...given,
});
const named = (name: string, kind: Named["kind"] = "group", i = 0): Named => ({
    property: `access[${i}].${kind}`,
    list: "access",
    kind,
    name,
});
const before: DomainAccount[] = [{ name: "LABAD\\Finance", kind: "group", sid: sid(5), id: 60_005, account: "LABAD\\finance" }];
const failure = (...given: Parameters<typeof judge>): { kind: string; message: string; property: unknown } => {
    try {
        judge(...given);
    } catch (error) {
        const { kind, message, details } = error as { kind: string; message: string; details: { property: unknown } };
        return { kind, message, property: details.property };
    }
    throw new Error("nothing was refused");
};

test("what was found is kept with its SID, its number and its name on the gateway", () => {
    const found = { "LABAD\\Finance": group(5), "o'neil@corp.example": user(6) };
    expect(judge("CT 1", [named("LABAD\\Finance"), named("o'neil@corp.example", "user", 1)], answer({ found }), undefined)).toEqual({
        accounts: [
            { name: "LABAD\\Finance", kind: "group", sid: sid(5), id: 60_005, account: "LABAD\\g5" },
            { name: "o'neil@corp.example", kind: "user", sid: sid(6), id: 60_006, account: "LABAD\\u6" },
        ],
        kept: [],
    });
});

test.each([
    ["absent", "it has no winbind"],
    ["alone", "its winbind knows no domain"],
] as const)("a gateway whose winbind is %s is in no domain, whatever was resolved before", (why, words) => {
    expect(failure("CT 1", [named("LABAD\\Finance")], answer({ domain: null, why, reachable: false }), before)).toEqual({
        kind: "InvalidInput",
        property: "access[0].group",
        message: `access[0].group: "LABAD\\Finance" is an account of a domain, and CT 1 is a member of none (${words}); join it with an AdDomain for this gateway and let this resource depend on that (\`dependsOn\`), or name local accounts`,
    });
});

test("all names that there are not are told at once, with those that are like them", () => {
    const near = { "LABAD\\Finanze": ["LABAD\\Finance", "LABAD\\Finance Editors"], "LABAD\\x": [] };
    const { kind, message } = failure("CT 1", [named("LABAD\\Finanze"), named("LABAD\\x", "user", 1)], answer({ near }), undefined);
    expect([kind, message]).toEqual([
        "InvalidInput",
        'access[0].group: there is no account "LABAD\\Finanze" in the domain LABAD; did you mean "LABAD\\Finance" or "LABAD\\Finance Editors"?; ' +
            'access[1].user: there is no account "LABAD\\x" in the domain LABAD, nor one with a name like that; correct it',
    ]);
});

test("who was renamed is told by the name of now", () => {
    const renamed = { "LABAD\\Finance": "LABAD\\Money" };
    expect(failure("CT 1", [named("LABAD\\Finance")], answer({ renamed }), before).message).toContain(
        'the one that it was is "LABAD\\Money" now, write that',
    );
});

test.each([
    ["a user where a group is wanted", user(1), "is a user, not a group; give it as `user`"],
    ["one of the gateway itself", { ...group(1), account: "staff" }, "is the gateway's own group staff; name it like that"],
    ["one beyond all ranges of ids", { ...group(1), id: null, account: null }, "no idmap range there holds it"],
    ["one that NSS does not know", { ...group(1), account: null }, "winbind is missing in /etc/nsswitch.conf"],
    ["one that /etc/group could not hold", { ...group(1), account: "LABAD\\a,b" }, "which no list of accounts can hold"],
    ["one with a control character", { ...group(1), account: "LABAD\\a\r" }, "which no list of accounts can hold"],
    ["one with the end of a line", { ...group(1), account: "LABAD\\a\u2028" }, "which no list of accounts can hold"],
])("%s is refused", (_what, found, words) => {
    expect(failure("CT 1", [named("LABAD\\x")], answer({ found: { "LABAD\\x": found } }), undefined)).toMatchObject({
        kind: "InvalidInput",
        message: expect.stringContaining(words) as unknown,
    });
});

test("the same one in two spellings is refused within a list, not across properties", () => {
    const found = { "LABAD\\bob": user(1), "bob@ad.lab.test": user(1) };
    expect(failure("CT 1", [named("LABAD\\bob", "user"), named("bob@ad.lab.test", "user", 1)], answer({ found }), undefined).message).toBe(
        `access[1].user: "LABAD\\bob" and "bob@ad.lab.test" are the same account (${sid(1)}); keep one entry`,
    );
    const owner: Named = { property: "owner", kind: "user", name: "bob@ad.lab.test" };
    expect(judge("CT 1", [named("LABAD\\bob", "user"), owner], answer({ found }), undefined).accounts).toHaveLength(2);
});

test.each([
    ["no controller answers", answer({ reachable: false }), "no controller of the domain LABAD answers"],
    ["winbind is down", answer({ domain: null, why: "down", reachable: false }), "its winbind does not answer"],
    ["there was no answer", undefined, "its winbind does not answer"],
])("when %s, what was resolved before stays, and who was not is no stranger either", (_what, silent, words) => {
    expect(judge("CT 1", [named("labad\\FINANCE")], silent, before)).toEqual({
        accounts: [{ ...before[0], name: "labad\\FINANCE" }],
        kept: ["labad\\FINANCE"],
    });
    expect(failure("CT 1", [named("LABAD\\Finance"), named("LABAD\\new", "group", 1)], silent, before)).toMatchObject({
        kind: "Unreachable",
        property: "access[1].group",
        message: expect.stringContaining(words) as unknown,
    });
    expect(failure("CT 1", [named("LABAD\\Finance", "user")], silent, before).kind).toBe("Unreachable");
});
