import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asset } from "../base/asset";
import { option } from "../samba/text";
import { accountSearch, asMachine, filterValue, inRoom, parseEntries, unitPath, withLogin } from "./net";
import { provisionHost, provisionRoom, rotation } from "./offline-join";
import { textOf } from "./answers/membership";
import { privateAnswers, privateRun } from "./private-run";

const login = { user: "LABAD\\joiner", password: "s3cret-pass" };

test("a password goes by stdin, never as an argument, an environment variable or a file", () => {
    const run = inRoom("ad.lab.test", option("workgroup", "LABAD"), [withLogin(login, "ad.lab.test", "join", ["join"])]);
    expect(run.commands[0]).toMatchObject({
        argv: ["net", "-s", "{room}/smb.conf", "ads", "join", "-U", "joiner@AD.LAB.TEST", "--use-kerberos=required"],
        stdin: "s3cret-pass\n",
    });
    expect(JSON.stringify([run.files, run.env, run.commands.map(({ argv }) => argv)])).not.toContain("s3cret");
    const { argv, stdin } = privateRun(run);
    expect(argv.join(" ")).not.toContain("s3cret");
    expect(stdin).toContain("s3cret");
});

test("tickets go by stdin into a file of the room, which only their command's environment names", () => {
    const holder = { user: "joiner", tickets: "BQQA" };
    const run = inRoom("ad.lab.test", "", [withLogin(holder, "ad.lab.test", "join", ["join"]), asMachine("account", ["search"])]);
    expect(run.binaries).toEqual({ "given-tickets": "BQQA" });
    expect(run.commands.map(({ argv, env, stdin }) => [argv.includes("-U"), env, stdin])).toEqual([
        [false, { KRB5CCNAME: "FILE:{room}/given-tickets" }, undefined],
        [false, undefined, undefined],
    ]);
    expect(privateRun(run).argv.join(" ")).not.toContain("BQQA");
});

test("the secret of an account that was made before goes by stdin, and stays in the room until the join", () => {
    const account = { blob: "ARAIAMzMzMw=" };
    const look = [provisionRoom(account), withLogin(account, "ad.lab.test", "account", ["search"])];
    const run = inRoom("ad.lab.test", "", [...look, provisionHost(account), rotation("dc1.ad.lab.test")]);
    expect(run.commands.map(({ argv }) => argv.includes("--option=private dir={room}"))).toEqual([true, true, false, false]);
    expect(run.commands[1]?.argv).toContain("-P");
    expect(Buffer.from(run.binaries["blob"] ?? "", "base64").toString("utf16le")).toBe(`\uFEFF${account.blob}\0`);
    expect(privateRun(run).argv.join(" ")).not.toContain("ARAI");
});

