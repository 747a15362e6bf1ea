import { execFileSync, spawn } from "node:child_process";
import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import type { Step } from "../batch";
import { Bench, fail, run, soon } from "../../../test/support/hosts/local-host";

/** Steps that walk a tree while others may write to it. */

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

const sh = (script: string): string => execFileSync("sh", ["-c", script], { cwd: bench.root, encoding: "utf8" });

/** One entry of each kind, with all its possible attributes. */
function furnish(): void {
    sh(`mkdir -p old/sub/deep && cd old &&
        echo one > file && echo two > sub/two && ln sub/two twin && ln -s /etc/passwd link && mkfifo sub/fifo &&
        truncate -s 3M hole && printf end >> hole &&
        chown 7:8 file && chmod 4750 sub/two && chown -h 3:4 link &&
        setfacl -m u:5:rwx,d:u:6:r-x sub && setfacl -m u:9:rw- file &&
        touch -d 2020-01-02T03:04:05 file sub/two sub && chown 2:2 . && chmod 2770 . &&
        python3 -c 'import os; os.setxattr("file", "user.colour", b"blue"); os.setxattr(".", "user.top", b"x")'`);
}
const picture = (folder: string): string =>
    sh(
        `cd ${folder} && find . -printf '%P %y %m %U %G %l %n %s %T@\\n' | sort && getfacl -Rcpn . &&
         python3 -c 'import os; print([(p, n, os.getxattr(p, n)) for p in ("file", ".", "sub") for n in sorted(os.listxattr(p))])' && find . -type f -exec sha256sum {} + | sort`,
    );

describe("carry", () => {
    const step = (): Step => ({ do: "carry", from: bench.at("old"), to: bench.at("new") });

    it("brings all over with everything about it, and goes on where it was cut off", async () => {
        furnish();
        const before = picture("old");
        mkdirSync(bench.at("new"));
        sh(
            "cp -p old/hole new/hole && head -c 100 old/hole > new/.pvesmb-copying && mkdir new/sub && echo half > new/file && touch -d 2001-01-01 new/file",
        );
        await bench.fine(step());
        expect(picture("new")).toBe(before);
        expect(picture("old")).toBe(before);
        expect(statSync(bench.at("new/hole")).blocks).toBeLessThan(100);
        expect(statSync(bench.at("new/twin")).ino).toBe(statSync(bench.at("new/sub/two")).ino);
        await bench.fine(step());
        expect(picture("new")).toBe(before);
    });

    it("a target that is absent is the source, moved, and comes back when the unit fails; without a source there is nothing to do", async () => {
        furnish();
        const before = picture("old");
        await bench.broken(step(), fail);
        expect(picture("old")).toBe(before);
        await bench.settles(step());
        expect(picture("new")).toBe(before);
    });

    it("what is newer in the target stays, and a name that is something else in both is refused", async () => {
        mkdirSync(bench.at("old"));
        mkdirSync(bench.at("new/x"), { recursive: true });
        writeFileSync(bench.at("old/a"), "old");
        utimesSync(bench.at("old/a"), 1, 1);
        writeFileSync(bench.at("new/a"), "newer");
        await bench.fine(step());
        expect(bench.read("new/a")).toBe("newer");
        writeFileSync(bench.at("old/x"), "");
        expect((await bench.broken(step())).message).toMatch(/x: exists in both directories with different types/);
    });

    it("follows no link: neither as source nor target, nor in them", async () => {
        mkdirSync(bench.at("outside"));
        writeFileSync(bench.at("outside/f"), "theirs");
        mkdirSync(bench.at("old/sub"), { recursive: true });
        writeFileSync(bench.at("old/sub/f"), "mine");
        symlinkSync(bench.at("outside"), bench.at("new"));
        expect((await bench.broken(step())).message).toContain("symlink");
        rmSync(bench.at("new"));
        mkdirSync(bench.at("new"));
        symlinkSync(bench.at("outside"), bench.at("new/sub"));
        expect((await bench.broken(step())).message).toContain("sub: a symlink or a file is in the place of a directory");
        rmSync(bench.at("old"), { recursive: true });
        symlinkSync(bench.at("outside"), bench.at("old"));
        expect((await bench.broken(step())).message).toContain("symlink");
        expect([readdirSync(bench.at("outside")), bench.read("outside/f")]).toEqual([["f"], "theirs"]);
    });

    it("a mount in it is not copied, and said", async () => {
        mkdirSync(bench.at("old/m"), { recursive: true });
        mkdirSync(bench.at("new"));
        execFileSync("mount", ["-t", "tmpfs", "none", bench.at("old/m")]);
        try {
            expect((await bench.broken(step())).message).toMatch(/^m: is another mount or subvolume/);
        } finally {
            execFileSync("umount", [bench.at("old/m")]);
        }
    });
});

