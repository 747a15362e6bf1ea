import { parseAddresses, parseRecovery, parseStatus, parseVariables } from "./answers";

/** Answers of 4.17.12. */
const STATUS = `|Node|IP|Disconnected|Unknown|Banned|Disabled|Unhealthy|Stopped|Inactive|PartiallyOnline|ThisNode|
|0|10.99.0.1|0|0|0|0|0|0|0|0|Y|
|1|10.99.0.2|1|0|0|0|1|0|1|0|N|
|2|10.99.0.3|0|0|1|0|0|0|1|0|N|
`;

test("who is healthy, and what is the matter with the others", () => {
    expect(parseStatus(STATUS)).toEqual([
        { number: 0, address: "10.99.0.1", flags: [], self: true },
        { number: 1, address: "10.99.0.2", flags: ["Disconnected", "Unhealthy", "Inactive"], self: false },
        { number: 2, address: "10.99.0.3", flags: ["Banned", "Inactive"], self: false },
    ]);
    expect(parseStatus("connect() failed, errno=2\nFailed to connect to CTDB daemon (/run/ctdb/ctdbd.socket)\n")).toEqual([]);
});

test("who has which address; -1: nobody", () => {
    expect([...parseAddresses("|Public IP|Node|\n|10.86.0.171|1|\n|10.86.0.172|-1|\n")]).toEqual([
        ["10.86.0.171", 1],
        ["10.86.0.172", -1],
    ]);
});

test("tunables, and the time of the last recovery", () => {
    expect(parseVariables("KeepaliveInterval          = 1\nRecoveryDropAllIPs         = 5\n").get("RecoveryDropAllIPs")).toBe(5);
    expect(
        parseRecovery("Time of last recovery/failover: (000 00:00:24) Mon\nDuration of last recovery/failover: 0.374459 seconds\n"),
    ).toBe(0.374459);
    expect(parseRecovery("connect() failed")).toBeUndefined();
});

test("numbers that no node has, and names that are no flags, are not told", () => {
    expect(parseStatus("|Node|IP|Banned|\u001b[2J|ThisNode|\n|99999|a|1|0|N|\n|-1|b|0|0|N|\n|x|c|0|0|N|\n|2|d|1|1|N|\n")).toEqual([
        { number: 2, address: "d", flags: ["Banned"], self: false },
    ]);
    expect([...parseAddresses("|Public IP|Node|\n|a|1e3|\n|b|9999|\n|c|-2|\n|d|3|\n")]).toEqual([["d", 3]]);
    expect(parseRecovery(`Duration of last recovery/failover: ${"9".repeat(400)} seconds`)).toBeUndefined();
    expect(parseVariables(`A = ${"9".repeat(400)}\n`).get("A")).toBeUndefined();
});
