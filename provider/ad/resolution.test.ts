import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseResolution, resolving } from "./resolution";
import type { AskedName, Resolution } from "./resolution";

/** The program as it runs on a gateway, with wbinfo and net that answer as Samba 4.17's did in the lab. */

let folder = "";
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "pvesmb-resolve-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const S = "S-1-5-21-1-2-3";
/** `argument` -> what wbinfo prints; others end with 1. Every call is noted. */
function tools(wbinfo: Record<string, string>, net: Record<string, string> = {}): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    for (const [name, answers] of Object.entries({ wbinfo, net, getent: { 1: "daemon:x:1:1::/:/x\n" } })) {
        const script = `#!${process.execPath}
const args = process.argv.slice(2);
require("node:fs").appendFileSync(${JSON.stringify(join(folder, "calls"))}, JSON.stringify([${JSON.stringify(name)}, ...args]) + "\\n");
const key = args.find((arg) => Object.hasOwn(answers(), arg));
function answers() { return ${JSON.stringify(answers)}; }
if (key === undefined) process.exit(1);
process.stdout.write(answers()[key]);
`;
        const file = join(folder, "bin", name);
        writeFileSync(file, script);
        chmodSync(file, 0o755);
    }
}

function resolve(...names: (string | AskedName)[]): Resolution | undefined {
    const [command] = resolving(names.map((each) => (typeof each === "string" ? { name: each } : each))).commands ?? [];
    const [program = "", ...args] = command?.argv ?? [];
    // Itself, not what a version manager has put in its place: that would not run with this PATH.
    const python = spawnSync(program, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).stdout.trim();
    const done = spawnSync(python, args, { input: command?.stdin, encoding: "utf8", env: { PATH: join(folder, "bin"), LC_ALL: "C" } });
    return parseResolution({ commands: { principals: { code: done.status ?? 1, stdout: done.stdout } } });
}

const MEMBER = {
    "--own-domain": "LABAD\n",
    "--domain-info=LABAD": `Name              : LABAD\nAlt_Name          : ad.lab.test\nSID               : ${S}\nActive Directory  : Yes\nNative            : Yes\nPrimary           : Yes\n`,
};

test("names of all kinds in one run", () => {
    tools(
        {
            ...MEMBER,
            "--name-to-sid=LABAD\\Söhne & O'Neil": `${S}-1107 SID_DOM_GROUP (2)\n`,
            [`--sid-to-name=${S}-1105`]: "LABAD\\bob 1\n",
            [`--sid-to-name=${S}-1106`]: "LABAD\\Zoë 1\n",
            [`--sids-to-unix-ids=${S}-1105,${S}-1106,${S}-1107`]:
                `${S}-1105 -> uid/gid 0\n${S}-1106 -> unmapped\n${S}-1107 -> gid 0\n`.replaceAll(" 0", " 1"),
        },
        {
            "(|(userPrincipalName=b.b\\2a@corp.example))": `Got 1 replies\n\nuserPrincipalName: b.b*@corp.example\nobjectSid: ${S}-1105\n\n`,
        },
    );
    expect(resolve("LABAD\\Söhne & O'Neil", "b.b*@corp.example", `${S}-1106`)).toEqual({
        domain: { name: "LABAD", dns: "ad.lab.test" },
        why: null,
        reachable: true,
        found: {
            "LABAD\\Söhne & O'Neil": { sid: `${S}-1107`, type: 2, id: 1, account: "daemon" },
            "b.b*@corp.example": { sid: `${S}-1105`, type: 1, id: 1, account: "daemon" },
            [`${S}-1106`]: { sid: `${S}-1106`, type: 1, id: null, account: null },
        },
        near: {},
        renamed: {},
    });
});

test("of who is not found, those with such a name and the one that it was are looked for", () => {
    tools(
        { ...MEMBER, "--ping-dc": "succeeded\n", [`--sid-to-name=${S}-7`]: "LABAD\\New Name 2\n" },
        {
            "(&(|(objectClass=user)(objectClass=group))(sAMAccountName=Fin*))":
                "Got 2 replies\n\nsAMAccountName: Finance Editors\n\nsAMAccountName: Finance\n\n",
        },
    );
    expect(resolve("LABAD\\Financé", { name: "LABAD\\Old", before: `${S}-7` }, `${S}-9`)).toMatchObject({
        reachable: true,
        found: {},
        near: { "LABAD\\Financé": ["LABAD\\Finance"] },
        renamed: { "LABAD\\Old": "LABAD\\New Name" },
    });
});

test("without a controller nobody is called a stranger", () => {
    tools(MEMBER);
    expect(resolve("LABAD\\x")).toMatchObject({ reachable: false, found: {}, near: {}, domain: { name: "LABAD" } });
});

test.each<[string, Record<string, string> | undefined, unknown]>([
    ["no winbind", undefined, { domain: null, why: "absent" }],
    ["a winbind that does not run", {}, { domain: null, why: "down" }],
    ["a winbind that was stopped", { "--own-domain": "LABAD\n" }, { domain: null, why: "down" }],
    ["a winbind in no domain", { "--own-domain": "WORKGROUP\n", "--ping": "Ping to winbindd succeeded\n" }, { domain: null, why: "alone" }],
])("a host with %s is no member", (_what, answers, expected) => {
    if (answers) tools(answers);
    expect(resolve("LABAD\\x")).toMatchObject(expected as object);
});

test.each(["", "{}", '{"domain":null}', "no Python here"])("%j is no answer", (stdout) => {
    expect(parseResolution({ commands: { principals: { code: 0, stdout } } })).toBeUndefined();
    expect(parseResolution({ commands: {} })).toBeUndefined();
});
