import { parseGroup, parsePasswd, parsePdbedit } from "./accounts";
import { ntHash } from "./nt-hash";
import { parseConnections } from "./sessions";

it("hashes passwords as Samba stores them", () => {
    // The empty password and "password" are published examples of the NT hash.
    expect(ntHash("")).toBe("31D6CFE0D16AE931B73C59D7E0C089C0");
    expect(ntHash("password")).toBe("8846F7EAEE8FB117AD06BDD830B7586C");
    expect(ntHash("a".repeat(60))).toHaveLength(32);
});

it("reads pdbedit's accounts and whether they are disabled", () => {
    const text =
        "alice:10000:XXXX:A9F0DD57E1EDAB5BB55A9AC0A99C15EC:[U          ]:LCT-6B013CFD:\nbob:10001:XXXX:A9F0:[DU         ]:LCT-0:\n";
    expect(parsePdbedit(text).get("alice")).toEqual({
        name: "alice",
        uid: 10000,
        ntHash: "A9F0DD57E1EDAB5BB55A9AC0A99C15EC",
        enabled: true,
    });
    expect(parsePdbedit(text).get("bob")?.enabled).toBe(false);
});

it("reads passwd and group", () => {
    expect(parsePasswd("alice:x:10000:10001:Alice A,,,:/nonexistent:/usr/sbin/nologin\n").get("alice")).toEqual({
        name: "alice",
        uid: 10000,
        gid: 10001,
        fullName: "Alice A",
    });
    expect(parseGroup("staff:x:50:alice,bob\nempty:x:51:\n").get("staff")?.members).toEqual(["alice", "bob"]);
    expect(parseGroup("empty:x:51:\n").get("empty")?.members).toEqual([]);
});

it("pairs connections with their sessions", () => {
    const json = JSON.stringify({
        sessions: { "1": { session_id: "1", username: "alice", groupname: "alice" } },
        tcons: { "9": { service: "docs", session_id: "1", server_id: { pid: "42" } } },
    });
    expect(parseConnections(json)).toEqual([{ pid: 42, share: "docs", user: "alice", group: "alice" }]);
});
