import type { FindReport, StatusReport, TestReport } from "../resources/ad-domain/inspect";
import type { Marked } from "../machines/orphans";
import { chosen } from "./ad-gateway";
import { adOptions } from "./ad-options";
import { findText, statusText, testText } from "./ad-text";
import { Misuse } from "./arguments";

describe("options", () => {
    it("take a command with what it needs", () => {
        expect(adOptions(["status", "--gateway", "files", "--json"])).toEqual({ verb: "status", gateway: "files", json: true });
        expect(adOptions(["find", "AD\\R&D Söhne", "--gateway", "105"])).toEqual({
            ...{ verb: "find", gateway: "105", json: false, name: "AD\\R&D Söhne" },
        });
        expect(
            adOptions(["test", "--gateway", "files", "--domain", "ad.example.com", "--user", "joiner", "--id-range", "60000-65533"]),
        ).toEqual({
            ...{
                verb: "test",
                gateway: "files",
                json: false,
                domain: "ad.example.com",
                user: "joiner",
                idRange: "60000-65533",
                adopt: false,
            },
        });
    });

    it.each<[string, string[]]>([
        ["a command is missing: status, test or find", ["--gateway", "files"]],
        ["there is no command join", ["join", "--gateway", "files"]],
        ["--gateway is missing", ["status"]],
        ["find takes one name", ["find", "--gateway", "files"]],
        ['"a\\nb" is not a name', ["find", "a\nb", "--gateway", "files"]],
        ['status takes no name: "x"', ["status", "x", "--gateway", "files"]],
        ["--domain is for `test` only", ["status", "--gateway", "files", "--domain", "ad.example.com"]],
        ["--domain is missing", ["test", "--gateway", "files"]],
        ['--domain: "one" ', ["test", "--gateway", "files", "--domain", "one"]],
        ['--user: "a%b" cannot be one', ["test", "--gateway", "files", "--domain", "ad.example.com", "--user", "a%b"]],
        ['--id-range: "5" cannot be one', ["test", "--gateway", "files", "--domain", "ad.example.com", "--id-range", "5"]],
        ["--password-file needs --user", ["test", "--gateway", "files", "--domain", "ad.example.com", "--password-file", "-"]],
    ])("are refused: %s", (words, args) => {
        expect(() => adOptions(args)).toThrow(Misuse);
        expect(() => adOptions(args)).toThrow(words);
    });
});

describe("--gateway", () => {
    const guest = (vmid: number, hostname: string, more: Partial<Marked> = {}): Marked => ({
        ...{ node: "pve1", vmid, hostname, volumes: [], copy: false, busy: false, authentic: true },
        mark: { key: "k", nonce: "n", vmid, phase: "ready", lease: 0, hostKeys: [] },
        ...more,
    });
    const all = [guest(101, "files.example.com"), guest(102, "twin"), guest(103, "twin"), guest(104, "forged", { authentic: false })];

    it("is a VMID or a host name, with or without its domain", () => {
        expect(["101", "FILES", "files.example.com"].map((which) => chosen(all, which).vmid)).toEqual([101, 101, 101]);
        expect(chosen(all, "103").vmid).toBe(103);
    });

    it("must be one, and not somebody's forgery or copy", () => {
        expect(() => chosen(all, "twin")).toThrow('--gateway: "twin" is twin (CT 102 on pve1), twin (CT 103 on pve1); give the VMID');
        for (const which of ["forged", "104", "other"])
            expect(() => chosen(all, which)).toThrow(
                `there is no gateway "${which}"; those of pvesmb here: files.example.com (CT 101 on pve1),`,
            );
        expect(() => chosen([guest(105, "copy", { copy: true })], "copy")).toThrow("those of pvesmb here: none");
    });
});

describe("texts", () => {
    const controllers = [
        { controller: "dc1.ad.example.com", address: "10.0.0.1", site: "north", writable: true },
        { controller: "dc2.ad.example.com", address: "10.0.0.2", site: "south", writable: false },
    ];
    const status: StatusReport = {
        ...{ gateway: "CT 105", member: true, domain: "ad.example.com", workgroup: "AD", dnsName: "files.ad.example.com" },
        ...{ controllers, clockOffset: -7, addresses: ["10.0.0.5"], faults: [] },
    };

    it("of status", () => {
        expect(statusText(status)).toBe(
            [
                "CT 105 is a member of ad.example.com (AD)",
                "name:               files.ad.example.com",
                "addresses in DNS:   10.0.0.5",
                "controllers:        dc1.ad.example.com (10.0.0.1, north), dc2.ad.example.com (10.0.0.2, south, read-only)",
                "clock:              7 s ahead of the domain's",
                "nothing is wrong",
            ].join("\n"),
        );
        expect(statusText({ gateway: "CT 105", member: false, controllers: [], addresses: [], faults: ["in no domain"] })).toBe(
            "wrong on CT 105:\n  - in no domain",
        );
    });

    it("of test", () => {
        const report: TestReport = {
            ...{ gateway: "CT 105", domain: "ad.example.com", workgroup: "AD", computerName: "FILES", dnsName: "files.ad.example.com" },
            ...{ idRange: "60000-65533", controllers: [], loggedIn: false },
            findings: [{ code: "clock-off", property: "domain", text: "the clock" }],
        };
        expect(testText(report)).toMatch(/login: +not tried[^]*CT 105 cannot join ad\.example\.com:\n {2}- domain: the clock$/);
        expect(testText({ ...report, loggedIn: true, findings: [] })).toMatch(/login: +tried\nnothing is wrong$/);
    });

    it("of find", () => {
        const report: FindReport = { gateway: "CT 105", domain: "AD", asked: "bob", found: false, near: ["AD\\bobby"] };
        expect(findText(report)).toBe("bob is nobody in AD; did you mean AD\\bobby?");
        const groups = [
            { sid: "S-1-5-21-1-2-3-513", name: "AD\\domain users", gid: 60513 },
            { sid: "S-1-5-21-1-2-3-70000", name: null, gid: null },
        ];
        expect(findText({ ...report, found: true, kind: "user", sid: "S-1-5-21-1-2-3-1105", id: null, account: null, groups })).toBe(
            [
                "account:            bob",
                "kind:               user",
                "SID:                S-1-5-21-1-2-3-1105",
                "uid:                none: no range of ids has room for it, so it has no access",
                "groups:",
                "  - AD\\domain users S-1-5-21-1-2-3-513 gid 60513",
                "  - (no name) S-1-5-21-1-2-3-70000 without a gid",
            ].join("\n"),
        );
    });
});