/** Runs the work on a separate file system, for features that only this type has. */
async function on(make: string, work: (at: (...path: string[]) => string) => Promise<void>): Promise<void> {
    sh(`truncate -s 512M image && ${make} image && mkdir fs && mount -o loop image fs`);
    try {
        await work((...path) => bench.at("fs", ...path));
    } finally {
        sh("umount fs");
    }
}

test("a subvolume takes an empty directory's place with all that was about it, is known again, and goes with its unit", () =>
    on("mkfs.btrfs -q", async (at) => {
        const facts = (): string =>
            sh(`cd fs && stat -c '%u:%g %a' d && getfacl -cpn d && python3 -c 'import os; print(os.getxattr("d", "user.x"))'`);
        mkdirSync(at("d"));
        sh(
            `cd fs/d && chown 7:8 . && chmod 2750 . && setfacl -m u:5:rwx,d:u:6:r-x . && python3 -c 'import os; os.setxattr(".", "user.x", b"1")'`,
        );
        const before = facts();
        const step = (name: string, owner?: string): Step => ({ do: "subvolume", id: "made", path: at(name), owner });
        await bench.broken(step("d", "100000"), fail);
        expect([facts(), statSync(at("d")).ino === 256]).toEqual([before, false]);
        const { steps } = await bench.fine(step("d", "100000"));
        expect([facts(), statSync(at("d")).ino]).toEqual([before, 256]);
        expect(Number(sh("btrfs inspect-internal rootid fs/d"))).toBe(steps["made"]?.value);
        expect(await bench.fine(step("d"))).toMatchObject({ changed: false, steps: { made: { value: steps["made"]?.value } } });
        await bench.settles(step("fresh", "100000"));
        expect([statSync(at("fresh")).uid, statSync(at("fresh")).mode & 0o777]).toEqual([100_000, 0o700]);
        mkdirSync(at("full/x"), { recursive: true });
        expect((await bench.broken(step("full", "0"))).message).toContain("no longer empty");
        expect((await bench.broken(step("full"))).message).toContain("no longer a subvolume");
        symlinkSync(at("d"), at("link"));
        for (const path of ["link", "link/x"]) expect((await bench.broken(step(path, "0"))).message).toContain("symlink");
        expect((await bench.broken(step("none"))).message).toContain("there is no such subvolume");
    }));

