import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Prints a configuration with its includes in place, sections merged by name: what testparm does, without defaults. */
const TESTPARM = `#!/usr/bin/env python3
import sys
found = {"global": {}}
current = "global"
def read(path):
    global current
    for line in open(path):
        line = line.strip()
        if line.startswith("["):
            current = next((n for n in found if n.lower() == line[1:-1].lower()), line[1:-1])
            found.setdefault(current, {})
        elif "=" in line and line[0] not in "#;":
            name, value = (part.strip() for part in line.split("=", 1))
            if name == "include":
                read(value)
            elif name == "bad":
                sys.exit(1)
            else:
                found[current][name] = value
read(sys.argv[-1])
for name, options in found.items():
    print("[%s]" % name)
    for option in options.items():
        print("\\t%s = %s" % option)
`;

const OWN = "# the owner's\n[global]\n   workgroup = ACME\n[theirs]\n   path = /home/theirs\n";
const OURS = "[docs]\n\tpath = /srv/pvesmb/docs\n[global]\n";

let folder: string;
const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const text = (name: string): string => readFileSync(at(name), "utf8");

/** Runs host.py on a folder that serves as /etc/samba and /srv/pvesmb. */
function host(...words: string[]): { status: number | null; said: string } {
    const program = readFileSync(join(__dirname, "host.py"), "utf8")
        .replaceAll("/etc/samba/smb.conf", at("smb.conf"))
        .replaceAll("/etc/samba/pvesmb/beside.conf", at("beside.conf"))
        .replace("/var/lib/samba/usershares", at("usershares"))
        .replace("/proc/self/mountinfo", at("mountinfo"))
        .replace('"/etc/exports"', JSON.stringify(at("exports")))
        .replace("/var/lib/nfs/etab", at("etab"))
        .replace("/etc/ganesha/ganesha.conf", at("ganesha.conf"))
        .replace('"/srv/pvesmb"', JSON.stringify(at("data")));
    const env = { PATH: `${at("bin")}:${process.env["PATH"] ?? ""}` };
    const { status, stdout, stderr } = spawnSync("python3", ["-c", program, ...words], { encoding: "utf8", env });
    expect(stderr).toBe("");
    return { status, said: stdout };
}

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "pvesmb-beside-"));
    for (const name of ["bin", "usershares", "data", "data/docs"]) mkdirSync(at(name));
    write("bin/testparm", TESTPARM);
    chmodSync(at("bin/testparm"), 0o755);
    write("smb.conf", OWN);
    write("beside.conf", OURS);
    write("mountinfo", "28 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the include", () => {
    it("comes first and only once, goes again to the byte, and mode and link stay", () => {
        write("real.conf", OWN);
        chmodSync(at("real.conf"), 0o640);
        rmSync(at("smb.conf"));
        symlinkSync(at("real.conf"), at("smb.conf"));
        expect(host("included").status).toBe(1);
        expect(host("include").said).toBe("changed\n");
        expect(text("real.conf")).toBe(`include = ${at("beside.conf")}\n${OWN}`);
        expect(host("include").said).toBe("");
        expect(host("included").status).toBe(0);
        expect(host("exclude").said).toBe("changed\n");
        expect(text("real.conf")).toBe(OWN);
        expect(statSync(at("real.conf")).mode & 0o777).toBe(0o640);
        expect(host("exclude").said).toBe("");
    });

    it("is moved to the top if somebody moved it", () => {
        write("smb.conf", `${OWN}include = ${at("beside.conf")}\n`);
        expect(host("included").status).toBe(1);
        host("include");
        expect(text("smb.conf")).toBe(`include = ${at("beside.conf")}\n${OWN}`);
    });

    it("needs a smb.conf", () => {
        rmSync(at("smb.conf"));
        expect(host("include")).toMatchObject({ status: 1, said: expect.stringContaining("is missing: reinstall samba-common") as string });
    });
});

describe("what is in effect", () => {
    const effective = (own: string, ours = OURS): string => {
        write("smb.conf", `include = ${at("beside.conf")}\n${own}`);
        write("beside.conf", ours);
        return host("effective").said;
    };

    it("is fine when each side means what it says alone", () => expect(effective(OWN)).toBe(""));

    it("is not when the host has a share of ours, in any case", () => {
        expect(effective(`${OWN}[Docs]\n read only = no\n`)).toContain("share [docs]: smb.conf has a section [docs] itself");
    });

    it("is what a host means that begins without a section: that is [global]", () => expect(effective(`log level = 2\n${OWN}`)).toBe(""));

    it("is not when our file does not end in [global]: the host's next line would land in our share", () => {
        expect(effective(`guest ok = yes\n${OWN}`, OURS.replace("[global]\n", ""))).toMatch(
            /share \[docs\]: guest ok = yes instead of \(nothing\)/,
        );
    });

    it("is not when the include is not the first line", () => {
        write("smb.conf", `${OWN}include = ${at("beside.conf")}\n`);
        expect(host("effective").said).toContain("is not its first line");
    });

    it("is not when ours changes [global] without being asked, and names an option that both set", () => {
        expect(effective(OWN, `${OURS}\tworkgroup = OTHER\n`)).toMatch(/sets `workgroup = ACME`, and the program wants OTHER/);
        expect(effective(OWN, `${OURS}\tserver signing = auto\n`)).toBe("");
    });

    it("says what testparm refuses", () => expect(effective("bad = 1\n")).toContain("testparm refuses"));
});

