import { execFile, execFileSync, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { Deadline } from "../../base/deadline";
import { closeAll, Executor, pctHost, sshHost, type SshTarget } from "..";
import { knownKeys } from "./known-hosts";
import { quote } from "./quote";
import { run, sleep, soon, unit, write } from "../../../test/support/hosts/local-host";
import { newKey, type ServerOptions, TestSshd } from "../../../test/support/hosts/ssh-server";

jest.setTimeout(20_000);

const ed = newKey();
const ecdsa = newKey("ecdsa");
const rsa = newKey("rsa");
const stranger = newKey();

const started: TestSshd[] = [];
async function sshd(options: Partial<ServerOptions> = {}): Promise<TestSshd> {
    const server = await TestSshd.start({ hostKeys: [ed], ...options });
    started.push(server);
    return server;
}
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "pvesmb-ssh-"))));
afterEach(async () => {
    await closeAll();
    await Promise.all(started.splice(0).map((server) => server.stop()));
    rmSync(folder, { recursive: true });
});

const hello = async (target: SshTarget): Promise<string> => (await sshHost(target).exec(["echo", "hello"], { deadline: soon() })).stdout;

describe("quote", () => {
    it("is what a shell makes the same arguments of", () => {
        fc.assert(
            fc.property(
                fc.array(
                    fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
                    { minLength: 1 },
                ),
                (argv) => {
                    const out = execFileSync("sh", ["-c", `printf '%s\\0' ${quote(argv)}`], { encoding: "utf8" });
                    expect(out.split("\0").slice(0, -1)).toEqual(argv);
                },
            ),
            { numRuns: 50 },
        );
    });

    it("refuses NUL", () => {
        expect(() => quote(["a\0b"])).toThrow("NUL");
    });
});

describe("commands", () => {
    it("stdin, stdout, stderr, exit codes, signals, arguments as they are", async () => {
        const host = sshHost((await sshd()).target());
        const exec = (argv: string[], stdin?: string): Promise<unknown> => host.exec(argv, { stdin, deadline: soon() });
        expect(await exec(["sh", "-c", "cat; echo err >&2; exit 7"], "in")).toEqual({ code: 7, stdout: "in", stderr: "err\n" });
        expect(await exec(["sh", "-c", "kill -9 $$"])).toMatchObject({ code: 137 });
        expect(await exec(["printf", "%s|", "$HOME `id`", "it's", "", "ü\n"])).toMatchObject({ stdout: "$HOME `id`|it's||ü\n|" });
        const big = "x".repeat(3_000_000);
        expect(await exec(["cat"], big)).toMatchObject({ stdout: big });
    });

    it("one connection for all, whoever asks; at most 8 channels at once, the rest wait", async () => {
        const server = await sshd();
        await Promise.all(
            Array.from({ length: 30 }, (_, i) =>
                sshHost(server.target()).exec(["sh", "-c", `sleep 0.05; echo ${i}`], { deadline: soon() }),
            ),
        );
        expect([server.logins, server.peak]).toEqual([1, 8]);
    });

    it("a refused channel (MaxSessions below ours) is tried again", async () => {
        const server = await sshd({ maxSessions: 2 });
        const all = Array.from({ length: 4 }, () => sshHost(server.target()).exec(["sleep", "0.1"], { deadline: soon() }));
        expect((await Promise.all(all)).map((each) => each.code)).toEqual([0, 0, 0, 0]);
    });

    it("channels that stay leave room for commands: the 7th goes over another connection", async () => {
        const server = await sshd();
        const channels = await Promise.all(Array.from({ length: 7 }, () => sshHost(server.target()).open(["cat"], soon())));
        expect(await hello(server.target())).toBe("hello\n");
        expect(server.logins).toBe(2);
        for (const channel of channels) channel.destroy();
        await Promise.all(channels.map((channel) => channel.closed));
    });

    it("the deadline ends a command, and a wait for a channel", async () => {
        const host = sshHost((await sshd()).target());
        const began = Date.now();
        const all = Array.from({ length: 9 }, () => host.exec(["sleep", "20"], { deadline: Deadline.in(600) }));
        const results = await Promise.allSettled(all);
        expect(results.every((each) => each.status === "rejected" && (each.reason as Error).name === "Timeout")).toBe(true);
        expect(Date.now() - began).toBeLessThan(3000);
    });

    it("a lost connection is Unreachable; the next command has a new one", async () => {
        const server = await sshd();
        const host = sshHost(server.target());
        await hello(server.target());
        const lost = expect(host.exec(["sleep", "20"], { deadline: soon() })).rejects.toMatchObject({
            name: "Unreachable",
            details: { dispatched: true },
        });
        await sleep(100);
        server.cut();
        await lost;
        expect([await hello(server.target()), server.logins]).toEqual(["hello\n", 2]);
    });
});