test("a command's files are in its room, and its environment replaces the run's", () => {
    const show = { argv: ["sh", "-c", "echo $SHOWN; od -An -tx1 {room}/given; stat -c %a {room}/given"] };
    const run = {
        ...{ files: {}, binaries: { given: "BQQA" }, env: { SHOWN: "the run's" } },
        commands: [
            { name: "own", ...show, env: { SHOWN: "{room}" } },
            { name: "shared", ...show },
        ],
    };
    const { argv, stdin } = privateRun(run);
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-room-"));
    try {
        const [program = "", ...args] = argv.map((word) => word.replace('"/run/pvesmb"', JSON.stringify(folder)));
        const { own, shared } = privateAnswers(spawnSync(program, args, { input: stdin, encoding: "utf8" }).stdout);
        expect(own?.stdout.replace(folder, "")).toMatch(/^\/ad-\w+\n 05 04 00\n600\n$/);
        expect(shared?.stdout).toBe("the run's\n 05 04 00\n600\n");
        expect(readdirSync(folder)).toEqual([]);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test.each([
    ["joiner", "joiner@AD.LAB.TEST"],
    ["AD\\joiner", "joiner@AD.LAB.TEST"],
    ["joiner@other.test", "joiner@other.test"],
])("%s logs in as %s", (user, principal) => {
    expect(withLogin({ ...login, user }, "ad.lab.test", "x", []).argv).toContain(principal);
});

test("a keytab goes by stdin into a file of the room, and each command gets its tickets by it first", () => {
    const run = inRoom("ad.lab.test", "", [withLogin({ user: "joiner", keytab: "BQIAAA==" }, "ad.lab.test", "x", ["search"])]);
    expect(run.binaries).toEqual({ "given-keytab": "BQIAAA==" });
    const { argv, env, stdin } = run.commands[0] ?? { argv: [] };
    expect([...argv.slice(0, 3), ...argv.slice(4)]).toEqual([
        ...["python3", "-I", "-c", "{room}/given-keytab", "joiner@AD.LAB.TEST", "{room}/given-tickets"],
        ...["net", "-s", "{room}/smb.conf", "ads", "search", "--use-kerberos=required"],
    ]);
    expect([env, stdin]).toEqual([{ KRB5CCNAME: "FILE:{room}/given-tickets" }, undefined]);
});

test("the keytab's program gets tickets before its command, or says why not", () => {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-keytab-"));
    try {
        const [keytab, cache, config] = ["keytab", "cache", "krb5.conf"].map((name) => join(folder, name)) as [string, string, string];
        writeFileSync(keytab, Buffer.from([5, 2, 0, 0]));
        writeFileSync(config, "[libdefaults]\ndns_lookup_kdc = false\n");
        const given = [keytab, "joiner@AD.LAB.TEST", cache, "echo", "done"];
        const run = () =>
            spawnSync("python3", ["-I", "-c", asset("ad/program/keytab.py"), ...given], {
                encoding: "utf8",
                env: { ...process.env, KRB5_CONFIG: config },
            });
        expect(run()).toMatchObject({
            status: 1,
            stdout: "",
            stderr: expect.stringMatching(
                /^keytab: (Keytab contains no suitable keys for joiner@AD\.LAB\.TEST|libkrb5\.so\.3 is missing.*)\n$/,
            ) as string,
        });
        writeFileSync(cache, "");
        expect(run()).toMatchObject({ status: 0, stdout: "done\n" });
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test("an organizational unit is a path from the outermost to the innermost", () => {
    expect(unitPath("OU=Gateways, ou=Servers,DC=ad,DC=lab,DC=test")).toBe("Servers/Gateways");
    expect(() => unitPath("CN=Computers,DC=ad,DC=lab,DC=test")).toThrow(/^ou: /);
});

test("what has a meaning in a filter is escaped", () => {
    expect(filterValue("a*)(b\\ö")).toBe("a\\2a\\29\\28b\\5c\\c3\\b6");
    expect(accountSearch("FILES")[1]).toBe("(sAMAccountName=FILES$)");
});

test("entries of net ads search, behind the question for a password", () => {
    const stdout = `Password for [joiner@AD.LAB.TEST]:
Got 2 replies

userAccountControl: 4096
servicePrincipalName: HOST/MEMBER1.ad.lab.test
servicePrincipalName: HOST/MEMBER1
distinguishedName: CN=MEMBER1,OU=Gateways,DC=ad,DC=lab,DC=test

distinguishedName: CN=OTHER,DC=ad,DC=lab,DC=test

`;
    const [first, second, ...more] = parseEntries({ code: 0, stdout, stderr: "" });
    expect(first?.get("serviceprincipalname")).toEqual(["HOST/MEMBER1.ad.lab.test", "HOST/MEMBER1"]);
    expect(second?.get("distinguishedname")).toEqual(["CN=OTHER,DC=ad,DC=lab,DC=test"]);
    expect(more).toEqual([]);
    expect(parseEntries({ code: 0, stdout: "Password for [x@Y]:\nGot 0 replies\n\n", stderr: "" })).toEqual([]);
});

test("answers of a host are text, whatever it sends", () => {
    expect(privateAnswers("no JSON")).toEqual({});
    expect(privateAnswers("[]")).toEqual({});
    const { join } = privateAnswers(`{"join":{"code":"0","stdout":{},"stderr":"failed\\n"}}`);
    expect(join).toEqual({ code: -1, stdout: "", stderr: "failed\n" });
    expect([textOf(join), textOf(undefined)]).toEqual(["failed", ""]);
});