test("names that the host serves: shares, usershares, homes", () => {
    write("usershares/plans", "");
    const taken = host("name", "THEIRS", "/srv/pvesmb/theirs").said;
    expect(taken).toContain("smb.conf has a section [THEIRS] itself");
    expect(taken).toContain("remove that section, mount /home/theirs at /srv/pvesmb/theirs (`mount --bind`");
    expect(host("name", "Plans", "/x").said).toContain("a usershare of the host has the name Plans");
    expect(host("name", "root", "/x").status).toBe(0);
    write("smb.conf", `${OWN}[homes]\n browseable = no\n`);
    expect(host("name", "root", "/x").said).toContain("would take the place of that user's");
    expect(host("name", "docs", "/x").status).toBe(0);
});

test("a directory of the same file system that is mounted at the share's is guarded, too", () => {
    write(
        "mountinfo",
        `28 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 28 8:1 /home ${at("data/docs").replace("docs", "our\\040docs")} rw - ext4 /dev/sda1 rw\n`,
    );
    expect(host("mount", "docs", at("data/our docs/plans"), at("guard.conf")).said).toBe("changed\n");
    expect(text("guard.conf")).toContain(`\troot preexec = /usr/bin/mountpoint -q '${at("data/our docs")}'\n`);
    write("mountinfo", "");
    expect(host("mount", "docs", at("data/our docs/plans"), at("guard.conf")).said).toContain("is not mounted: nothing was changed");
});

test("a share that is on no file system of its own has no guard, and one whose file system is away is refused", () => {
    expect(host("mount", "docs", at("data/docs"), at("guard.conf"))).toEqual({ status: 0, said: "" });
    write("guard.conf", `[docs]\n\troot preexec = /usr/bin/mountpoint -q '${at("data/docs")}'\n\troot preexec close = yes\n`);
    expect(host("mount", "docs", at("data/docs"), at("guard.conf")).said).toContain(
        `${at("data/docs")} is not mounted: nothing was changed`,
    );
    // A share that was given another directory.
    expect(host("mount", "docs", at("data"), at("guard.conf")).said).toBe("changed\n");
});

describe("a directory that NFS exports", () => {
    const exported = (path = "data/docs"): string => host("exported", at(path)).said.trim();

    it("is found under its own name, in what holds it and by what is in it", () => {
        write("exports", `# ${at("data")}\n${at("elsewhere")} *(rw)\n${at("data/docs")} 10.0.0.0/8(rw) \\\n  192.168.1.0/24(ro)\n`);
        expect(exported()).toBe(`${at("data/docs")} (${at("exports")})`);
        expect(exported("data/docs/plans")).toBe(`${at("data/docs")} (${at("exports")})`);
        expect(exported("data")).toBe(`${at("data/docs")} (${at("exports")})`);
        expect([exported("data/docs2"), exported("data/doc"), exported("elsewhere2")]).toEqual(["", "", ""]);
        write("exports", "/ *(ro)\n");
        expect(exported()).toBe(`/ (${at("exports")})`);
    });

    it("is found behind a link, with blanks in its name, in effect only, and with Ganesha", () => {
        symlinkSync(at("data"), at("link"));
        write("exports", `"${at("link")}/docs" *(rw)\n`);
        expect(exported()).toContain("exports");
        mkdirSync(at("exports.d"));
        write("exports", "");
        write("exports.d/zfs.exports", `${at("data")}/our\\040docs *(rw)\n`);
        write("exports.d/old.exports~", `${at("data")} *(rw)\n`);
        expect([exported("data/our docs"), exported()]).toEqual([`${at("data/our docs")} (${at("exports.d/zfs.exports")})`, ""]);
        write("etab", `${at("data/docs")}\t*(rw,sync)\n`);
        expect(exported()).toBe(`${at("data/docs")} (${at("etab")})`);
        rmSync(at("etab"));
        write("ganesha.conf", `EXPORT {\n  # Path = ${at("data/docs")}/x;\n  Path = ${at("data")};\n  Pseudo = /docs;\n}\n`);
        expect(exported()).toBe(`${at("data")} (${at("ganesha.conf")})`);
    });

    it("is none on a host without NFS", () => expect(exported()).toBe(""));
});
