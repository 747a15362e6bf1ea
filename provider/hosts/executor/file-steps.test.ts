import { execFile, execFileSync } from "node:child_process";
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
    writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Step } from "../batch";
import { ownedBy } from "../steps";
import { Bench, write } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

describe("write", () => {
    it("writes content, mode and owner, and is unchanged only when all three are so", async () => {
        const step: Step = { do: "write", path: bench.at("a"), content: ["one ", "grüße\n"], mode: "0640", owner: "daemon", group: "1" };
        await bench.settles(step);
        expect(bench.read("a")).toBe("one grüße\n");
        expect(bench.mode("a")).toBe(0o640);
        expect([statSync(bench.at("a")).uid, statSync(bench.at("a")).gid]).toEqual([1, 1]);
        chmodSync(bench.at("a"), 0o644);
        await bench.settles(step);
        expect(bench.mode("a")).toBe(0o640);
    });

    it("replaces a symlink, not what it points to", async () => {
        writeFileSync(bench.at("target"), "keep");
        symlinkSync(bench.at("target"), bench.at("link"));
        await bench.settles(write(bench.at("link"), "new"));
        expect([bench.read("target"), lstatSync(bench.at("link")).isFile()]).toEqual(["keep", true]);
    });

    it("leaves no temporary file and says what is in the way", async () => {
        mkdirSync(bench.at("dir"));
        expect((await bench.broken(write(bench.at("dir"), "x"))).message).toContain("a directory is in the way");
        expect((await bench.broken(write(bench.at("none/x"), "x"))).message).toMatch(/none.*No such file/);
        expect(
            (await bench.broken({ do: "write", path: bench.at("x"), content: "", mode: "0644", owner: "nobody-here" })).message,
        ).toContain("there is no user nobody-here on this host");
        expect([readdirSync(bench.root).sort(), readdirSync(bench.at("journal"))]).toEqual([["dir", "journal", "lock"], []]);
    });
});

it("assemble joins fragments by name behind the header, hidden and other files left out", async () => {
    mkdirSync(bench.at("d"));
    for (const [name, text] of Object.entries({ "b.conf": "[b]", "a.conf": "[a]\n", "c.txt": "no", ".h.conf": "no" }))
        writeFileSync(bench.at("d", name), text);
    await bench.settles({ do: "assemble", from: bench.at("d"), suffix: ".conf", to: bench.at("all"), header: "# h\n", mode: "0644" });
    expect(bench.read("all")).toBe("# h\n[a]\n[b]\n");
});

it("assemble takes nothing but some lines", async () => {
    mkdirSync(bench.at("d"));
    writeFileSync(bench.at("d/a"), "one\n#x two\n");
    writeFileSync(bench.at("d/b"), "#x three");
    await bench.settles({
        do: "assemble",
        from: bench.at("d"),
        suffix: "",
        only: { prefix: "#x " },
        to: bench.at("all"),
        header: "",
        mode: "0644",
    });
    expect(bench.read("all")).toBe("two\nthree\n");
    const only = { prefix: "#x ", unless: bench.at("d/a") };
    await bench.settles({ do: "assemble", from: bench.at("d"), suffix: "", only, to: bench.at("all"), header: "", mode: "0644" });
    expect(bench.read("all")).toBe("");
});

it("assemble puts what has to come last behind all, also from further folders, unless a file says no", async () => {
    for (const folder of ["d", "e"]) mkdirSync(bench.at(folder));
    writeFileSync(bench.at("d/a.conf"), "one\n#b two\n");
    writeFileSync(bench.at("d/b.conf"), "#b three\nfour\n");
    writeFileSync(bench.at("e/c.conf"), "#a five\n#b six\nseven");
    const last = [
        { prefix: "#a ", unless: bench.at("no-a") },
        { prefix: "#b ", unless: bench.at("no-b") },
    ];
    const step: Step = {
        ...{ do: "assemble", from: bench.at("d"), suffix: ".conf", more: [{ from: bench.at("e"), suffix: ".conf" }] },
        ...{ to: bench.at("all"), header: "# h\n", mode: "0644", last },
    };
    await bench.settles(step);
    expect(readFileSync(bench.at("all"), "utf8")).toBe("# h\none\nfour\nseven\nfive\ntwo\nthree\nsix\n");
    writeFileSync(bench.at("no-b"), "");
    await bench.settles(step);
    expect(readFileSync(bench.at("all"), "utf8")).toBe("# h\none\nfour\nseven\nfive\n");
});