describe("login", () => {
    const allow = (key: string) => (auth: { method: string; key?: { data: Buffer }; signature?: Buffer }) =>
        auth.method === "publickey" && auth.key!.data.equals(Buffer.from(key.split(" ")[1]!, "base64"));

    it.each(["ed25519", "ecdsa", "rsa"] as const)("%s key", async (type) => {
        const key = newKey(type);
        const server = await sshd({ admit: allow(key.public) });
        expect(await hello(server.target({ password: undefined, privateKey: key.private }))).toBe("hello\n");
    });

    it("a key with a passphrase, and without the right one", async () => {
        const key = newKey("ed25519", "pass");
        const server = await sshd({ admit: allow(key.public) });
        const target = server.target({ password: undefined, privateKey: key.private });
        expect(await hello({ ...target, passphrase: "pass" })).toBe("hello\n");
        await closeAll();
        for (const passphrase of [undefined, "wrong"]) {
            const error = await hello({ ...target, passphrase }).catch((each: unknown) => each);
            expect(error).toMatchObject({
                name: "InvalidInput",
                message: expect.stringContaining("the SSH private key for 127.0.0.1 cannot be used") as string,
            });
            expect(String(error)).not.toContain(key.private.split("\n")[1]);
        }
    });

    it("an agent", async () => {
        const key = newKey();
        const socket = join(folder, "agent");
        const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
        try {
            while (!existsSync(socket)) await sleep(10);
            execFileSync("ssh-add", ["-q", "-"], { input: key.private, env: { ...process.env, SSH_AUTH_SOCK: socket } });
            const server = await sshd({ admit: allow(key.public) });
            expect(await hello(server.target({ password: undefined, agent: socket }))).toBe("hello\n");
        } finally {
            agent.kill();
        }
    });

    it("keyboard-interactive where sshd takes the password only so", async () => {
        const server = await sshd({
            admit: (auth) => {
                if (auth.method !== "keyboard-interactive") return false;
                auth.prompt([{ prompt: "Password:", echo: false }], (answers) => {
                    if (answers[0] === "right") auth.accept();
                    else auth.reject();
                });
                return undefined;
            },
        });
        expect(await hello(server.target())).toBe("hello\n");
        await closeAll();
        await expect(hello(server.target({ password: "wrong" }))).rejects.toMatchObject({ name: "Denied" });
    });

    it("nobody is let in: what was tried, and no secret", async () => {
        const server = await sshd();
        const error = await hello(server.target({ password: "wrong-4711", privateKey: stranger.private })).catch((each: unknown) => each);
        expect(error).toMatchObject({ name: "Denied", details: { dispatched: false } });
        expect(String(error)).toContain("rejected the login of root (tried: privateKey, password)");
        expect(String(error)).not.toContain("4711");
        expect(server.connections).toBe(1);
    });
});

