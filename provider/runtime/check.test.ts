import fc from "fast-check";
import { changed, samples, SECRETS } from "../../test/support/samples";
import { gatewayModel, shareModel, userModel } from "../model";
import { check } from "./check";
import { UNKNOWN } from "./unknown";

const GATEWAY = { id: "pve1/101/0123456789abcdef" };
const share = (more: object): object => ({ gateway: GATEWAY, ...more });

describe("failures name the property and the way out", () => {
    test.each<[string, object, string, RegExp]>([
        ["missing", { name: "docs" }, "", /^gateway: is required$/],
        ["wrong type", share({ readOnly: "yes" }), "readOnly", /^must be true or false, not a string$/],
        ["null", share({ comment: null }), "comment", /^must be a string, not null$/],
        ["enum", share({ onDelete: "keep" }), "onDelete", /^must be one of "retain", "delete"$/],
        ["in a list", share({ access: [{ user: "alice", level: "ful" }] }), "access[0].level", /^must be one of "read", "change", "full"$/],
        ["in a map", share({ options: { "hide dot files": true } }), 'options["hide dot files"]', /^must be a string, not true or false$/],
        ["the model's own words", share({ volume: { storage: "tank", size: "5GB" } }), "volume.size", /binary unit such as/],
        ["a rule", share({ access: [{ level: "read" }] }), "access[0]", /either `user` or `group`/],
        ["a rule in a map", share({ options: { Path: "/etc" } }), "options.Path", /use the property `path`/],
        [
            "what a schedule has a say in",
            share({ previousVersions: { schedule: {}, folder: ".zfs/snapshot" } }),
            "previousVersions.folder",
            /is chosen by pvesmb if there is a `schedule`/,
        ],
        [
            "what a schedule writes",
            share({ previousVersions: { schedule: {} }, options: { "Veto Files": "/x/" } }),
            'options["Veto Files"]',
            /`previousVersions`/,
        ],
        ["misspelt", share({ commment: "x" }), "", /^commment: is not a property of SmbShare; did you mean comment\?$/],
        [
            "misspelt below",
            share({ volume: { storage: "tank", sise: "1GiB", size: "1GiB" } }),
            "",
            /^volume\.sise: is not a property of volume; did you mean size\?$/,
        ],
        [
            "not alike to anything",
            share({ volume: { storage: "tank", size: "1GiB", flavour: 1 } }),
            "",
            /there are storage, size, initialSize, backup$/,
        ],
    ])("%s", (_, news, property, reason) => {
        expect(check(shareModel, news)).toEqual([{ property, reason: expect.stringMatching(reason) as string }]);
    });

    test("numbers", () => {
        const fault = (vmid: unknown): unknown =>
            check(gatewayModel, {
                vmid,
                node: "n",
                lxc: { template: "t", rootfs: { storage: "local", size: "4GiB" } },
                network: { bridge: "b", address: "dhcp" },
            });
        expect(fault(99)).toEqual([{ property: "vmid", reason: "must be at least 100" }]);
        expect(fault(100.5)).toEqual([{ property: "vmid", reason: "must be a whole number" }]);
        expect(fault(100)).toEqual([]);
    });

    test("all at once", () => {
        expect(check(shareModel, { name: "a/b", mode: "9" }).map(({ property }) => property)).toEqual(["name", "mode", ""]);
    });
});

describe("secrets", () => {
    test.each([
        ["itself", { password: "" }, /^password: must not be empty$/],
        ["above it", { password: { nested: "Tr0ub4dor&3" } }, /^password: must be a string, not an object$/],
        ["an object around it", { password: "x", gateway: "Tr0ub4dor&3" }, /^gateway: must be an object, not a string$/],
        [
            "misspelt",
            { password: "x", gateway: GATEWAY, passwrod: "Tr0ub4dor&3" },
            /^passwrod: is not a property of SmbUser; did you mean password\?$/,
        ],
        [
            "nested",
            { password: "x", gateway: { ...GATEWAY, connection: { apiToken: "Tr0ub4dor&3" } } },
            /^gateway\.connection\.apiToken: must look like/,
        ],
    ])("%s: the failure names no property whose value the CLI would print", (_, inputs, reason) => {
        const failures = check(userModel, { gateway: GATEWAY, ...inputs });
        expect(failures).toEqual([{ property: "", reason: expect.stringMatching(reason) as string }]);
        expect(JSON.stringify(failures)).not.toContain("Tr0ub4dor");
    });
});

describe("unknown values", () => {
    test("nothing is said at, above or below one", () => {
        expect(
            check(shareModel, {
                gateway: UNKNOWN,
                mode: UNKNOWN,
                access: [{ user: UNKNOWN, level: "read" }],
                volume: { storage: "tank", size: UNKNOWN },
            }),
        ).toEqual([]);
    });

    test("what is known is still checked", () => {
        const news = share({ name: UNKNOWN, mode: "x", access: [{ user: UNKNOWN, level: "ful" }], commment: "" });
        expect(check(shareModel, news).map(({ property, reason }) => property || reason.slice(0, 8))).toEqual([
            "mode",
            "access[0].level",
            "commment",
        ]);
    });

    test("rules wait for the properties they need, and only for those", () => {
        const news = share({ path: UNKNOWN, access: [{ level: "read" }], volume: { storage: "tank", size: "1GiB" } });
        expect(check(shareModel, news).map(({ property }) => property)).toEqual(["access[0]"]);
    });
});

describe.each(samples)("%s: properties", (_, model, inputs) => {
    test("good inputs pass", () => {
        fc.assert(fc.property(inputs, (news) => expect(check(model, news)).toEqual([])));
    });

    test("an unknown at any path never fails", () => {
        fc.assert(fc.property(inputs, fc.nat(), (news, pick) => expect(check(model, changed(news, pick, UNKNOWN).tree)).toEqual([])));
    });

    test("whatever stands anywhere: no throw, the same answer twice, no secret in it", () => {
        fc.assert(
            fc.property(inputs, fc.nat(), fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(SECRETS))), (news, pick, value) => {
                const { tree } = changed(news, pick, value);
                const before = structuredClone(tree);
                const failures = check(model, tree);
                expect(check(model, tree)).toEqual(failures);
                expect(tree).toEqual(before);
                for (const secret of Object.values(SECRETS)) expect(failures.map(({ reason }) => reason).join("\n")).not.toContain(secret);
            }),
        );
    });

    test("anything at all is answered", () => {
        fc.assert(fc.property(fc.jsonValue(), (news) => expect(Array.isArray(check(model, news))).toBe(true)));
        fc.assert(
            fc.property(fc.dictionary(fc.constantFrom(...Object.keys(model.inputs.shape)), fc.jsonValue()), (news) =>
                expect(Array.isArray(check(model, news))).toBe(true),
            ),
        );
    });
});