test("subvolumes and their limits are what the kernel says, whatever directories are called", () =>
    on("mkfs.btrfs -q", async (at) => {
        const look = () =>
            bench.executor.gather(
                { subvolumes: ["docs", "work", "plain", "link"].map((name) => at(name)), btrfs: [at(), bench.root] },
                soon(),
            );
        sh("cd fs && for d in work docs; do btrfs subvolume create $d; done; mkdir plain && ln -s work link");
        const [work, docs] = ["work", "docs"].map((name) => sh(`btrfs inspect-internal rootid fs/${name}`).trim()) as [string, string];
        const off = await look();
        expect(off.subvolumes).toEqual({ [at("work")]: Number(work), [at("docs")]: Number(docs) });
        const uuid = /uuid: (\S+)/.exec(sh("btrfs filesystem show fs"))?.[1];
        expect(off.btrfs).toEqual({ [at()]: { uuid } });
        // btrfs-progs 6.2 print these names as rows of their own, which claim that docs is work and that work is full.
        const names = [`x\nID ${work} gen 1 top level 256 path fs`, "docs", "y\n0", `${work}   99999999 1 none none z`] as const;
        for (const [folder, name] of [names.slice(0, 2), names.slice(2)] as [string, string][]) {
            mkdirSync(at(folder));
            execFileSync("btrfs", ["subvolume", "create", at(folder, name)]);
        }
        sh(
            "btrfs quota enable fs; btrfs qgroup limit 64M fs/work; head -c 1M /dev/urandom > fs/docs/f; for i in $(seq 300); do btrfs subvolume create fs/s$i; done; sync -f fs",
        );
        const { subvolumes, btrfs } = await look();
        expect(subvolumes).toEqual(off.subvolumes);
        const groups = btrfs?.[at()]?.groups ?? {};
        expect(groups[work]).toEqual({ used: 16384, limit: 64 * 2 ** 20 });
        expect(groups[docs]?.limit).toBeUndefined();
        expect(groups[docs]?.used).toBeGreaterThan(2 ** 20);
        expect(Object.keys(groups)).toHaveLength(305);
    }));

test("a tree is given to a project and taken back, links and what is behind them apart", () =>
    on("mkfs.xfs -q", async (at) => {
        sh(
            "mkdir -p fs/t/a fs/theirs && echo > fs/t/a/f && echo > fs/theirs/f && ln -s ../theirs fs/t/link && ln -s ../theirs/f fs/t/leaf && mkfifo fs/t/fifo",
        );
        const marks = (): string[] =>
            sh("lsattr -pd fs/t fs/t/a fs/t/a/f fs/theirs fs/theirs/f")
                .split("\n")
                .map((line) => /^\s*(\d+) (\S+)/.exec(line))
                .flatMap((m) => (m ? [`${m[1]}${m[2]?.includes("P") ? "P" : ""}`] : []));
        const step = (project: number): Step => ({ do: "project", path: at("t"), project });
        await bench.settles(step(77));
        expect(marks()).toEqual(["77P", "77P", "77", "0", "0"]);
        await bench.settles(step(0));
        expect(marks()).toEqual(["0", "0", "0", "0", "0"]);
        await bench.broken(step(77), fail);
        expect(marks()).toEqual(["0", "0", "0", "0", "0"]);
        symlinkSync(at("theirs"), at("way"));
        expect((await bench.broken({ do: "project", path: at("way"), project: 5 })).message).toContain("symlink");
        expect(marks()).toEqual(["0", "0", "0", "0", "0"]);
    }));

test("a tree that is too deep to be marked, or grows meanwhile, is refused; it reads as a plain one, and nobody else waits", () =>
    on("mkfs.xfs -q", async (at) => {
        sh(
            `mkdir fs/t fs/other && python3 -c 'import os
os.chdir("fs/t")
for _ in range(6000):
    os.mkdir("d")
    os.chdir("d")'`,
        );
        const project = (path: string): Promise<Record<string, number> | undefined> =>
            bench.executor.gather({ projects: [at(path)] }, soon()).then((look) => look.projects);
        try {
            const failed = await bench.broken({ do: "project", path: at("t"), project: 77 });
            expect(failed.message).toMatch(/\/t: nested too deeply to be marked$/);
            expect(await project("t")).toEqual({});
            await bench.fine({ do: "project", path: at("other"), project: 78 });
            expect(await project("other")).toEqual({ [at("other")]: 78 });
        } finally {
            sh("rm -rf fs/t");
        }
    }));