describe("remove", () => {
    it("removes files and links; a directory only as a tree", async () => {
        writeFileSync(bench.at("f"), "");
        await bench.settles({ do: "remove", path: bench.at("f") });
        mkdirSync(bench.at("t/deep/er"), { recursive: true });
        writeFileSync(bench.at("t/deep/file"), "x");
        expect((await bench.broken({ do: "remove", path: bench.at("t") })).message).toContain("is a directory");
        await bench.settles({ do: "remove", path: bench.at("t"), tree: true });
        expect(readdirSync(bench.root).sort()).toEqual(["journal", "lock"]);
    });

    it("refuses a tree with a mount point in it, and touches nothing", async () => {
        mkdirSync(bench.at("t/m"), { recursive: true });
        writeFileSync(bench.at("t/keep"), "x");
        execFileSync("mount", ["--bind", bench.at("t"), bench.at("t/m")]);
        try {
            expect((await bench.broken({ do: "remove", path: bench.at("t"), tree: true })).message).toContain(
                `${bench.at("t/m")} is a mount point`,
            );
            expect((await bench.fine({ do: "require", path: bench.at("t/m"), is: "mountpoint", message: "no" })).changed).toBe(false);
            expect(existsSync(bench.at("t/keep"))).toBe(true);
        } finally {
            execFileSync("umount", [bench.at("t/m")]);
        }
    });

    it("takes the link, not the tree behind it", async () => {
        mkdirSync(bench.at("real"));
        symlinkSync(bench.at("real"), bench.at("link"));
        await bench.settles({ do: "remove", path: bench.at("link"), tree: true });
        expect(existsSync(bench.at("real"))).toBe(true);
    });
});

it("rename moves once; both or neither there is an error", async () => {
    mkdirSync(bench.at("a"));
    const step: Step = { do: "rename", from: bench.at("a"), to: bench.at("b") };
    await bench.settles(step);
    mkdirSync(bench.at("a"));
    expect(await bench.broken(step)).toMatchObject({ kind: "Conflict", message: expect.stringContaining("both exist") as string });
    expect((await bench.broken({ do: "rename", from: bench.at("x"), to: bench.at("y") })).message).toContain("neither exists");
});

