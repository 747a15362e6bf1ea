import { noncesIn, reasonToKeep } from "./orphans";

const resource = (type: string, id: string): object => ({ type: `pulumi-nodejs:dynamic/pvesmb:${type}`, id });

test("the gateways of a state, also those that wait for their deletion", () => {
    const resources = [
        resource("SmbGateway", "pve1/101/0123456789abcdef"),
        { ...resource("SmbGateway", "pve2/102/fedcba9876543210"), delete: true },
        resource("SmbShare", "0011223344556677"),
        { type: "pulumi:pulumi:Stack" },
    ];
    expect(noncesIn(JSON.stringify({ version: 3, deployment: { resources } }))).toEqual(["0123456789abcdef", "fedcba9876543210"]);
});

test("a stack after destroy holds none", () => {
    expect(noncesIn(JSON.stringify({ version: 3, deployment: { manifest: {} } }))).toEqual([]);
});

test.each(["", "not json", "null", "[]", "{}", '{"deployment": null}', '{"unc": "\\\\\\\\10.0.0.1"}'])("%j is no state", (text) => {
    expect(() => noncesIn(text)).toThrow("pulumi stack export");
});

test("what is not signed by us is not ours to remove, whatever is allowed and whatever it says of itself", () => {
    const mark = { key: "k", nonce: "n", vmid: 101, phase: "creating", lease: 0, hostKeys: [] } as const;
    const orphan = { node: "pve1", vmid: 101, hostname: "x", mark: { ...mark, hostKeys: [] }, volumes: [], copy: false, busy: false };
    for (const destroyData of [true, false]) {
        expect(reasonToKeep({ ...orphan, authentic: false }, destroyData)).toContain("not authentic");
        expect(reasonToKeep({ ...orphan, authentic: true }, destroyData)).toBeUndefined();
    }
});
