import { parseExpiries, parseGroup, parsePasswd, parsePdbedit } from "./accounts";
import { ntHash } from "./nt-hash";
import { parseConnections, parseLogins, sessionsByNode, tell } from "./sessions";

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
        home: "/nonexistent",
    });
    expect(parseGroup("staff:x:50:alice,bob\nempty:x:51:\n").get("staff")?.members).toEqual(["alice", "bob"]);
    expect(parseGroup("empty:x:51:\n").get("empty")?.members).toEqual([]);
});

it("pairs connections with their sessions", () => {
    const json = JSON.stringify({
        sessions: { "1": { session_id: "1", username: "alice", groupname: "alice" } },
        tcons: { "9": { service: "docs", session_id: "1", server_id: { pid: "42" } } },
    });
    expect(parseConnections(json)).toEqual([{ pid: "42", share: "docs", user: "alice", group: "alice" }]);
});

it.each(["", "null", "[]", '{"sessions": []}', '{"sessions": {"1": null}}', '{"sessions": {"1": {"server_id": {"pid": "all"}}}}'])(
    "a list of another form is refused, since nobody must be missed: %s",
    (json) => {
        for (const parse of [() => parseConnections(json), () => parseLogins(json, ["alice"])])
            expect(parse).toThrow("who is connected cannot be found out");
        expect(sessionsByNode(json)).toBeUndefined();
    },
);

it("names processes as smbcontrol takes them, with their node in a cluster", () => {
    const status = (vnn: string): string => {
        const of = { server_id: { pid: "42", task_id: "0", vnn, unique_id: "7" } };
        const session = { session_id: "1", uid: 10000, username: "alice", groupname: "alice", ...of };
        return JSON.stringify({ sessions: { "1": session }, tcons: { "9": { service: "docs", session_id: "1", ...of } } });
    };
    const pids = (vnn: string): unknown[] => [parseConnections(status(vnn))[0]?.pid, ...parseLogins(status(vnn), ["alice"])];
    expect([pids("4294967295"), pids("2")]).toEqual([
        ["42", "42"],
        ["2:42", "2:42"],
    ]);
    expect(tell("2:42", "close-share", "docs")).toMatchObject({ argv: ["smbcontrol", "2:42", "close-share", "docs"] });
});

it("reads on which day accounts expire, if they do", () => {
    const account = (name: string, ends: string): string =>
        `Unix username:        ${name}\nFull Name:            \nKickoff time:         ${ends}\n`;
    const text = [
        account("alice", "Tue, 01 Jan 2030 00:00:00 UTC"),
        account("bob", "Wed, 06 Feb 2036 15:06:39 UTC"),
        account("carol", "never"),
    ].join("---------------\n");
    expect([...parseExpiries(`---------------\n${text}`)]).toEqual([["alice", "2030-01-01"]]);
});

it("finds the processes that serve a user, each once", () => {
    const session = (username: string, pid: string): object => ({ session_id: "1", username, server_id: { pid } });
    const json = JSON.stringify({ sessions: { "1": session("alice", "42"), "2": session("bob", "43"), "3": session("alice", "42") } });
    expect(parseLogins(json, ["alice"])).toEqual(["42"]);
    expect(parseLogins("{}", ["alice"])).toEqual([]);
    // smbstatus output after the account is deleted; the name of another account may be a number.
    const gone = JSON.stringify({
        sessions: { "1": { ...session("10006", "42"), uid: 10006 }, "2": { ...session("bob", "43"), uid: 10007 } },
    });
    expect(parseLogins(gone, ["vic", 10006])).toEqual(["42"]);
    expect(parseLogins(gone, ["vic"])).toEqual([]);
});