describe("host keys", () => {
    const known = (...lines: string[]): string => {
        const path = join(folder, "known_hosts");
        writeFileSync(path, `${lines.join("\n")}\n`);
        return path;
    };
    const hashed = (name: string): string => {
        const salt = randomBytes(20);
        return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
    };
    const here = (server: TestSshd): string => `[127.0.0.1]:${server.port}`;

    it.each<[string, (server: TestSshd) => Partial<SshTarget>]>([
        ["a pinned key", () => ({ hostKeys: [stranger.public, ed.public] })],
        ["a pinned fingerprint", () => ({ hostKeys: [ed.fingerprint] })],
        ["a pinned fingerprint of its second key", () => ({ hostKeys: [ecdsa.fingerprint] })],
        ["a pinned fingerprint of its third key", () => ({ hostKeys: [rsa.fingerprint] })],
        ["a pinned rsa key", () => ({ hostKeys: [rsa.public] })],
        ["known_hosts", (server) => ({ hostKeys: [], knownHosts: known("other ssh-ed25519 AAAA", `${here(server)},x ${ecdsa.public}`) })],
        ["known_hosts, hashed", (server) => ({ hostKeys: [], knownHosts: known(`${hashed(here(server))} ${ed.public}`) })],
        ["known_hosts, wildcard", (server) => ({ hostKeys: [], knownHosts: known(`[127.*]:${server.port} ${ed.public}`) })],
        ["whatever it shows, when told so", () => ({ hostKeys: [], acceptNew: true, knownHosts: "/nonexistent" })],
    ])("%s lets it pass", async (_, more) => {
        const server = await sshd({ hostKeys: [ed, ecdsa, rsa] });
        expect(await hello(server.target(more(server)))).toBe("hello\n");
    });

    it.each<[string, (server: TestSshd) => Partial<SshTarget>, (string | RegExp)[]]>([
        ["another pinned key", () => ({ hostKeys: [stranger.public] }), [ed.fingerprint, stranger.fingerprint, "the host keys given"]],
        [
            "another pinned fingerprint, although told to accept",
            () => ({ hostKeys: [stranger.fingerprint], acceptNew: true }),
            [stranger.fingerprint],
        ],
        ["a pinned key of a type it does not have", () => ({ hostKeys: [ecdsa.public] }), [ecdsa.fingerprint, "a key of another type"]],
        [
            "another key in known_hosts, although told to accept",
            (server) => ({ hostKeys: [], acceptNew: true, knownHosts: known(`${here(server)} ${stranger.public}`) }),
            [ed.fingerprint, stranger.fingerprint, /ssh-keygen -R '\[127.0.0.1\]:\d+'/],
        ],
        [
            "a revoked key",
            (server) => ({ hostKeys: [], acceptNew: true, knownHosts: known(`@revoked ${here(server)} ${ed.public}`) }),
            ["revoked"],
        ],
        [
            "an unknown host",
            (server) => ({ hostKeys: [], knownHosts: known(`!${here(server)},[*]:* ${ed.public}`) }),
            [ed.fingerprint, "has an unknown SSH host key", "ssh-keyscan -p"],
        ],
    ])("%s is refused before anything is sent", async (_, more, texts) => {
        const server = await sshd();
        const error = (await hello(server.target(more(server))).catch((each: unknown) => each)) as Error;
        expect(error.name).toBe("HostKeyMismatch");
        for (const text of texts)
            expect(error.message).toMatch(text instanceof RegExp ? text : new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
        expect([server.logins, server.commands]).toEqual([0, []]);
    });

    it("an open connection does not let in one with stricter rules", async () => {
        const server = await sshd();
        await hello(server.target({ hostKeys: [], acceptNew: true }));
        await expect(hello(server.target({ hostKeys: [stranger.fingerprint] }))).rejects.toMatchObject({ name: "HostKeyMismatch" });
        expect(server.connections).toBe(1);
    });

    it("the key that was seen can be pinned", async () => {
        const server = await sshd();
        const line = await sshHost(server.target({ hostKeys: [], acceptNew: true })).hostKey(soon());
        expect(line).toBe(ed.public);
        expect(await hello(server.target({ hostKeys: [line] }))).toBe("hello\n");
    });

    it("what is no key is said before connecting", async () => {
        const server = await sshd();
        await expect(hello(server.target({ hostKeys: ["MD5:aa:bb"] }))).rejects.toMatchObject({
            name: "InvalidInput",
            message: expect.stringContaining('"MD5:aa:bb"') as string,
        });
        expect(server.connections).toBe(0);
    });

    it("known_hosts is read once per host and connection, not for every command", async () => {
        const server = await sshd({ hostKeys: [ed] });
        const target = server.target({ hostKeys: [], knownHosts: known(`${here(server)} ${ed.public}`) });
        const host = sshHost(target);
        const said = async (): Promise<string> => (await host.exec(["echo", "hello"], { deadline: soon() })).stdout;
        expect(await said()).toBe("hello\n");
        known(`${here(server)} ${stranger.public}`);
        expect(await said()).toBe("hello\n");
        await expect(hello({ ...target })).rejects.toMatchObject({ name: "HostKeyMismatch" });
        expect(server.connections).toBe(1);
    });

    it("known_hosts as ssh-keygen writes it", () => {
        const path = known(
            `example.org,192.0.2.1 ${ed.public}`,
            `[example.org]:2222 ${ecdsa.public} comment`,
            `@cert-authority *.org ${rsa.public}`,
            "# note",
            "",
        );
        execFileSync("ssh-keygen", ["-q", "-H", "-f", path], { stdio: "ignore" });
        const types = (address: string, port: number): string[] => knownKeys(path, address, port).map(({ type }) => type);
        expect([types("example.org", 22), types("192.0.2.1", 22), types("example.org", 2222), types("www.example.org", 22)]).toEqual([
            ["ssh-ed25519"],
            ["ssh-ed25519"],
            ["ecdsa-sha2-nistp256"],
            [],
        ]);
    });
});

describe("trouble on the way", () => {
    it("connections dropped before the banner are tried again, a few times", async () => {
        const server = await sshd({ drop: 3 });
        expect([await hello(server.target()), server.connections]).toEqual(["hello\n", 4]);
    });

    it("and not for ever", async () => {
        const server = await sshd({ drop: 100 });
        const error = hello(server.target({})).catch((each: unknown) => each);
        expect(await error).toMatchObject({
            name: "Unreachable",
            details: { dispatched: false },
            message: expect.stringContaining("dropped the connection 7 times") as string,
        });
    });

    it("nobody there: at once, once", async () => {
        const server = await sshd();
        const target = server.target();
        await server.stop();
        started.pop();
        await expect(hello(target)).rejects.toMatchObject({
            name: "Unreachable",
            message: expect.stringContaining("ECONNREFUSED") as string,
        });
    });

    it("a server that says nothing: until the deadline", async () => {
        const mute = createServer((socket) => socket.on("error", () => undefined));
        await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
        const { port } = mute.address() as { port: number };
        const target: SshTarget = { address: "127.0.0.1", port, username: "root", password: "x", hostKeys: [ed.public] };
        await expect(sshHost(target).exec(["true"], { deadline: Deadline.in(300) })).rejects.toMatchObject({
            name: "Timeout",
            details: { dispatched: false },
        });
        mute.close();
    });

    it("through a jump host, both keys checked", async () => {
        const [jump, inner] = [await sshd({ hostKeys: [ecdsa] }), await sshd()];
        const target = inner.target({ jump: jump.target() });
        expect(await hello(target)).toBe("hello\n");
        expect([jump.logins, jump.commands, inner.commands]).toEqual([1, [], ["echo hello"]]);
        await closeAll();
        await expect(hello({ ...target, jump: jump.target({ hostKeys: [stranger.public] }) })).rejects.toMatchObject({
            name: "HostKeyMismatch",
        });
        await expect(hello({ ...target, hostKeys: [stranger.public] })).rejects.toMatchObject({ name: "HostKeyMismatch" });
    });

    it("a host that shuts down behind a jump host is noticed at once, and reached again", async () => {
        const [jump, inner] = [await sshd(), await sshd()];
        const target = inner.target({ jump: jump.target() });
        const lost = expect(sshHost(target).exec(["sleep", "2"], { deadline: soon() })).rejects.toMatchObject({ name: "Unreachable" });
        while (inner.commands.length === 0) await sleep(10);
        inner.leave();
        await lost;
        expect([await hello(target), jump.logins, inner.logins]).toEqual(["hello\n", 1, 2]);
    });

    it("sudo: commands go through it, its refusal is Denied", async () => {
        const bin = join(folder, "sudo");
        writeFileSync(
            bin,
            '#!/bin/sh\n[ "$3" = forbidden ] && { echo "sudo: a password is required" >&2; exit 1; }\nshift 2; exec "$@"\n',
            { mode: 0o755 },
        );
        const path = process.env["PATH"];
        process.env["PATH"] = `${folder}:${path}`;
        try {
            const server = await sshd();
            const host = sshHost(server.target({ sudo: true }));
            expect((await host.exec(["echo", "a b"], { deadline: soon() })).stdout).toBe("a b\n");
            expect(server.commands).toEqual(["sudo -n -- echo 'a b'"]);
            await expect(host.exec(["forbidden"], { deadline: soon() })).rejects.toMatchObject({
                name: "Denied",
                message: expect.stringContaining("a password is required") as string,
            });
        } finally {
            process.env["PATH"] = path;
        }
    });
});

describe("executor by SSH", () => {
    it("a batch that is cut in the middle is rolled back; sent again, it succeeds", async () => {
        const server = await sshd();
        const executor = new Executor(sshHost(server.target()), {
            lock: join(folder, "lock"),
            journal: join(folder, "journal"),
            shared: "/nonexistent",
        });
        const batch = { units: [unit("u", write(join(folder, "a"), "x"), run("sleep", "1"))], verify: [], commit: [] };
        const lost = expect(executor.batch(batch, soon())).rejects.toMatchObject({ name: "Unreachable", details: { dispatched: true } });
        while (!existsSync(join(folder, "a"))) await sleep(5);
        server.cut();
        await lost;
        for (let i = 0; i < 200 && readdirSync(join(folder, "journal")).length > 0; i++) await sleep(20);
        expect([existsSync(join(folder, "a")), readdirSync(join(folder, "journal"))]).toEqual([false, []]);
        expect((await executor.batch(batch, soon())).units["u"]).toMatchObject({ ok: true, changed: true });
        expect(executor.stats()).toMatchObject({ opens: 2, batches: 2 });
    });

    it("waits for what is asked, and does not keep the process running after that", async () => {
        const server = await sshd();
        const script = `
            const { sshHost, Executor } = require("${join(__dirname, "..")}");
            const { Deadline } = require("${join(__dirname, "../../base/deadline")}");
            const host = sshHost(${JSON.stringify(server.target())});
            const executor = new Executor(host, { lock: "${folder}/lock", journal: "${folder}/journal", shared: "/nonexistent" });
            const deadline = Deadline.in(60_000);
            executor.ping(deadline)
                .then(() => host.exec(["sh", "-c", "sleep 0.3; echo late"], { deadline }))
                .then(({ stdout }) => process.stdout.write(stdout));`;
        const began = Date.now();
        const { stdout } = await promisify(execFile)(join(__dirname, "../../../node_modules/.bin/tsx"), ["-e", script], {
            timeout: 15_000,
        });
        expect(stdout).toBe("late\n");
        expect(Date.now() - began).toBeLessThan(10_000);
    });
});

describe("pct exec", () => {
    const pct = `#!/bin/sh
[ "$1 $3" = "exec --" ] || exit 99
case $2 in
105) shift 3; exec "$@" ;;
230) echo "container '230' not running!" >&2; exit 255 ;;
*) echo "Configuration file 'nodes/pve1/lxc/$2.conf' does not exist" >&2; exit 2 ;;
esac
`;
    let path: string | undefined;
    beforeEach(() => {
        writeFileSync(join(folder, "pct"), pct, { mode: 0o755 });
        path = process.env["PATH"];
        process.env["PATH"] = `${folder}:${path}`;
    });
    afterEach(() => (process.env["PATH"] = path));

    it("runs commands with an environment of their own, and the executor", async () => {
        const server = await sshd();
        const node = sshHost(server.target());
        const host = pctHost(node, "pve1", 105);
        expect(host.name).toBe("CT 105 on pve1");
        expect(await host.exec(["sh", "-c", "cat; exit 7"], { stdin: "in", deadline: soon() })).toEqual({
            code: 7,
            stdout: "in",
            stderr: "",
        });
        expect((await host.exec(["env"], { deadline: soon() })).stdout).toBe(
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/root\nLC_ALL=C\n",
        );
        expect((await host.exec(["no-such-command"], { deadline: soon() })).code).toBe(127);
        const executor = new Executor(host, { lock: join(folder, "lock"), journal: join(folder, "journal"), shared: "/nonexistent" });
        await executor.ping(soon());
        expect(server.logins).toBe(1);
    });

    it.each<[number, string, RegExp]>([
        [230, "Unreachable", /CT 230 on pve1 is not running; start it/],
        [404, "NotFound", /CT 404 on pve1 does not exist there: it was deleted or moved/],
    ])("CT %i: %s, for commands and for the executor", async (vmid, name, message) => {
        const host = pctHost(sshHost((await sshd()).target()), "pve1", vmid);
        const expected = { name, message: expect.stringMatching(message) as string, details: { dispatched: false } };
        await expect(host.exec(["true"], { deadline: soon() })).rejects.toMatchObject(expected);
        await expect(new Executor(host).ping(soon())).rejects.toMatchObject(expected);
    });

    it("a command of the container that only looks like it is no failure of pct", async () => {
        const host = pctHost(sshHost((await sshd()).target()), "pve1", 105);
        expect(await host.exec(["sh", "-c", "echo \"container '230' not running!\" >&2; exit 255"], { deadline: soon() })).toMatchObject({
            code: 255,
        });
    });
});