/** lsattr reported the other directory's number once in fifty runs (e2fsprogs 1.47). */
test("a project's number is read of the directory itself, through no link that changes places with it", () =>
    on("mkfs.xfs -q", async (at) => {
        sh("mkdir fs/mine fs/theirs && ln -s theirs fs/mine.other");
        await bench.fine({ do: "project", path: at("mine"), project: 7 }, { do: "project", path: at("theirs"), project: 8 });
        const flips = spawn("python3", [
            "-c",
            `import ctypes, os
os.chdir(${JSON.stringify(at())})
LIBC = ctypes.CDLL(None)
while True:
    LIBC.renameat2(-100, b"mine", -100, b"mine.other", 2)`,
        ]);
        const seen = new Set<string>();
        try {
            for (let i = 0; i < 1000 || seen.size < 2; i++)
                seen.add(JSON.stringify((await bench.executor.gather({ projects: [at("mine")] }, soon())).projects));
        } finally {
            flips.kill("SIGKILL");
            await new Promise((resolve) => flips.once("close", resolve));
        }
        expect([...seen].sort()).toEqual([JSON.stringify({ [at("mine")]: 7 }), "{}"]);
    }));

describe("below", () => {
    const entries = [{ kind: "user" as const, name: "5", permissions: "r-x" }];
    const step = (more: object = {}): Step => ({
        do: "below",
        path: bench.at("t"),
        owner: "7",
        group: "8",
        mode: "0750",
        acl: entries,
        skip: ["bin", "a/kept"],
        ...more,
    });

    it("gives what setfacl gives, folders and what can be run apart, and skips what it is told to", async () => {
        sh(`for d in t peer; do mkdir -p $d/a/b $d/a/kept $d/bin/x && echo > $d/a/plain && echo > $d/a/b/prog && chmod 755 $d/a/b/prog && chmod 640 $d/a/plain &&
            setfacl -m u:3:rwx $d/a/plain && setfacl -m d:u:4:rwx $d/a/b && setfacl -d -m g::r-x,u:6:rwx $d/a && echo > $d/a/masked && chmod 640 $d/a/masked; done`);
        await bench.settles(step());
        sh(`cd peer && chown -h 7:8 a a/b a/plain a/masked a/b/prog && setfacl -b -m u::rwX,g::r-X,o::---,u:5:r-X a a/b a/plain a/masked a/b/prog &&
            setfacl -d -m u::rwx,g::r-x,o::---,u:5:r-x a a/b`);
        const facts = (folder: string): string =>
            sh(`cd ${folder} && find . -mindepth 1 -printf '%P %m %U %G\\n' | sort && getfacl -Rcpn a bin`);
        expect(facts("t")).toBe(facts("peer"));
        await bench.settles(step({ acl: [], mode: "2755", skip: [] }));
        expect(sh("getfacl -cpn t/a/plain t/a/b")).not.toMatch(/user:\d|default/);
        // New files in folders that are there already are their owners' only, too.
        await bench.settles(step({ acl: [], mode: "1770", skip: [], ownersOnly: true }));
        expect(sh("getfacl -cpn t/a/b")).toContain("default:user::rwx\ndefault:group::---\ndefault:mask::---\ndefault:other::---");
    });

    it("leaves links and what is behind them alone, and waits at no FIFO", async () => {
        mkdirSync(bench.at("t"));
        writeFileSync(bench.at("theirs"), "");
        chmodSync(bench.at("theirs"), 0o600);
        symlinkSync(bench.at("theirs"), bench.at("t/link"));
        sh("mkfifo t/fifo");
        await bench.fine(step());
        expect([bench.mode("theirs"), statSync(bench.at("theirs")).uid, lstatSync(bench.at("t/link")).uid]).toEqual([0o600, 0, 0]);
        expect(lstatSync(bench.at("t/fifo")).uid).toBe(7);
        rmSync(bench.at("t"), { recursive: true });
        symlinkSync("/etc", bench.at("t"));
        expect((await bench.broken(step())).message).toContain("symlink");
    });
});

