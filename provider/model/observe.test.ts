import fc from "fast-check";
import { samples } from "../../test/support/samples";
import { gatewayModel, shareModel, userModel } from ".";
import { merge } from "./observe";
import { filled } from "./schema";
import { inputsOf, migrated, toState } from "./state";
import type { Tree } from "./tree";

const share: Tree = {
    gateway: { id: "pve1/101/0123456789abcdef" },
    volume: { storage: "tank", size: "1024MiB" },
    access: [
        { user: "bob", level: "read" },
        { group: "staff", level: "change" },
    ],
};
const lxc = { template: "debian-12", rootfs: { storage: "local", size: "4096 MiB" } };
const gateway: Tree = {
    node: "pve1",
    lxc,
    network: { bridge: "vmbr0", address: "dhcp", address6: "2001:DB8::0001/64" },
    tags: ["b", "a"],
    samba: { workgroup: "Home" },
};

describe("the user's spelling stays where reality means the same", () => {
    test.each<[string, Tree]>([
        ["sizes", { lxc: { rootfs: { size: "4GiB" }, memory: "512MiB" } }],
        ["addresses", { network: { address6: "2001:db8::1/64" } }],
        ["sets", { tags: ["a", "b", "a"] }],
        ["case", { samba: { workgroup: "HOME" } }],
        ["white space", { description: "\n" }],
        ["defaults left out", { started: true, onboot: true, nameservers: [], network: { firewall: false } }],
        ["what is not set", { network: { gateway: undefined, vlan: undefined }, pool: undefined, startup: undefined }],
        ["an optional group without content", { startup: {} }],
        ["what can only have been unreadable", { lxc: { rootfs: { size: undefined } } }],
        ["facts of the creation", { node: "pve2", lxc: { template: "other" } }],
        ["what the provider chose", { vmid: 101 }],
    ])("%s", (_, observed) => {
        expect(merge(gatewayModel, gateway, observed)).toBe(gateway);
    });

    test("lists by key in another order", () => {
        expect(merge(shareModel, share, { access: [...(share["access"] as Tree[])].reverse(), volume: { size: "1GiB" } })).toBe(share);
    });
});

describe("what differs carries the observed value, and nothing else does", () => {
    test.each<[string, Tree, Tree]>([
        ["a leaf deep down", { lxc: { memory: "1GiB", rootfs: { size: "4GiB" } } }, { ...gateway, lxc: { ...lxc, memory: "1GiB" } }],
        ["a default that is no longer so", { started: false }, { ...gateway, started: false }],
        ["a group that was left out", { startup: { order: 2, up: undefined } }, { ...gateway, startup: { order: 2 } }],
        ["a group with defaults", { packages: { minimumSambaVersion: "4.20" } }, { ...gateway, packages: { minimumSambaVersion: "4.20" } }],
        [
            "something taken away",
            { network: { address6: "none" } },
            { ...gateway, network: { ...(gateway["network"] as Tree), address6: "none" } },
        ],
        ["a set", { tags: ["b", "c"] }, { ...gateway, tags: ["b", "c"] }],
        [
            "a list",
            { extraNetworks: [{ bridge: "vmbr1", address: "dhcp", gateway: undefined }] },
            { ...gateway, extraNetworks: [{ bridge: "vmbr1", address: "dhcp" }] },
        ],
    ])("%s", (_, observed, expected) => {
        expect(merge(gatewayModel, gateway, observed)).toEqual(expected);
    });

    test("an optional value that is not set any more", () => {
        expect(merge(gatewayModel, { ...gateway, startup: { order: 1, up: 5 } }, { startup: { order: 1, up: undefined } })).toEqual({
            ...gateway,
            startup: { order: 1 },
        });
        expect(merge(gatewayModel, { ...gateway, startup: { order: 1 } }, { startup: undefined })).toEqual(gateway);
    });

    test("lists by key: place and spelling of the others stay", () => {
        const access = [
            { group: "new", level: "full" },
            { group: "staff", level: "read" },
        ];
        expect(merge(shareModel, share, { access })).toEqual({ ...share, access: [{ group: "staff", level: "read" }, access[0]] });
        expect(merge(shareModel, share, { access: [] })).toEqual({ ...share, access: [] });
    });

    test("maps as a whole", () => {
        const stored = { ...share, options: { a: "1", b: "2" } };
        expect(merge(shareModel, stored, { options: { b: "3" } })).toEqual({ ...share, options: { b: "3" } });
    });
});

test("state holds inputs to the letter, and knows which of those that can be chosen the user gave; nothing else gets into it", () => {
    const inputs = { gateway: { id: "x" }, name: "alice", password: "p", gid: 5000 };
    const state = toState(userModel, inputs, {
        ...inputs,
        uid: 10001,
        gid: 5000,
        groups: [],
        enabled: true,
        v: 0,
        given: "name",
        nonce: "n",
        sid: undefined,
    });
    expect(state).toEqual({ ...inputs, uid: 10001, given: "gid" });
    expect(inputsOf(userModel, state)).toEqual(inputs);
    expect(toState({ ...userModel, version: 3 }, inputs, {})).toEqual({ ...inputs, given: "gid", v: 3 });
});

test("format 1: the same inputs and outputs, without what is in format 2 no more", () => {
    const user = { name: "bob", gateway: { id: "x" }, password: "p", gid: 5000 };
    const first = { ...user, key: "urn:pulumi:a", uid: 10001, sid: "S-1", nonce: "n", v: 1, chosen: ["uid"] };
    expect(migrated(userModel, first)).toEqual(toState(userModel, user, { uid: 10001, sid: "S-1" }));
    const share = { name: "docs", gateway: { id: "x" } };
    const made = { path: "/srv/pvesmb/docs", unc: "u" };
    expect(migrated(shareModel, { ...share, ...made, v: 1, chosen: ["path"] })).toEqual(toState(shareModel, share, made));
    expect(migrated(shareModel, { ...share, ...made, v: 1 })).toEqual(toState(shareModel, { ...share, path: made.path }, made));
    expect(migrated(gatewayModel, { nonce: "n", vmid: 101, v: 1, chosen: ["vmid"] })).toEqual({ nonce: "n", vmid: 101 });
});

test("older state goes through every migration on its way, and is refused without one", () => {
    const model = { kind: "SmbUser", version: 3 };
    const steps = { 1: (state: Tree) => ({ ...state, b: state["a"] }), 2: (state: Tree) => ({ ...state, c: state["b"] }) };
    expect(migrated({ ...model, migrations: steps }, { v: 1, a: 1 })).toEqual({ a: 1, b: 1, c: 1 });
    expect(() => migrated({ ...model, migrations: { 1: (state: Tree) => state } }, { v: 1 })).toThrow(
        "SmbUser has state format 2, which this pvesmb cannot read",
    );
});

describe.each(samples)("%s: properties", (_, model, inputs) => {
    test("reality as wanted, with every default spelled out: the very same inputs", () => {
        fc.assert(fc.property(inputs, (stored) => expect(merge(model, stored, filled(model.inputs, stored) as Tree)).toBe(stored)));
    });

    test("state gives the inputs back", () => {
        fc.assert(
            fc.property(inputs, (stored) =>
                expect(inputsOf(model, toState(model, stored, { uid: 1, vmid: 2, nonce: "n" }))).toEqual(stored),
            ),
        );
    });

    test("merging again changes nothing", () => {
        fc.assert(
            fc.property(inputs, inputs, (stored, other) => {
                const observed = filled(model.inputs, other) as Tree;
                const once = merge(model, stored, observed);
                expect(merge(model, once, observed)).toBe(once);
            }),
        );
    });
});
