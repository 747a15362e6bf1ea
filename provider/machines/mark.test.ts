import type { Connection } from "../base/connection";
import { isOutdated, readClaim, readMark, withClaim, withMark } from "./mark";
import type { Claim, Mark } from "./mark";
import { markKeys } from "./mark-keys";

const mark: Mark = {
    key: "urn:pulumi:dev::p::t::a -->{}",
    nonce: "0123456789abcdef",
    vmid: 101,
    phase: "creating",
    lease: 5,
    hostKeys: ["SHA256:abc"],
};
const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe("the mark in a guest's notes", () => {
    it("comes back as it was put in, below the user's text", () => {
        const notes = withMark("Our files\nsecond line", mark, [key]);
        expect(notes.startsWith("Our files\nsecond line\n\n<!--")).toBe(true);
        expect(readMark(notes, 101, [key])).toEqual(mark);
        expect(readClaim(notes).text).toBe("Our files\nsecond line");
    });

    it("survives the line end that PVE adds", () => expect(readMark(`${withMark("", mark, [key])}\n`, 101, [key])).toEqual(mark));

    it("cannot be ended early by what is in it", () => expect(withMark("", mark, [key]).match(/-->/g)).toHaveLength(1));

    it("is the same at each writing", () => {
        const again: Mark = { ...mark, openSize: undefined, ...{ more: "is left out" } };
        expect(withMark("", again, [key])).toBe(withMark("", mark, [key]));
    });

    it.each([
        "just notes",
        undefined,
        "<!-- pvesmb 99 {} -->",
        "<!-- pvesmb 1 {} -->",
        "<!-- pvesmb 1 {null} -->",
        // Valid JSON that could trip the code.
        ...[
            { hostKeys: "SHA256:abc" },
            { hostKeys: [1] },
            { vmid: "101" },
            { phase: "done" },
            { lease: null },
            { key: {} },
            { mac: 1 },
        ].map((part) => withClaim("", { ...mark, ...part } as unknown as Claim)),
    ])("is not found in notes of another format or none: %s", (notes) => {
        expect(readClaim(notes).claim).toBeUndefined();
        expect(readMark(notes, 101, [key])).toBeUndefined();
    });
});

describe("an authentic mark", () => {
    const signed = readClaim(withMark("", mark, [key])).claim as Claim;
    const changes: Partial<Claim>[] = [
        { key: "urn:pulumi:dev::p::t::b" },
        { nonce: "fedcba9876543210" },
        { phase: "ready" },
        { lease: 6 },
        { hostKeys: ["SHA256:abd"] },
        { hostKeys: [] },
        { hostKeys: ["SHA256:abc", "SHA256:more"] },
        { openSize: true },
        { mac: undefined },
        { mac: "" },
        { mac: `${signed.mac ?? ""}=` },
    ];

    it.each(changes)("changed by %j is none", (change) => {
        expect(readMark(withClaim("", signed), 101, [key])).toEqual(mark);
        expect(readMark(withClaim("", { ...signed, ...change }), 101, [key])).toBeUndefined();
    });

    it("is none on another guest, with or without its VMID changed", () => {
        expect(readMark(withClaim("", signed), 102, [key])).toBeUndefined();
        expect(readMark(withClaim("", { ...signed, vmid: 102 }), 102, [key])).toBeUndefined();
    });

    it("is none for a deployer with another secret, nor for one without any", () => {
        expect(readMark(withClaim("", signed), 101, [other])).toBeUndefined();
        expect(readMark(withClaim("", signed), 101, [])).toBeUndefined();
    });

    it("by an earlier secret is believed, and known to be outdated", () => {
        expect(readMark(withClaim("", signed), 101, [other, key])).toEqual(mark);
        expect([[other, key], [key, other], [other]].map((keys) => isOutdated(withClaim("", signed), keys))).toEqual([true, false, false]);
    });
});

describe("keys", () => {
    const token: Connection = {
        endpoints: ["https://pve1:8006"],
        auth: { kind: "token", id: "a@pve!b", secret: "11111111-2222-3333-4444-555555555555" },
        tls: { kind: "system" },
        ssh: { via: "guest", username: "root", sudo: false, pct: "pct", port: 22, nodes: {}, knownHosts: "/nonexistent" },
    };
    const login: Connection = { ...token, auth: { kind: "ticket", username: "root@pam", password: "secret" } };
    const first = (connection: Connection): string => String(markKeys(connection)[0]?.toString("hex"));
    const believes = (one: Connection, made: Connection): boolean => markKeys(one).some((each) => each.toString("hex") === first(made));

    it("are of a secret, not of who names it: another node, another user", () => {
        expect(
            first({
                ...token,
                endpoints: ["https://pve2:8006"],
                auth: { kind: "token", id: "c@pve!d", secret: "11111111-2222-3333-4444-555555555555" },
            }),
        ).toBe(first(token));
        expect(first({ ...token, auth: { kind: "token", id: "a@pve!b", secret: "other" } })).not.toBe(first(token));
    });

    it("a secret made for marks signs; what signed before it is believed still", () => {
        const own = { ...token, markSecret: "a secret for marks alone" };
        expect(first(own)).not.toBe(first(token));
        expect(believes(own, token)).toBe(true);
        expect(believes(token, own)).toBe(false);
    });

    it("a rotated token is believed when its old secret is given, and no longer signs", () => {
        const rotated: Connection = { ...token, auth: { kind: "token", id: "a@pve!b", secret: "new" } };
        expect(believes(rotated, token)).toBe(false);
        const told = { ...rotated, markSecretPrevious: ["11111111-2222-3333-4444-555555555555"] };
        expect(believes(told, token)).toBe(true);
        expect(first(told)).toBe(first(rotated));
    });

    it("a login by password signs by the private key, so that nobody can try passwords on a mark; without one, stretched", () => {
        const keyed: Connection = { ...login, ssh: { ...login.ssh, privateKey: "KEY\n" } };
        expect(first({ ...keyed, auth: { kind: "ticket", username: "root@pam", password: "another" } })).toBe(first(keyed));
        expect(first({ ...keyed, ssh: { ...keyed.ssh, privateKey: "KEY" } })).toBe(first(keyed));
        expect(markKeys(keyed)).toHaveLength(1);
        expect(first(login)).not.toBe(first({ ...login, markSecret: "secret" }));
        expect(first(login)).not.toBe(first({ ...login, auth: { kind: "ticket", username: "b@pve", password: "secret" } }));
    });
});
