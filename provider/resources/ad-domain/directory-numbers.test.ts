import { asMachine } from "../../ad";
import { groupFindings, groupNumbers, userFindings, userNumbers } from "./directory-numbers";

const range = { low: 100_000, high: 165_535 };
const sid = "S-1-5-21-1-2-3";
const said = (...entries: string[][]) => ({ code: 0, stdout: entries.map((lines) => `\n${lines.join("\n")}\n`).join(""), stderr: "" });

test("what is asked holds names and distinguished names as values only", () => {
    const groups = ["AD\\R&D (all)", `${sid}-1104`];
    expect(groupNumbers(groups, asMachine).map(({ argv }) => argv.find((word) => word.startsWith("(")))).toEqual([
        "(&(objectClass=group)(sAMAccountName=R\\26D \\28all\\29))",
        `(&(objectClass=group)(objectSid=${sid}-1104))`,
    ]);
    const { found } = groupFindings(
        ["AD\\Files"],
        { "numbers of AD\\Files": said(["distinguishedName: CN=*)(x,DC=ad", "gidNumber: 100001"]) },
        range,
    );
    const [primary, outside, members] = userNumbers(sid, found, range, asMachine).map(({ argv }) =>
        argv.find((word) => word.startsWith("(")),
    );
    expect(primary).toBe(`(objectSid=${sid}-513)`);
    expect(outside).toBe("(|(uidNumber<=99999)(uidNumber>=165536)(gidNumber<=99999)(gidNumber>=165536))");
    expect(members).toContain("(memberOf:1.2.840.113556.1.4.1941:=CN\\3d\\2a\\29\\28x\\2cDC\\3dad)(!(uidNumber=*))");
});

test("a group without a number, or with one outside the range, is named; one that is not there is somebody else's finding", () => {
    const groups = ["AD\\Files", "AD\\Old", "AD\\Bare", "AD\\None"];
    const answers = {
        "numbers of AD\\Files": said(["distinguishedName: CN=Files", "gidNumber: 100001"]),
        "numbers of AD\\Old": said(["distinguishedName: CN=Old", "gidNumber: 500"]),
        "numbers of AD\\Bare": said(["distinguishedName: CN=Bare"]),
        "numbers of AD\\None": said(),
    };
    const { found, findings } = groupFindings(groups, answers, range);
    expect(found).toHaveLength(3);
    expect(findings.map(({ property, text }) => `${property}: ${text}`)).toEqual([
        "allowedGroups[1]: AD\\Old has the gidNumber 500, outside idRange 100000-165535; give it one there that fits",
        "allowedGroups[2]: AD\\Bare has no gidNumber in the directory; give it one there that fits",
    ]);
});

test("a primary group without a number lets nobody in; who else has none is told", () => {
    const fine = { primary: said(["sAMAccountName: Domain Users", "gidNumber: 100513"]) };
    expect(userFindings(sid, fine, range)).toEqual({ findings: [], warnings: [] });
    const many = Array.from({ length: 12 }, (_, index) => [`sAMAccountName: user${index}`]);
    const { findings, warnings } = userFindings(
        sid,
        {
            primary: said(["sAMAccountName: Domain Users"]),
            outside: said(["sAMAccountName: old", "uidNumber: 500"], ["sAMAccountName: Staff", "gidNumber: 200000"]),
            "unnumbered 0": said(...many),
            "unnumbered 1": said(["sAMAccountName: user3"]),
        },
        range,
    );
    expect(findings).toMatchObject([{ code: "no-number", property: "idmap.backend" }]);
    expect(findings[0]?.text).toContain(
        "Domain Users, the primary group of users, has no gidNumber in the directory, so no user would get in",
    );
    expect(warnings).toEqual([
        "idRange: numbers in the directory are outside it, so these have no access: old (500), Staff (200000)",
        expect.stringMatching(/^allowedGroups: these users .*: user0, user1, .*user9 and 2 more$/) as string,
    ]);
    expect(userFindings(sid, {}, range).findings).toHaveLength(1);
});
