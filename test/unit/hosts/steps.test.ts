import { execFileSync } from "node:child_process";
import {
    chmodSync,
    existsSync,
    lstatSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    statSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import type { Step, StepResult } from "../../../provider/hosts/batch";
import { Executor } from "../../../provider/hosts/executor/executor";
import { Bench, LocalHost, run, running, sleep, soon, unit, write } from "./local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

const read = (...path: string[]): string => readFileSync(bench.at(...path), "utf8");
const mode = (...path: string[]): number => statSync(bench.at(...path)).mode & 0o7777;

async function fine(...steps: Step[]): Promise<{ changed: boolean; steps: Record<string, StepResult> }> {
    const result = await bench.steps(...steps);
    if (!result.ok) throw new Error(`${result.step}: ${result.message}`);
    return result;
}

async function broken(...steps: Step[]): Promise<{ step: string; message: string; kind: string }> {
    const result = await bench.steps(...steps);
    if (result.ok) throw new Error("expected a failure");
    return result;
}

/** Runs twice: changes first, nothing the second time. */
async function settles(...steps: Step[]): Promise<void> {
    expect((await fine(...steps)).changed).toBe(true);
    expect((await fine(...steps)).changed).toBe(false);
}

describe("write", () => {
    it("writes content, mode and owner, and is unchanged only when all three are so", async () => {
        const step: Step = { do: "write", path: bench.at("a"), content: ["one ", "grüße\n"], mode: "0640", owner: "daemon", group: "1" };
        await settles(step);
        expect(read("a")).toBe("one grüße\n");
        expect(mode("a")).toBe(0o640);
        expect([statSync(bench.at("a")).uid, statSync(bench.at("a")).gid]).toEqual([1, 1]);
        chmodSync(bench.at("a"), 0o644);
        await settles(step);
        expect(mode("a")).toBe(0o640);
    });

    it("replaces a symlink, not what it points to", async () => {
        writeFileSync(bench.at("target"), "keep");
        symlinkSync(bench.at("target"), bench.at("link"));
        await settles(write(bench.at("link"), "new"));
        expect([read("target"), lstatSync(bench.at("link")).isFile()]).toEqual(["keep", true]);
    });

    it("leaves no temporary file and says what is in the way", async () => {
        mkdirSync(bench.at("dir"));
        expect((await broken(write(bench.at("dir"), "x"))).message).toContain("a directory is in the way");
        expect((await broken(write(bench.at("none/x"), "x"))).message).toMatch(/none.*No such file/);
        expect((await broken({ do: "write", path: bench.at("x"), content: "", mode: "0644", owner: "nobody-here" })).message).toContain(
            "the host knows no user nobody-here",
        );
        expect([readdirSync(bench.root).sort(), readdirSync(bench.at("journal"))]).toEqual([["dir", "journal", "lock"], []]);
    });
});

it("known names the accounts that the host does not have", async () => {
    const ask = (users: string[], groups: string[]): Step => ({ do: "known", users, groups, message: "access" });
    expect((await fine(ask(["root", "daemon"], ["root"]))).changed).toBe(false);
    expect((await broken(ask(["root", "nobody-here"], ["no-group"]))).message).toBe("access: user nobody-here, group no-group");
});

it("run takes the part of its output that is asked for as its value", async () => {
    const { steps } = await fine({ do: "run", id: "id", argv: ["printf", "a\nkey: the value\n"], take: "^key: (.*)$", changes: false });
    expect(steps["id"]?.value).toBe("the value");
    expect((await fine({ do: "run", id: "id", argv: ["true"], take: "^key: (.*)$" })).steps["id"]?.value).toBe("");
});

it("assemble joins fragments by name behind the header, hidden and other files left out", async () => {
    mkdirSync(bench.at("d"));
    for (const [name, text] of Object.entries({ "b.conf": "[b]", "a.conf": "[a]\n", "c.txt": "no", ".h.conf": "no" }))
        writeFileSync(bench.at("d", name), text);
    await settles({ do: "assemble", from: bench.at("d"), suffix: ".conf", to: bench.at("all"), header: "# h\n", mode: "0644" });
    expect(read("all")).toBe("# h\n[a]\n[b]\n");
});

describe("remove", () => {
    it("removes files and links; a directory only as a tree", async () => {
        writeFileSync(bench.at("f"), "");
        await settles({ do: "remove", path: bench.at("f") });
        mkdirSync(bench.at("t/deep/er"), { recursive: true });
        writeFileSync(bench.at("t/deep/file"), "x");
        expect((await broken({ do: "remove", path: bench.at("t") })).message).toContain("is a directory");
        await settles({ do: "remove", path: bench.at("t"), tree: true });
        expect(readdirSync(bench.root).sort()).toEqual(["journal", "lock"]);
    });

    it("refuses a tree with a mount point in it, and touches nothing", async () => {
        mkdirSync(bench.at("t/m"), { recursive: true });
        writeFileSync(bench.at("t/keep"), "x");
        execFileSync("mount", ["--bind", bench.at("t"), bench.at("t/m")]);
        try {
            expect((await broken({ do: "remove", path: bench.at("t"), tree: true })).message).toContain(
                `${bench.at("t/m")} is a mount point`,
            );
            expect((await fine({ do: "require", path: bench.at("t/m"), is: "mountpoint", message: "no" })).changed).toBe(false);
            expect(existsSync(bench.at("t/keep"))).toBe(true);
        } finally {
            execFileSync("umount", [bench.at("t/m")]);
        }
    });

    it("takes the link, not the tree behind it", async () => {
        mkdirSync(bench.at("real"));
        symlinkSync(bench.at("real"), bench.at("link"));
        await settles({ do: "remove", path: bench.at("link"), tree: true });
        expect(existsSync(bench.at("real"))).toBe(true);
    });
});

it("rename moves once; both or neither there is an error", async () => {
    mkdirSync(bench.at("a"));
    const step: Step = { do: "rename", from: bench.at("a"), to: bench.at("b") };
    await settles(step);
    mkdirSync(bench.at("a"));
    expect(await broken(step)).toMatchObject({ kind: "Conflict", message: expect.stringContaining("both are there") as string });
    expect((await broken({ do: "rename", from: bench.at("x"), to: bench.at("y") })).message).toContain("neither is there");
});

describe("directory", () => {
    const step = (more: object): Step => ({ do: "directory", path: bench.at("x/y/z"), ...more });
    const acl = (...args: string[]): string => execFileSync("getfacl", ["-cpnE", ...args], { encoding: "utf8" }).trim();

    it("makes parents root-owned 0755 and dresses only itself", async () => {
        mkdirSync(bench.at("x"));
        execFileSync("setfacl", ["-d", "-m", "u:2:rwx", bench.at("x")]);
        await settles(step({ owner: "daemon", group: "daemon", mode: "2770" }));
        expect([mode("x/y"), statSync(bench.at("x/y")).uid, mode("x/y/z"), statSync(bench.at("x/y/z")).uid]).toEqual([0o755, 0, 0o2770, 1]);
        expect(acl(bench.at("x/y/z"))).not.toContain("user:2");
    });

    it("sets ACLs that setfacl would set, mask included, and takes them away again", async () => {
        const entries = [
            { kind: "user", name: "daemon", permissions: "rwx" },
            { kind: "group", name: "7", permissions: "r-x" },
        ];
        await settles(step({ mode: "0750", acl: { access: entries, default: entries } }));
        mkdirSync(bench.at("peer"), { mode: 0o750 });
        execFileSync("setfacl", ["-m", "u:daemon:rwx,g:7:rx,d:u:daemon:rwx,d:g:7:rx", bench.at("peer")]);
        expect(acl(bench.at("x/y/z"))).toBe(acl(bench.at("peer")));
        execFileSync("setfacl", ["-x", "g:7", bench.at("x/y/z")]);
        await settles(step({ mode: "0750", acl: { access: entries, default: entries } }));
        await settles(step({ mode: "0700" }));
        expect(acl(bench.at("x/y/z"))).toContain("user:1:rwx");
        await settles(step({ acl: { access: [], default: [] } }));
        expect(acl(bench.at("x/y/z"))).toBe("user::rwx\ngroup::---\nother::---");
    });

    it("refuses a symlink anywhere in the path", async () => {
        mkdirSync(bench.at("real/in"), { recursive: true });
        symlinkSync(bench.at("real"), bench.at("link"));
        for (const path of ["link", "link/in", "link/new"])
            expect((await broken({ do: "directory", path: bench.at(path), mode: "0777" })).message).toContain("is a symlink or a file");
        expect([mode("real"), mode("real/in"), existsSync(bench.at("real/new"))]).toEqual([0o755, 0o755, false]);
        expect((await broken({ do: "directory", path: `${bench.root}/a/../b` })).message).toContain("without ..");
    });

    it("mustExist: says so instead of making it", async () => {
        expect((await broken(step({ mustExist: "mount it first" }))).message).toBe("mount it first");
    });
});

describe("run", () => {
    it("gives stdin, environment and LC_ALL=C, and no more of our environment", async () => {
        process.env["PVESMB_LEAK"] = "leak";
        const { steps } = await fine({
            do: "run",
            id: "x",
            argv: ["sh", "-c", 'cat; echo "$A $LC_ALL [$PVESMB_LEAK]" >&2'],
            stdin: ["s", "tdin"],
            env: { A: "b" },
        });
        delete process.env["PVESMB_LEAK"];
        expect(steps["x"]).toEqual({ changed: true, code: 0, value: "stdin", stdout: "stdin", stderr: "b C []\n" });
    });

    it.each<[string, object, boolean | string]>([
        ["unless that succeeds", { unless: ["true"] }, false],
        ["unless that fails", { unless: ["false"] }, true],
        ["onlyIf that succeeds", { onlyIf: ["true"] }, true],
        ["onlyIf that fails", { onlyIf: ["no-such-command"] }, false],
        ["a look", { changes: false }, false],
        ["changes by pattern, met", { changes: "^out" }, true],
        ["changes by pattern, not met", { changes: "^nothing" }, false],
        ["ok codes", { argv: ["sh", "-c", "exit 3"], ok: [0, 3] }, true],
        ["a wrong code", { argv: ["sh", "-c", "echo why >&2; exit 3"] }, "sh -c echo why >&2; exit 3: exit code 3: why"],
        [
            "a wrong code, quiet",
            { argv: ["sh", "-c", "cat >&2; exit 3"], stdin: "secret", quiet: true },
            "sh -c cat >&2; exit 3: exit code 3",
        ],
        ["a message of one's own", { argv: ["false"], message: "choose another name" }, "choose another name"],
        ["failIf", { argv: ["echo", "ERROR: no"], failIf: "^ERROR" }, "echo ERROR: no: exit code 0: ERROR: no"],
        ["no such command", { argv: ["no-such-command"] }, "no-such-command: exit code 127: no-such-command: No such file or directory"],
        ["too long", { argv: ["sleep", "30"], timeout: 0.2 }, "sleep: still running after 0 s, ended"],
    ])("%s", async (_, more, expected) => {
        const result = await bench.steps({ do: "run", argv: ["echo", "out"], ...more });
        expect(result.ok ? result.changed : result.message).toBe(expected);
    });

    it("cuts long output in the middle and keeps both ends", async () => {
        const { steps } = await fine({ do: "run", id: "x", argv: ["sh", "-c", "echo first; yes 0123456789 | head -c 5000000; echo last"] });
        const out = steps["x"]!.stdout!;
        expect(out.length).toBeLessThan(1_100_000);
        expect([out.startsWith("first\n"), out.endsWith("last\n"), /\[39\d{5} bytes left out\]/.test(out)]).toEqual([true, true, true]);
    });

    it("does not wait for what a command leaves in the background", async () => {
        const began = Date.now();
        await fine(run("sh", "-c", "sleep 5 & echo done"));
        expect(Date.now() - began).toBeLessThan(2000);
    });

    it("ends the whole process group when the time is over", async () => {
        await broken({ do: "run", argv: ["sh", "-c", `sleep 60 & echo $! > ${bench.at("pid")}; wait`], timeout: 0.3 });
        expect(running(read("pid"))).toBe(false);
    });
});

it("values of steps before, numbers of accounts, and a value that nothing gave", async () => {
    const { steps } = await fine(
        { do: "run", id: "n", argv: ["echo", " 41 "], changes: false },
        { do: "run", id: "x", argv: ["echo", [{ value: "n" }, "-", { uid: "daemon" }, "-", { gid: "7" }]] },
    );
    expect(steps["x"]!.stdout).toBe("41-1-7\n");
    expect((await broken(run("true"), { do: "run", argv: [{ value: "n" }] })).message).toBe("no step before this one gave the value n");
    expect(await broken(run("true"), { do: "run", argv: ["echo", { uid: "nobody-here" }] })).toMatchObject({
        step: "run #2",
        message: "the host knows no user nobody-here",
    });
});

it("ifChanged: by id, and by any step before", async () => {
    const steps: Step[] = [
        { ...write(bench.at("a"), "a"), id: "a" },
        { do: "run", id: "b", ifChanged: "a", argv: ["true"] },
        { do: "run", id: "c", ifChanged: "*", argv: ["true"] },
    ];
    const changed = async (): Promise<boolean[]> => Object.values((await fine(...steps)).steps).map((step) => step.changed);
    expect(await changed()).toEqual([true, true, true]);
    expect(await changed()).toEqual([false, false, false]);
});

describe("reserve", () => {
    const reserve = (name: string, more: object = {}): Step => ({
        do: "reserve",
        id: name,
        file: bench.at("ids"),
        space: "uid",
        name,
        from: 0,
        to: 60000,
        taken: "passwd",
        ...more,
    });
    const value = async (...args: Parameters<typeof reserve>): Promise<unknown> => (await fine(reserve(...args))).steps[args[0]]!.value;

    it("keeps a number per name, none that is taken, the host's own for a name it has", async () => {
        const first = await value("alice", { from: 30000 });
        expect([first, await value("bob", { from: 30000 }), await value("alice", { from: 30000 })]).toEqual([30000, 30001, 30000]);
        expect(await value("daemon")).toBe(1);
        expect(await value("carol", { space: "other", from: 1, to: 60000 })).not.toBe(1);
        expect((JSON.parse(read("ids")) as { reserved: unknown }).reserved).toMatchObject({ uid: { alice: 30000, bob: 30001, daemon: 1 } });
    });

    it.each<[string, object, string]>([
        ["another's reservation", { want: 30000 }, "uid 30000 is reserved for alice"],
        ["an account of the host", { want: 1 }, "uid 1 belongs to the host's user daemon"],
    ])("insisting on %s is a conflict", async (_, more, message) => {
        await value("alice", { from: 30000 });
        expect(await broken(reserve("bob", more))).toMatchObject({ kind: "Conflict", message });
    });

    it("a reserved name cannot get another number; a full range is an error", async () => {
        await value("alice", { from: 30000, to: 30000 });
        expect((await broken(reserve("alice", { want: 30001 }))).message).toBe("alice has uid 30000 for ever and cannot get 30001");
        expect((await broken(reserve("bob", { from: 30000, to: 30000 }))).message).toBe("every uid from 30000 to 30000 is taken");
    });

    it("a failing unit gives its number back, its neighbour keeps its own", async () => {
        const { units } = await bench.run({
            units: [unit("a", reserve("alice", { from: 30000 }), run("false")), unit("b", reserve("bob", { from: 30000 }))],
        });
        expect([units["a"]!.ok, units["b"]!.ok]).toEqual([false, true]);
        expect(JSON.parse(read("ids"))).toEqual({ reserved: { uid: { bob: 30000 } } });
    });
});

it("remember keeps the first value", async () => {
    const step = (value: string): Step => ({ do: "remember", id: "x", file: bench.at("facts"), key: "sid", value });
    expect((await fine(step("S-1"))).steps["x"]).toEqual({ changed: true, value: "S-1" });
    expect((await fine(step("S-2"))).steps["x"]).toEqual({ changed: false, value: "S-1" });
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

it("owned: absent or with our text passes, another's is a conflict", async () => {
    const step: Step = { do: "owned", path: bench.at("f"), text: "nonce-1", message: "somebody else's" };
    await fine(step);
    writeFileSync(bench.at("f"), "# nonce-1");
    await fine(step);
    writeFileSync(bench.at("f"), "# nonce-2");
    expect(await broken(step)).toMatchObject({ kind: "Conflict", message: "somebody else's" });
});

describe("daemon", () => {
    const server =
        "import socket,sys,time;s=socket.socket();s.setsockopt(1,2,1);s.bind(('127.0.0.1',int(sys.argv[1])));s.listen();time.sleep(99)";
    const freePort = (): Promise<number> =>
        new Promise((resolve) => {
            const probe = createServer().listen(0, "127.0.0.1", () => {
                const { port } = probe.address() as { port: number };
                probe.close(() => resolve(port));
            });
        });

    it("starts once, is no change, ends with the executor", async () => {
        const port = await freePort();
        const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port };
        const pids = (): string[] =>
            execFileSync("pgrep", ["-f", `time.sleep.99. ${port}$`], { encoding: "utf8" })
                .trim()
                .split("\n");
        expect((await fine(step)).changed).toBe(false);
        const before = pids();
        await fine(step);
        expect(pids()).toEqual(before);
        bench.host.last.kill("SIGKILL");
        await bench.executor.ping(soon()).catch(() => undefined);
        for (let i = 0; i < 100 && running(before[0]!); i++) await sleep(20);
        expect(running(before[0]!)).toBe(false);
    });

    it("is waited for until it is ready, beyond listening", async () => {
        const port = await freePort();
        const ready = ["sh", "-c", `echo >> ${bench.at("tries")}; [ $(wc -l < ${bench.at("tries")}) -eq 3 ]`];
        const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port, ready };
        await fine(step);
        await fine(step);
        expect(readFileSync(bench.at("tries"), "utf8")).toBe("\n\n\n");
        const other = await freePort();
        const argv = ["python3", "-c", server, String(other)];
        const never: Step = { do: "daemon", name: "n", argv, port: other, ready: ["false"], timeout: 0.5 };
        expect((await broken(never)).message).toMatch(/not ready on port/);
    });

    it("of another deployment gives way, and comes back when that one goes on", async () => {
        const port = await freePort();
        const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port };
        const other = new Executor(new LocalHost(), bench.places);
        for (let turn = 0; turn < 3; turn++) {
            await fine(step);
            const { units } = await other.batch({ units: [unit("u", step)], verify: [], commit: [] }, soon());
            expect(units["u"]).toMatchObject({ ok: true });
        }
        other.close();
    });

    it("is not taken to listen when a look at its port reaches only itself", async () => {
        // A network where outgoing connections are given the daemon's own port as long as it is free.
        const alone = 'ip link set lo up && echo 24450 24451 > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"';
        const open = bench.host.open.bind(bench.host);
        bench.host.open = (argv) => open(["unshare", "--map-root-user", "--net", "sh", "-c", alone, "sh", ...argv]);
        const step: Step = { do: "daemon", name: "d", argv: ["sh", "-c", `sleep 0.2; exec python3 -c "${server}" 24450`], port: 24450 };
        await fine(step, run("sh", "-c", "ss -Htln sport = :24450 | grep -q LISTEN"));
    });

    it("says what it printed when it does not come up, and when the port is somebody's", async () => {
        const port = await freePort();
        const step: Step = { do: "daemon", name: "d", argv: ["sh", "-c", "echo cannot bind; exit 1"], port };
        expect((await broken(step)).message).toContain("exit code 1: cannot bind");
        const other = createServer();
        await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
        const error = await bench.steps(step);
        other.close();
        expect(error).toMatchObject({ ok: false, message: `port ${port} on loopback, wanted for d, is in use` });
    });
});

