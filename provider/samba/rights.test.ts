import type { Access } from "./access";
import { foundLinks, linkLook } from "./dfs";
import type { Step } from "../hosts/batch";
import { clearRights, rightsDrift, setRights } from "./rights";
import type { ShareSection } from "./share";

const sddl = (name: string, ...rights: string[]): string =>
    `[${name}]\nREVISION:1\nCONTROL:SR|DP\nOWNER:\nGROUP:\n${rights.map((each) => `ACL:${each}\n`).join("")}\n`;
const answer = (stdout: string) => ({ code: 0, stdout, stderr: "" });
const EVERYBODY = "S-1-1-0:ALLOWED/0x0/FULL";

function drift(access: Access[], all: string, homes = false): string[] {
    const share = { name: "docs", access, homes } as ShareSection;
    const passwd = "alice:x:10000:10000::/nonexistent:/usr/sbin/nologin\nbob:x:10002:10002::/:/x\n";
    const commands = { rights: answer(all), passwd: answer(passwd), group: answer("staff:x:10001:bob\n") };
    return rightsDrift(share, { files: {}, stat: {}, statvfs: {}, commands, ms: 1 });
}

describe("a share's own rights", () => {
    const full: Access[] = [{ user: "alice", level: "full" }];
    const some: Access[] = [
        { user: "alice", level: "change" },
        { group: "staff", level: "read" },
    ];
    const theirs = ["S-1-22-1-10000:ALLOWED/0x0/CHANGE", "S-1-22-2-10001:ALLOWED/0x0/READ"];
    const other = sddl("olddocs", "S-1-1-0:ALLOWED/0x0/READ");

    test.each([
        ["are everybody's where smb.conf says it all", full, sddl("docs", EVERYBODY)],
        ["are everybody's, after other shares", full, other + sddl("docs", EVERYBODY)],
        ["are the levels' where one is change, in any order", some, sddl("docs", ...[...theirs].reverse())],
        ["are not looked at where nothing is said of the share", full, other],
    ])("%s", (_what, access, all) => expect(drift(access, all)).toEqual([]));

    test("are guests' too, where they may come", () => {
        const guests = (readOnly: boolean, ...more: string[]): string[] => {
            const share = { name: "docs", access: some, homes: false, guest: true, readOnly } as unknown as ShareSection;
            const passwd = "alice:x:10000:10000::/:/x\nnobody:x:65534:65534::/:/x\n";
            const commands = {
                rights: answer(sddl("docs", ...theirs, ...more)),
                passwd: answer(passwd),
                group: answer("staff:x:10001:bob\n"),
            };
            return rightsDrift(share, { files: {}, stat: {}, statvfs: {}, commands, ms: 1 });
        };
        expect(guests(false, "S-1-22-1-65534:ALLOWED/0x0/CHANGE")).toEqual([]);
        expect(guests(true, "S-1-22-1-65534:ALLOWED/0x0/READ")).toEqual([]);
        expect(guests(false)).toEqual([expect.stringContaining("nobody change")]);
        const shared = { name: "docs", path: "/srv/pvesmb/docs", access: some, settings: [], options: {}, guest: true, readOnly: false };
        const set = JSON.stringify(setRights(shared as unknown as ShareSection, false));
        expect(set).toContain('["S-1-22-1-",{"uid":"nobody"}],":ALLOWED/0x0/CHANGE"');
    });

    test("of homes go by other names", () => expect(drift(full, sddl("docs", theirs[0] ?? ""), true)).toEqual([]));

    test.each([
        ["narrowed", full, ["S-1-1-0:ALLOWED/0x0/READ"], "everybody read instead of everybody full"],
        ["emptied", full, [], "nobody's instead of everybody full"],
        ["removed", some, [EVERYBODY], "everybody full instead of +staff read, alice change"],
        ["for somebody else", some, [...theirs, "S-1-22-1-10002:ALLOWED/0x0/FULL"], "+staff read, alice change, bob full instead of"],
        ["of a kind that no level is", full, ["S-1-5-32-544:DENIED/0x0/FULL"], "S-1-5-32-544:DENIED/0x0/FULL instead of"],
    ])("%s by hand are named at access", (_what, access, rights, words) =>
        expect(drift(access, other + sddl("docs", ...rights))).toEqual([
            expect.stringContaining(`access: the share's own rights (sharesec) are ${words}`),
        ]),
    );
});

describe("sharesec", () => {
    const share = {
        name: "docs",
        path: "/srv/pvesmb/docs",
        access: [{ user: "alice", level: "change" }],
        settings: [],
        options: {},
        homes: true,
    } as unknown as ShareSection;

    test.each([
        ["set", () => setRights(share, false)],
        ["set, with a way back", () => setRights(share, true)],
        ["cleared", () => clearRights(share)],
        ["cleared, with a way back", () => clearRights(share, true)],
    ])("is shown the one share whose rights are %s: newer versions see none that smb.conf includes", (_what, steps) => {
        const config = "/run/pvesmb/rights-docs.conf";
        const shown: Step[] = [];
        for (const step of steps()) {
            if (step.do === "write") expect([step.path, step.content]).toEqual([config, expect.stringContaining("[docs]\n")]);
            if (step.do === "run") shown.push(step);
        }
        expect(shown.length).toBeGreaterThan(0);
        for (const step of shown)
            expect(step).toMatchObject({ argv: expect.arrayContaining(["sharesec", "-s", config, "docs"]) as string[] });
    });
});

test("sharesec is not run where a search shows that there are no rights to clear, as it can for names in ASCII", () => {
    const guards = (name: string, back?: boolean) =>
        clearRights({ name, path: "/x", access: [], settings: [], options: {}, homes: false } as unknown as ShareSection, back).flatMap(
            (step) => (step.do === "run" ? [step.onlyIf?.[2]] : []),
        );
    expect(guards("Docs & more")).toEqual(["SECDESC/Docs & more"]);
    expect(guards("Größe")).toEqual([undefined]);
    expect(guards("docs", true)).toEqual([undefined, undefined]);
});

test("DFS links are read as they are found, or not at all", () => {
    const name = linkLook("/srv/pvesmb/docs").commands?.[0]?.name ?? "";
    const found = (code: number, stdout: string) => foundLinks("/srv/pvesmb/docs", { [name]: { code, stdout } });
    expect(found(0, "a b/msdfs:n1\\x,n2\\y/z\0c/msdfs:s\\t\0")).toEqual({ "a b": ["n1\\x", "n2\\y/z"], c: ["s\\t"] });
    expect(found(0, "")).toEqual({});
    expect(found(1, "")).toBeUndefined();
    expect(foundLinks("/srv/pvesmb/other", {})).toBeUndefined();
});
