import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Deadline } from "../base/deadline";
import { type Host, pctHost } from "../hosts";
import { type Mark, withMark } from "../machines/mark";
import { featureNames, featureOf } from "../model/permissions/features";
import { wrapperScript, wrapperSettings } from "./node-setup";
import { sudoersFile, sudoRule } from "./sudoers";
import { configText, parseConfig } from "../../test/lab/src/pve/guest-config";
import { failureOf } from "../../test/support/proxmox/harness";

/** The wrapper of `pct exec`, run as installed, on a node whose guests and `pct` are files of this test. */
let folder: string;
beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pvesmb-pct-"));
    mkdirSync(join(folder, "lxc"));
    mkdirSync(join(folder, "settings"));
    const pct = join(folder, "pct");
    writeFileSync(pct, '#!/bin/sh\necho "uid $(id -u): $*"\ncat\n');
    chmodSync(pct, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

const mark: Mark = {
    key: 'urn:pulumi:dev::p::x::"vmid":777,',
    nonce: "0123456789abcdef",
    vmid: 400,
    phase: "ready",
    lease: 0,
    hostKeys: [],
};
const keys = [Buffer.alloc(32, 1)];
const noted = (description: string, more = "unprivileged: 1\n"): string => {
    const config = parseConfig(`arch: amd64\nhostname: x\n${more}`);
    config.values["description"] = description;
    return configText(config);
};

function run(
    vmid: string,
    config: string | undefined,
    args = ["exec", vmid, "--", "cat", "a b"],
    options: Parameters<typeof wrapperSettings>[0] | string = { privileged: false },
    user = "pulumi",
) {
    const settings = join(folder, "settings");
    rmSync(join(settings, "pulumi"), { force: true });
    if (typeof options === "object" || options !== "")
        writeFileSync(join(settings, "pulumi"), typeof options === "string" ? options : wrapperSettings(options));

    const file = join(folder, "lxc", `${vmid}.conf`);
    if (config === undefined) rmSync(file, { force: true });
    else writeFileSync(file, config);
    const script = wrapperScript()
        .replace("/etc/pvesmb/pct", settings)
        .replace("/etc/pve/lxc", join(folder, "lxc"))
        .replace("PATH=/usr/sbin", `PATH=${folder}:/usr/sbin`);
    return spawnSync("sh", ["-c", script, "pvesmb-pct", ...args], {
        encoding: "utf8",
        input: "stdin\n",
        env: { ...process.env, SUDO_USER: user },
    });
}

test("lets into a container with the mark, with its input", () => {
    for (const text of ["", "the user's ü: notes\n100% own"])
        expect(run("400", noted(withMark(text, mark, keys)))).toMatchObject({
            status: 0,
            stdout: expect.stringMatching(/^uid \d+: exec 400 -- cat a b\nstdin\n$/) as string,
        });
});

const refused: [what: string, vmid: string, config: string | undefined, why: RegExp | string][] = [
    ["no mark", "400", noted("somebody's"), "CT 400 does not carry pvesmb's mark in its notes"],
    ["a copy's mark", "401", noted(withMark("", mark, keys)), "CT 401 does not carry"],
    ["a VMID in the URN", "777", noted(withMark("", mark, keys)), "CT 777 does not carry"],
    ["a VMID that begins alike", "40", noted(withMark("", mark, keys)), "CT 40 is not in the range"],
    ["a mark outside of the notes", "400", `hostname: <!-- pvesmb 1 {"vmid"%3A400} -->\nunprivileged: 1\n`, "does not carry"],
    ["a snapshot's mark", "400", `unprivileged: 1\n\n[old]\n${noted(withMark("", mark, keys))}`, "does not carry"],
    ["a privileged container", "400", noted(withMark("", mark, keys), ""), "CT 400 is privileged"],
    ["a snapshot that was unprivileged", "400", `${noted(withMark("", mark, keys), "")}\n[old]\nunprivileged: 1\n`, "CT 400 is privileged"],
    ["a path", "../lxc/400", undefined, "not a VMID"],
    ["a pattern", "4.*", undefined, "not a VMID"],
    ["a number too long", "4000000000", undefined, "not a VMID"],
    ["nothing", "", undefined, "not a VMID"],
];
test.each(refused)("refuses %s", (_, vmid, config, why) => {
    const { status, stdout, stderr } = run(vmid, vmid.includes("/") || vmid === "" ? undefined : config);
    expect({ status, stdout }).toEqual({ status: 77, stdout: "" });
    expect(stderr).toContain(`pvesmb-pct: `);
    expect(stderr).toContain(why as string);
});

test.each([
    [["set", "400", "--", "x"]],
    [["exec", "400", "cat"]],
    [["exec", "400", "--"]],
    [["enter", "400"]],
    [[]],
    [["exec", "400", "--keep-env", "1", "--", "x"]],
])("refuses %j", (args) => {
    expect(run("400", noted(withMark("", mark, keys)), args)).toMatchObject({ status: 77, stdout: "" });
});

test("keeps to the range it was installed with, and lets into privileged ones when it was installed so", () => {
    const vmids = { first: 500, last: 599 };
    expect(run("400", noted(withMark("", mark, keys)), undefined, { privileged: false, vmids }).stderr).toContain(
        "not in the range from 500 to 599",
    );
    expect(run("400", noted(withMark("", mark, keys), ""), undefined, { privileged: true }).status).toBe(0);
});

test.each([
    ["nobody has said which containers", "", "pulumi", "settings/pulumi is missing"],
    ["another user's file does not count", wrapperSettings({ privileged: false }), "mallory", "settings/mallory is missing"],
    ["a name that is a path", wrapperSettings({ privileged: false }), "../x", "not a user"],
    ["a file that nobody of ours wrote", "first=1; id\n", "pulumi", "cannot be read"],
])("refuses when %s", (_what, settings, user, why) => {
    const { status, stdout, stderr } = run("400", noted(withMark("", mark, keys)), undefined, settings, user);
    expect({ status, stdout }).toEqual({ status: 77, stdout: "" });
    expect(stderr).toContain(why);
});

test("sudo gets a rule per command, with all of its words in one regular expression", () => {
    const rules = (name: "quota-shrink" | "node-login" | "quota-node", wrapper: boolean): string[] =>
        sudoersFile("pulumi", name, featureOf(name).commands?.find(({ on }) => on === "node")?.commands ?? [], wrapper)
            .split("\n")
            .flatMap((line) => /^pulumi ALL=\(root\) NOPASSWD: (.*)$/.exec(line)?.[1] ?? []);
    expect(rules("node-login", true)).toEqual(["/usr/local/sbin/pvesmb-pct ^exec (0|[1-9][0-9]{2,8}) -- (.+)$"]);
    expect(rules("node-login", false)).toEqual(["/usr/sbin/pct ^exec (0|[1-9][0-9]{2,8}) -- (.+)$"]);
    expect(rules("quota-node", true)[0]).toBe("/usr/bin/python3");
    expect(rules("quota-shrink", true)[3]).toBe("/usr/sbin/pct ^rescan --vmid ([1-9][0-9]{2,8})$");
    expect(sudoRule({ program: "find", words: ["a.b", "(c)"] }, true)).toBe("/usr/bin/find ^a\\.b \\(c\\)$");
});

test("a rule without a fence is only where the feature is said to be as good as root", () => {
    for (const name of featureNames) {
        const { commands = [], rootEquivalent } = featureOf(name);
        const open = commands.filter(({ on }) => on === "node").some((each) => each.commands.some(({ words }) => words === undefined));
        if (open) expect([name, rootEquivalent]).toEqual([name, expect.stringContaining("root")]);
    }
    expect(featureOf("quota-shrink").rootEquivalent).toBeUndefined();
});

describe("what pvesmb makes of the wrapper's words", () => {
    const PCT = "/usr/local/sbin/pvesmb-pct";
    const host = (code: number, stderr: string): Host => ({
        name: "pve1",
        id: "ssh pve1",
        exec: async () => ({ code, stdout: "", stderr }),
        open: () => Promise.reject(new Error("not now")),
    });
    const failed = (code: number, stderr: string, vmid = 400) =>
        failureOf(pctHost(host(code, stderr), "pve1", vmid, PCT).exec(["true"], { deadline: Deadline.in(1000) }));

    test("refusal, absence, and no wrapper at all", async () => {
        const { status, stderr } = run("400", noted("somebody's"));
        expect(await failed(status ?? 0, stderr)).toMatchObject({
            kind: "Denied",
            message: expect.stringContaining("does not carry pvesmb's mark") as string,
        });
        const gone = run("0", undefined);
        expect(await failed(gone.status ?? 0, gone.stderr, 0)).toMatchObject({ kind: "NotFound" });
        const absent = await failed(1, `sudo: ${PCT}: command not found\n`);
        expect(absent.message).toContain("npx pvesmb permissions --feature node-login");
    });
});