describe("commands in a directory", () => {
    it("begin there, through no link; absent is skipped where that is said", async () => {
        mkdirSync(bench.at("d"));
        symlinkSync(bench.at("d"), bench.at("link"));
        await bench.fine({ do: "run", in: bench.at("d"), argv: ["touch", "a"], unless: ["test", "-e", "a"], undo: ["rm", "a"] });
        expect(existsSync(bench.at("d/a"))).toBe(true);
        await bench.broken({ do: "run", in: bench.at("d"), argv: ["touch", "b"], undo: ["rm", "b"] }, fail);
        expect(readdirSync(bench.at("d"))).toEqual(["a"]);
        for (const absent of [undefined, "skip"] as const)
            for (const path of ["link", "none"]) {
                const result = await bench.steps({ ...(run("touch", "c") as Extract<Step, { do: "run" }>), in: bench.at(path), absent });
                expect(result).toMatchObject(absent === "skip" ? { ok: true, changed: false } : { ok: false });
            }
        expect(readdirSync(bench.at("d"))).toEqual(["a"]);
    });

    it("looks go through no link either, and wait at no FIFO", async () => {
        mkdirSync(bench.at("d"));
        for (const name of ["f", "g"]) writeFileSync(bench.at("d", name), name);
        symlinkSync(bench.at("d"), bench.at("link"));
        symlinkSync(bench.at("d/f"), bench.at("d/leaf"));
        sh("mkfifo d/fifo");
        const look = {
            files: [bench.at("d/*"), bench.at("link/*"), bench.at("l*/f")],
            stat: [bench.at("link/f"), bench.at("link"), bench.at("d/fifo")],
            statvfs: [bench.at("link"), bench.at("d")],
            commands: ["d", "link", "none"].map((name) => ({ name, in: bench.at(name), argv: ["ls"] })),
        };
        const { files, stat, statvfs, commands } = await bench.executor.gather(look, soon());
        expect(files).toEqual({ [bench.at("d/f")]: "f", [bench.at("d/g")]: "g" });
        expect(Object.entries(stat).map(([path, { type }]) => [path, type])).toEqual([
            [bench.at("d/fifo"), "other"],
            [bench.at("link"), "symlink"],
        ]);
        expect(Object.keys(statvfs)).toEqual([bench.at("d")]);
        expect([commands["d"]?.code, commands["link"]?.code, commands["none"]?.code]).toEqual([0, 126, 126]);
        expect(commands["link"]?.stderr).toContain("symlink");
    });
});

it("a requirement is not met through a link, and is asked without waiting", async () => {
    mkdirSync(bench.at("d/in"), { recursive: true });
    writeFileSync(bench.at("d/f"), "");
    symlinkSync(bench.at("d"), bench.at("link"));
    sh("mkfifo d/fifo");
    for (const [is, path] of [
        ["directory", "link"],
        ["directory", "link/in"],
        ["file", "link/f"],
        ["file", "d/fifo"],
    ] as const)
        await bench.broken({ do: "require", is, path: bench.at(path), message: "no" });
    expect(
        (await bench.broken({ do: "assemble", from: bench.at("link"), suffix: "", to: bench.at("x"), header: "", mode: "0644" })).message,
    ).toContain("symlink");
    expect((await bench.broken({ do: "remove", path: bench.at("link/in"), tree: true })).message).toContain("symlink");
    expect(readFileSync(bench.at("d/f"), "utf8")).toBe("");
});

describe("spelt", () => {
    const step = (more = {}): Step => ({ do: "spelt", path: bench.at("share"), case: "lower", skip: [".snaps"], message: "no", ...more });
    const said = async (more = {}): Promise<string> => (await bench.broken(step(more))).message;

    it("names what has letters of the other case in its name, a few of many, and follows no link", async () => {
        sh("mkdir -p share/.snaps/Old share/sub/Deep && cd share && touch plain ä.txt ß 1 sub/x && ln -s / link && touch ../Outside");
        expect(await said()).toBe("no: sub/Deep");
        expect(await said({ case: "upper", skip: [".snaps", "sub", "link"] })).toBe("no: plain, ä.txt");
        sh("cd share && for i in 1 2 3 4 5 6; do touch Ü$i; done");
        expect(await said()).toMatch(/^no: .*Ü\d.* and 2 more$/);
    });

    it("is content with what is spelt so, with what stands above what counts, and with nothing", async () => {
        sh("mkdir -p share/Karl && touch share/Karl/file");
        await bench.fine(step({ below: true }));
        sh("touch share/Karl/File");
        expect(await said({ below: true })).toBe("no: Karl/File");
        await bench.fine(step({ path: bench.at("absent") }));
    });
});