it("gather: files, facts, space and commands, and what is missing is left out", async () => {
    mkdirSync(bench.at("d"), { mode: 0o750 });
    writeFileSync(bench.at("d/a[1].conf"), "a");
    writeFileSync(bench.at("d/b.conf"), "b");
    symlinkSync("nowhere", bench.at("d/l"));
    utimesSync(bench.at("d"), 1, 1);
    execFileSync("setfacl", ["-m", "u:daemon:rwx", bench.at("d")]);
    const result = await bench.executor.gather(
        {
            files: [bench.at("d/*.conf"), bench.at("d/a[1].conf"), bench.at("none/*")],
            stat: [bench.at("d"), bench.at("d/l")],
            statvfs: [bench.root],
            commands: [
                { name: "cat", argv: ["cat"], stdin: "in" },
                { name: "no", argv: ["no-such-command"] },
            ],
        },
        soon(),
    );
    expect(result.files).toEqual({ [bench.at("d/a[1].conf")]: "a", [bench.at("d/b.conf")]: "b" });
    expect(result.stat[bench.at("d")]).toEqual({
        type: "directory",
        uid: 0,
        gid: 0,
        owner: "root",
        group: "root",
        mode: "0750",
        size: expect.any(Number) as number,
        acl: { access: [{ kind: "user", name: "daemon", permissions: "rwx" }], default: [] },
    });
    expect(result.stat[bench.at("d/l")]!.type).toBe("symlink");
    expect(result.statvfs[bench.root]!.total).toBeGreaterThan(result.statvfs[bench.root]!.available);
    expect(result.commands).toMatchObject({ cat: { code: 0, stdout: "in" }, no: { code: 127 } });
});

it("gather: 16 MiB of a file and of an output come whole, of more nothing, with the reason", async () => {
    const most = "ü".repeat(2 ** 23); // two bytes each
    writeFileSync(bench.at("big"), most);
    const look = { files: [bench.at("big")], commands: [{ name: "cat", argv: ["cat", bench.at("big")] }] };
    const { files, commands } = await bench.executor.gather(look, soon());
    expect(files[bench.at("big")] === most && commands["cat"]?.stdout === most).toBe(true);
    writeFileSync(bench.at("big"), `${most}.`);
    for (const part of [{ files: look.files }, { commands: look.commands }])
        await expect(bench.executor.gather(part, soon())).rejects.toMatchObject({
            name: "RemoteFailed",
            message: expect.stringMatching(/big: (printed )?over 16 MiB/) as string,
        });
});
