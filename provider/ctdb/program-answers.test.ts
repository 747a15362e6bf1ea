import { parseCoherence, parseInterfaces, parseOccupied } from "./program-answers";

test("who has an address", () => {
    expect(parseOccupied('{"192.168.1.60": "bc:24:11:00:00:01"}')).toEqual({ "192.168.1.60": "bc:24:11:00:00:01" });
    for (const text of ["", "null", "[]", '{"192.168.1.60": 5}', '{"192.168.1.60": "\\u001b[2J"}'])
        expect(parseOccupied(text)).toBeUndefined();
});

test("a directory that is one, and one that is not", () => {
    expect(parseCoherence('{"faults": [["lock", "why"]], "unseen": [2], "file": [66, 9007199254740993]}', 3)).toEqual({
        faults: [["lock", "why"]],
        unseen: [2],
        file: [66, expect.any(Number)],
    });
});

test.each([
    "",
    "null",
    "{}",
    '{"faults": 1}',
    '{"faults": [["gateways", "x"]]}',
    '{"faults": [], "unseen": [3]}',
    '{"faults": [], "unseen": [-1]}',
    '{"faults": [], "file": ["a"]}',
])("what a gateway says that no check would say is none: %s", (text) => expect(parseCoherence(text, 3)).toBeUndefined());

test("interfaces and their addresses", () => {
    const text = JSON.stringify([
        { ifname: "lo", addr_info: [{ family: "inet6", local: "::1" }] },
        { ifname: "eth0", addr_info: [{ family: "inet", local: "10.0.0.5" }, {}] },
        { ifname: "eth1" },
    ]);
    const found = parseInterfaces(text);
    expect([found?.names, [...(found?.addresses ?? [])]]).toEqual([["lo", "eth0", "eth1"], [["10.0.0.5", "eth0"]]]);
    for (const bad of [undefined, "", "{}", "[5]", '[{"ifname": 5}]', '[{"ifname": "a", "addr_info": 5}]'])
        expect(parseInterfaces(bad)).toBeUndefined();
});