describe("directory", () => {
    const step = (more: object): Step => ({ do: "directory", path: bench.at("x/y/z"), ...more });
    const acl = (...args: string[]): string => execFileSync("getfacl", ["-cpnE", ...args], { encoding: "utf8" }).trim();

    it("makes parents root-owned 0755 and dresses only itself", async () => {
        mkdirSync(bench.at("x"));
        execFileSync("setfacl", ["-d", "-m", "u:2:rwx", bench.at("x")]);
        await bench.settles(step({ owner: "daemon", group: "daemon", mode: "2770" }));
        expect([bench.mode("x/y"), statSync(bench.at("x/y")).uid, bench.mode("x/y/z"), statSync(bench.at("x/y/z")).uid]).toEqual([
            0o755, 0, 0o2770, 1,
        ]);
        expect(acl(bench.at("x/y/z"))).not.toContain("user:2");
    });

    it("sets ACLs that setfacl would set, mask included, and takes them away again", async () => {
        const entries = [
            { kind: "user", name: "daemon", permissions: "rwx" },
            { kind: "group", name: "7", permissions: "r-x" },
        ];
        await bench.settles(step({ mode: "0750", acl: { access: entries, default: entries } }));
        mkdirSync(bench.at("peer"), { mode: 0o750 });
        execFileSync("setfacl", ["-m", "u:daemon:rwx,g:7:rx,d:u:daemon:rwx,d:g:7:rx", bench.at("peer")]);
        expect(acl(bench.at("x/y/z"))).toBe(acl(bench.at("peer")));
        execFileSync("setfacl", ["-x", "g:7", bench.at("x/y/z")]);
        await bench.settles(step({ mode: "0750", acl: { access: entries, default: entries } }));
        await bench.settles(step({ mode: "0700" }));
        expect(acl(bench.at("x/y/z"))).toContain("user:1:rwx");
        await bench.settles(step({ acl: { access: [], default: [] } }));
        expect(acl(bench.at("x/y/z"))).toBe("user::rwx\ngroup::---\nother::---");
    });

    it("gives the owning group nothing of new files when they are their owners' only, whatever a chmod does to them", async () => {
        const collects = [{ kind: "user", name: "daemon", permissions: "rwx" }];
        const place = bench.at("x/y/z");
        for (const [entries, named] of [
            [collects, "user:1:rwx\n"],
            [[], ""],
        ] as const) {
            await bench.settles(step({ mode: "1770", acl: { access: collects, default: entries, ownersOnly: true } }));
            for (const name of ["file", "folder"]) {
                if (name === "file") writeFileSync(join(place, name), "x", { mode: 0o760 });
                else mkdirSync(join(place, name), { mode: 0o770 });
                chmodSync(join(place, name), 0o770);
                expect(acl(join(place, name))).toMatch(new RegExp(`^user::rwx\n${named}group::---\nmask::rwx\nother::---`));
                rmSync(join(place, name), { recursive: true });
            }
            expect(acl(place)).toMatch(/^user::rwx\nuser:1:rwx\ngroup::rwx\n/);
        }
    });

    it("refuses a symlink anywhere in the path", async () => {
        mkdirSync(bench.at("real/in"), { recursive: true });
        symlinkSync(bench.at("real"), bench.at("link"));
        for (const path of ["link", "link/in", "link/new"])
            expect((await bench.broken({ do: "directory", path: bench.at(path), mode: "0777" })).message).toContain(
                "is a symlink or a file",
            );
        expect([bench.mode("real"), bench.mode("real/in"), existsSync(bench.at("real/new"))]).toEqual([0o755, 0o755, false]);
        expect((await bench.broken({ do: "directory", path: `${bench.root}/a/../b` })).message).toContain("without ..");
    });

    it("keep: makes what is missing, and changes nothing that is there", async () => {
        const kept = (mode: string): Step => ({ do: "directory", path: bench.at("kept"), mode, keep: "somebody else uses it" });
        await bench.settles(kept("0750"));
        expect((await bench.broken(kept("0700"))).message).toBe("somebody else uses it");
        expect(bench.mode("kept")).toBe(0o750);
    });

    it("mustExist: says so instead of making it", async () => {
        expect((await bench.broken(step({ mustExist: "mount it first" }))).message).toBe("mount it first");
    });
});

it.each<[string, string, boolean]>([
    ["directory", ".", true],
    ["directory", "none", false],
    ["file", "f", true],
    ["file", ".", false],
    ["absent", "none", true],
    ["absent", "f", false],
    ["mountpoint", "/proc", true],
    ["mountpoint", ".", false],
])("require %s of %s", async (is, path, holds) => {
    writeFileSync(bench.at("f"), "");
    const result = await bench.steps({ do: "require", path: path.startsWith("/") ? path : bench.at(path), is, message: "so not" } as Step);
    expect(result).toMatchObject(holds ? { ok: true, changed: false } : { ok: false, message: "so not" });
});

describe("supersede", () => {
    const entry = (name: string, key: string, more = ""): void => writeFileSync(bench.at(name), `{"id":"x","key":"${key}"${more}}\n`);
    const step = (): Step => ({ do: "supersede", path: bench.at("new.json"), names: ".*\\.json", same: '"key":("[^"]*")' });

    it("removes files of the same resource under other names, and nobody else's", async () => {
        entry("old.json", "urn::docs", ',"more":1');
        entry("other.json", "urn::docs-old");
        entry("old.root", "urn::docs");
        writeFileSync(bench.at("broken.json"), "");
        mkdirSync(bench.at("folder.json"));
        symlinkSync(bench.at("old.root"), bench.at("link.json"));
        const found = (): string[] => readdirSync(bench.root).filter((name) => /\.(json|root)$/.test(name));
        const before = found();
        expect(await bench.fine(step())).toMatchObject({ changed: false });
        expect(found()).toEqual(before);
        entry("new.json", "urn::docs");
        await bench.settles(step());
        expect(found().sort()).toEqual([...before.filter((name) => name !== "old.json"), "new.json"].sort());
    });

    it("puts them back when its unit fails", async () => {
        entry("old.json", "urn::docs");
        entry("new.json", "urn::docs");
        await bench.steps(step(), { do: "run", argv: ["false"] });
        expect(readFileSync(bench.at("old.json"), "utf8")).toBe('{"id":"x","key":"urn::docs"}\n');
    });
});

