import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { type AddressInfo, createServer, connect, type Server as TcpServer, type Socket } from "node:net";
import { type AuthContext, type Connection, Server, utils } from "ssh2";
import type { SshTarget } from "../../../provider/hosts/ssh/target";

export interface Keys {
    private: string;
    public: string;
    fingerprint: string;
}

export function newKey(type: "ed25519" | "ecdsa" | "rsa" = "ed25519", passphrase?: string): Keys {
    const size = type === "ed25519" ? {} : { bits: type === "rsa" ? 2048 : 256 };
    const lock = passphrase === undefined ? {} : { passphrase, cipher: "aes256-cbc", rounds: 1 };
    const pair = usablePair(() => utils.generateKeyPairSync(type as "rsa", { ...size, ...lock } as { bits: number }), passphrase);
    const blob = Buffer.from(pair.public.split(" ")[1]!, "base64");
    return {
        private: pair.private,
        public: pair.public,
        fingerprint: `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
    };
}

type KeyPair = ReturnType<typeof utils.generateKeyPairSync>;

/** Of ssh2's ed25519 keys about one in 400 is malformed (22 of 8,000 with 1.17; of ssh-keygen's, none of 700). */
function usablePair(make: () => KeyPair, passphrase: string | undefined): KeyPair {
    const pair = make();
    return utils.parseKey(pair.private, passphrase) instanceof Error ? usablePair(make, passphrase) : pair;
}

export interface ServerOptions {
    hostKeys: Keys[];
    /** Who may log in; undefined: it answers by itself. Default: anybody with the password `right`. */
    admit?: (auth: AuthContext) => boolean | undefined;
    /** Connections to drop before the banner, as MaxStartups does. */
    drop?: number;
    /** Sessions per connection. */
    maxSessions?: number;
}

/** An sshd whose sessions run real commands in a shell. A plain TCP server in front of it drops and cuts connections. */
export class TestSshd {
    connections = 0;
    logins = 0;
    dropped = 0;
    /** Highest number of sessions open at the same time. */
    peak = 0;
    readonly commands: string[] = [];
    private readonly sockets = new Set<Socket>();
    private readonly children = new Set<ChildProcess>();

    private constructor(
        private readonly options: ServerOptions,
        private readonly inner: Server,
        private readonly front: TcpServer,
    ) {}

    static async start(options: ServerOptions): Promise<TestSshd> {
        const inner = new Server({ hostKeys: options.hostKeys.map((key) => key.private) });
        const front = createServer();
        const sshd = new TestSshd(options, inner, front);
        inner.on("connection", (client) => sshd.serve(client));
        inner.on("error", () => undefined);
        front.on("connection", (socket) => sshd.accept(socket));
        await Promise.all([inner, front].map((server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))));
        return sshd;
    }

    get port(): number {
        return (this.front.address() as AddressInfo).port;
    }

    target(more: Partial<SshTarget> = {}): SshTarget {
        return {
            address: "127.0.0.1",
            port: this.port,
            username: "root",
            password: "right",
            hostKeys: this.options.hostKeys.map((key) => key.public),
            ...more,
        };
    }

    /** Drops all connections abruptly. */
    cut(): void {
        for (const socket of this.sockets) socket.resetAndDestroy();
    }

    /** Ends all connections cleanly, as a host does on shutdown. */
    leave(): void {
        for (const socket of this.sockets) socket.end();
    }

    async stop(): Promise<void> {
        this.cut();
        for (const child of this.children) child.kill("SIGKILL");
        await Promise.all([this.inner, this.front].map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
    }

    private accept(socket: Socket): void {
        this.connections++;
        this.sockets.add(socket);
        socket.on("error", () => undefined).on("close", () => this.sockets.delete(socket));
        if (this.dropped < (this.options.drop ?? 0)) {
            this.dropped++;
            socket.resetAndDestroy();
            return;
        }
        const through = connect((this.inner.address() as unknown as AddressInfo).port, "127.0.0.1");
        through.on("error", () => undefined).on("close", () => socket.destroy());
        socket.on("close", () => through.destroy());
        socket.pipe(through).pipe(socket);
    }

    private serve(client: Connection): void {
        let open = 0;
        client.on("error", () => undefined);
        client.on("authentication", (auth) => {
            const admit = this.options.admit ?? ((each): boolean => each.method === "password" && each.password === "right");
            const verdict = admit(auth);
            if (verdict) auth.accept();
            else if (verdict === false) auth.reject(["password", "publickey", "keyboard-interactive"]);
        });
        client.on("ready", () => this.logins++);
        client.on("tcpip", (accept, _reject, info) => {
            const channel = accept();
            const socket = connect(info.destPort, info.destIP);
            socket.on("error", () => channel.close());
            channel.on("error", () => undefined).on("close", () => socket.destroy());
            channel.pipe(socket).pipe(channel, { end: false });
            // Like OpenSSH: when one side closes, the channel stays half open until the other does too.
            socket.on("end", () => channel.eof());
        });
        client.on("session", (accept, reject) => {
            if (open >= (this.options.maxSessions ?? 10)) return reject();
            this.peak = Math.max(this.peak, ++open);
            const session = accept();
            session.on("exec", (acceptExec, _rejectExec, { command }) => {
                this.commands.push(command);
                const stream = acceptExec();
                const child = spawn("sh", ["-c", command], { env: process.env });
                this.children.add(child);
                child.stdin.on("error", () => undefined);
                stream.on("error", () => undefined);
                stream.pipe(child.stdin);
                child.stdout.on("data", (chunk) => stream.write(chunk));
                child.stderr.on("data", (chunk) => stream.stderr.write(chunk));
                stream.on("close", () => child.stdin.destroy());
                child.on("close", (code, signal) => {
                    this.children.delete(child);
                    open--;
                    if (signal) stream.exit(signal, false, "");
                    else stream.exit(code ?? 0);
                    stream.end();
                });
            });
        });
    }
}
