import fc from "fast-check";
import { parsePrincipal, principalText, samePrincipal } from "./principal-name";
import type { Principal } from "./principal-name";

test.each<[string, Principal]>([
    ["alice", { kind: "local", name: "alice" }],
    ["s-1-team", { kind: "local", name: "s-1-team" }],
    ["LABAD\\alice", { kind: "domain", domain: "LABAD", name: "alice" }],
    ["LABAD\\Domain Users", { kind: "domain", domain: "LABAD", name: "Domain Users" }],
    ["LABAD\\O'Neil & Söhne", { kind: "domain", domain: "LABAD", name: "O'Neil & Söhne" }],
    ["R&D\\研究", { kind: "domain", domain: "R&D", name: "研究" }],
    ["LABAD\\files$", { kind: "domain", domain: "LABAD", name: "files$" }],
    ["alice@ad.lab.test", { kind: "upn", name: "alice", suffix: "ad.lab.test" }],
    ["a.b@c@example.com", { kind: "upn", name: "a.b@c", suffix: "example.com" }],
    ["s-1-5-21-1-2-3-1105", { kind: "sid", sid: "S-1-5-21-1-2-3-1105" as never }],
])("%s is understood", (text, principal) => {
    expect(parsePrincipal(text)).toEqual(principal);
});

test.each([
    ["", "name of an account"],
    ["LABAD\\", "name of an account"],
    ["\\alice", "backslash"],
    ["A B\\alice", "NetBIOS"],
    ["LABAD\\a\\b", "contain \\"],
    ["LABAD\\a,b", "contain ,"],
    ['LABAD\\"a"', 'contain "'],
    ["a\nb", "control"],
    ["LABAD\\ alice", "blank"],
    ["LABAD\\alice.", "dot"],
    ["@staff", "name of an account"],
    ["alice@", "must have a realm"],
    ["S-1-5-21-x", "whole SID"],
    [`LABAD\\${"x".repeat(256)}`, "255 bytes"],
    [`LABAD\\${"ö".repeat(128)}`, "255 bytes"],
])("%j is refused", (text, words) => {
    expect(parsePrincipal(text)).toEqual({ fault: expect.stringContaining(words) as string });
});

test("what was understood is written as it was, and is the same in another case", () => {
    fc.assert(
        fc.property(fc.constantFrom("LABAD\\", ""), fc.string({ unit: "grapheme", maxLength: 20 }), (domain, name) => {
            const principal = parsePrincipal(domain + name);
            if ("fault" in principal || principal.kind === "sid") return;
            expect(principalText(principal)).toBe(domain + name);
            expect(samePrincipal(principal, principal)).toBe(true);
        }),
    );
    const of = (text: string): Principal => parsePrincipal(text) as Principal;
    expect(samePrincipal(of("LABAD\\Ärzte"), of("labad\\ärzte"))).toBe(true);
    expect(samePrincipal(of("alice"), of("LABAD\\alice"))).toBe(false);
});