it("owned: absent or ours passes, another's is a conflict, also when its name begins with ours", async () => {
    const step = ownedBy(bench.at("f"), "urn::docs", "somebody else's");
    await bench.fine(step);
    for (const text of [
        '{"key":"urn::docs","nonce":"1"}',
        '# pvesmb 1 {"key":"urn::docs","nonce":"1"}\n[docs]\n',
        '{"key":"other","nonce":"urn::docs"}\n',
    ]) {
        writeFileSync(bench.at("f"), text);
        await bench.fine(step);
    }
    for (const text of [
        '{"key":"urn::docs-old","nonce":"1"}',
        '# pvesmb 1 {"key":"urn::docs-old","nonce":"1"}\n[docs]\n\tcomment = "urn::docs"\n',
        '{"key":["urn::docs"],"other":"urn::docs"}',
        "urn::docs",
        '"urn::docs"',
        "",
    ]) {
        writeFileSync(bench.at("f"), text);
        expect(await bench.broken(step)).toMatchObject({ kind: "Conflict", message: "somebody else's" });
    }
});

it("owned: a conflict may name the owner", async () => {
    const step = ownedBy(bench.at("f"), "urn::docs", "it is {owner}.");
    for (const [text, owner] of [
        ['# pvesmb 1 {"key":"urn::docs-old","nonce":"1"}\n[docs]\n', "urn::docs-old"],
        ['{"key":["urn::docs"]}', "unknown"],
        ["", "unknown"],
    ] as const) {
        writeFileSync(bench.at("f"), text);
        expect((await bench.broken(step)).message).toBe(`it is ${owner}.`);
    }
});

it("owned: a key beyond ASCII is ours in a share's header, which escapes it", async () => {
    writeFileSync(bench.at("f"), '# pvesmb 1 {"key":"urn::d\\u00f6cs","nonce":"1"}\n[d]\n');
    await bench.fine(ownedBy(bench.at("f"), "urn::döcs", "somebody else's"));
});

describe("what others may have planted", () => {
    const elsewhere = (): string => {
        mkdirSync(bench.at("outside"));
        writeFileSync(bench.at("outside/f"), "theirs");
        symlinkSync(bench.at("outside"), bench.at("link"));
        return bench.at("link/f");
    };
    const steps = (path: string): [string, Step][] => [
        ["write", { do: "write", path, content: "ours", mode: "0600" }],
        ["remove", { do: "remove", path }],
        ["remove a tree", { do: "remove", path, tree: true }],
        ["rename from", { do: "rename", from: path, to: bench.at("moved") }],
        ["rename to", { do: "rename", from: bench.at("here"), to: path }],
        ["owned", ownedBy(path, "urn::docs", "somebody else's")],
        ["remember", { do: "remember", file: path, key: "sid", value: "1" }],
        ["directory", { do: "directory", path: `${path}/below`, mode: "0777" }],
        ["link", { do: "link", path: `${path}-link`, to: "x" }],
    ];

    it("a link on the way leads no step elsewhere", async () => {
        const path = elsewhere();
        writeFileSync(bench.at("here"), "");
        for (const [what, step] of steps(path)) {
            const { message } = await bench.broken(step);
            expect(`${what}: ${message}`).toMatch(/link/);
        }
        expect(readdirSync(bench.at("outside"))).toEqual(["f"]);
        expect(readFileSync(bench.at("outside/f"), "utf8")).toBe("theirs");
    });

    it("a FIFO in a file's place is an error at once, and what is asked next is answered", async () => {
        await promisify(execFile)("mkfifo", [bench.at("fifo")]);
        for (const [what, step] of steps(bench.at("fifo")).filter(([name]) => ["write", "owned", "remember"].includes(name))) {
            const { message } = await bench.broken(step);
            expect(`${what}: ${message}`).toMatch(/regular file|special file/);
        }
        await bench.fine({ do: "write", path: bench.at("next"), content: "fine", mode: "0600" });
    });

    it("a link in a file's place is not read through, and replaced by a write", async () => {
        elsewhere();
        symlinkSync(bench.at("outside/f"), bench.at("leaf"));
        expect((await bench.broken(ownedBy(bench.at("leaf"), "x", "no"))).message).toContain("a link or a socket");
        await bench.fine({ do: "write", path: bench.at("leaf"), content: "ours", mode: "0600" });
        expect([readFileSync(bench.at("outside/f"), "utf8"), readFileSync(bench.at("leaf"), "utf8")]).toEqual(["theirs", "ours"]);
    });
});
