import type { ClusterInputs, GatewayRef } from "../../model";
import { CTDB } from "../../ctdb";
import { keepsRunning, knowsOthers, leaving, slotsOf } from "./membership";

const refs = (...names: string[]): GatewayRef[] => names.map((id) => ({ id }));
const left = (before: string, now: string): string[] => leaving(refs(...before), refs(...now)).map(({ id }) => id);

test.each([
    ["abc", "abc", ""],
    ["abc", "abcd", ""],
    ["abc", "ab", "c"],
    ["abc", "axc", "b"],
    ["abc", "xbc", "a"],
    ["abc", "xb", "ac"],
])("of %s, now %s, leave: %s", (before, now, gone) => {
    expect(left(before, now).join("")).toBe(gone);
});

test("a gateway keeps its number, and one of them stays", () => {
    expect(() => left("abc", "bac")).toThrow(/gateways\[1\] was gateways\[0\].*\ngateways\[0\] was gateways\[1\]/);
    expect(() => left("abc", "ac")).toThrow("gateways[1] was gateways[2]: gateways come to the end of the list or go from its end");
    expect(() => left("ab", "xy")).toThrow("one of those that the cluster is made of must stay");
});

test("numbers that CTDB has given out are never used up by less; a host's text does not make them many", () => {
    const inputs = { privateNetwork: { addresses: ["10.99.0.1/24", "10.99.0.2/24"] } } as ClusterInputs;
    const look = (nodes: string) => ({ files: { [CTDB.nodes]: nodes } });
    expect(slotsOf([{ files: {} }, look("10.99.0.1\n10.99.0.2\n#\n")], inputs)).toBe(3);
    expect(slotsOf([look("10.99.0.1\n")], inputs)).toBe(2);
    expect(slotsOf([look("#\n".repeat(1e5))], inputs)).toBe(64);
});

const status = (...addresses: string[]): string =>
    ["|Node|IP|Disconnected|ThisNode|", ...addresses.flatMap((ip, node) => (ip === "" ? [] : [`|${node}|${ip}|0|N|`]))].join("\n");
const cluster = { nodes: ["10.99.0.1", "10.99.0.2"] };

test("a running ctdbd takes on gateways that come and go, and no other address of one that stays", () => {
    const running = (...addresses: string[]) => ({ status: status(...addresses) });
    expect(keepsRunning(cluster, [{}, running("10.99.0.1", "10.99.0.2", "10.99.0.3")])).toBe(true);
    expect(keepsRunning(cluster, [running("10.99.0.1"), running("10.99.0.9")])).toBe(false);
    expect(knowsOthers(cluster, running("10.99.0.1", "10.99.0.2"))).toBe(false);
    expect(knowsOthers(cluster, running("10.99.0.1"))).toBe(true);
    expect(knowsOthers(cluster, running("10.99.0.1", "", "10.99.0.3"))).toBe(true);
    expect(knowsOthers(cluster, {})).toBe(false);
});
