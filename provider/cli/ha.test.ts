import { reportOf } from "../resources/ctdb-vip/status";
import { clusterText, haOptions } from "./ha";
import { Misuse } from "./arguments";

test("options", () => {
    expect(haOptions(["status", "--gateway", "files", "--json"])).toEqual({ verb: "status", gateway: "files", json: true });
    for (const [words, args] of [
        ["a command is missing: status, test, failover or failback", []],
        ["there is no command fence: status, test, failover or failback", ["fence"]],
        ["there is no command stauts; did you mean status?", ["stauts", "--gateway", "files"]],
        ["--gateway is missing", ["status"]],
        ['status takes no name: "x"', ["status", "x", "--gateway", "files"]],
    ] as const) {
        expect(() => haOptions([...args])).toThrow(Misuse);
        expect(() => haOptions([...args])).toThrow(words);
    }
});

const MARK = { "/etc/samba/pvesmb/cluster.json": '{"v":1,"key":"urn","nonce":"a1","phase":"formed"}\n' };
const answers = (all: Record<string, string>): Parameters<typeof reportOf>[1]["commands"] =>
    Object.fromEntries(Object.entries(all).map(([name, stdout]) => [name, { code: 0, stdout, stderr: "" }]));
/** Answers of 4.17.12. */
const ALL = {
    nodes: `|Node|IP|Disconnected|Unknown|Banned|Disabled|Unhealthy|Stopped|Inactive|PartiallyOnline|ThisNode|
|0|10.99.0.1|0|0|0|0|0|0|0|0|Y|
|1|10.99.0.2|1|0|0|0|1|0|1|0|N|
`,
    status: "Number of nodes:2\nRecovery mode:NORMAL (0)\nLeader:0\n",
    addresses: "|Public IP|Node|\n|10.86.0.171|0|\n|10.86.0.172|-1|\n",
    lock: "/srv/pvesmb/.pvesmb/ctdb.lock\n",
    uptime: "Duration of last recovery/failover: 0.374459 seconds\n",
    sessions: JSON.stringify({ sessions: { 1: { uid: 1, username: "alice", server_id: { pid: "42", vnn: "0" } } } }),
};

test("a cluster as a gateway sees it", () => {
    const report = reportOf("CT 105", { files: MARK, commands: answers(ALL) });
    expect(report).toEqual({
        gateway: "CT 105",
        member: true,
        self: 0,
        nodes: [
            { number: 0, address: "10.99.0.1", flags: [], sessions: 1 },
            { number: 1, address: "10.99.0.2", flags: ["Disconnected", "Unhealthy", "Inactive"], sessions: 0 },
        ],
        addresses: [
            { address: "10.86.0.171", node: 0 },
            { address: "10.86.0.172", node: null },
        ],
        leader: 0,
        lock: "/srv/pvesmb/.pvesmb/ctdb.lock",
        recovery: 0.374459,
        faults: ["node 1 (10.99.0.2) is disconnected, unhealthy, inactive", "nobody has 10.86.0.172"],
    });
    expect(clusterText(report)).toBe(`node 0 (10.99.0.1): healthy, 1 session, has the lock; 10.86.0.171
node 1 (10.99.0.2): disconnected, unhealthy, inactive, 0 sessions
lock: /srv/pvesmb/.pvesmb/ctdb.lock
last recovery: 0.4 s
wrong, as CT 105 sees it:
  - node 1 (10.99.0.2) is disconnected, unhealthy, inactive
  - nobody has 10.86.0.172`);
});

test("a test says how long each address was away", () => {
    const move = { address: "10.86.0.171", from: 0, to: 1, there: 0.84, back: null };
    const text = clusterText({ gateway: "CT 105", member: true, nodes: [], addresses: [], faults: [], moves: [move] });
    expect(text).toBe("10.86.0.171: from node 0 to node 1 in 0.8 s, and back in more than a minute\nnothing is wrong");
});

test("what a cluster lacks is wrong", () => {
    const faults = (files: Record<string, string>, all: Record<string, string>): string[] =>
        reportOf("CT 105", { files, commands: answers(all) }).faults;
    expect(faults({}, ALL)).toEqual(["the gateway is in no cluster by a CtdbVip"]);
    expect(faults(MARK, {})).toEqual(["CTDB does not answer on the gateway; `journalctl -u ctdb` there says why"]);
    expect(faults(MARK, { ...ALL, status: "Recovery mode:RECOVERY (1)\nLeader:UNKNOWN\n", lock: "\n" })).toEqual(
        expect.arrayContaining(["no node leads: none has the lock", "CTDB works without a lock"]),
    );
});
