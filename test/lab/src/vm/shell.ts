import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "ssh2";
import type { ClientChannel } from "ssh2";
import type { RunResult } from "../machine/run";

export interface Login {
    port: number;
    privateKey: string;
    /** The host key that it must show, as a public key line. */
    hostKey: string;
}

/** One SSH connection to a virtual machine, as root. Ends with the machine, whoever ends that. */
export class Shell {
    private readonly servers: Server[] = [];

    private constructor(private readonly client: Client) {
        client.on("close", () => this.servers.forEach((server) => server.close()));
    }

    /** Tries until somebody answers; `alive` throws when there is no more point in it. */
    static async connect(login: Login, alive: () => void): Promise<Shell> {
        for (;;) {
            alive();
            const client = await once(login).catch(() => undefined);
            if (client) return new Shell(client);
            await sleep(200);
        }
    }

    /** Runs a shell script as root to its end. A failing one does not reject: look at `code`. */
    async run(script: string, options: { input?: string | Buffer; timeout?: number } = {}): Promise<RunResult> {
        const channel = await new Promise<ClientChannel>((resolve, reject) =>
            this.client.exec(script, (error, opened) => (error ? reject(error) : resolve(opened))),
        );
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        channel.on("data", (chunk: Buffer) => out.push(chunk));
        channel.stderr.on("data", (chunk: Buffer) => err.push(chunk));
        channel.end(options.input ?? "");
        const timer = setTimeout(() => channel.destroy(), options.timeout ?? 600_000);
        const code = await new Promise<number>((resolve) => {
            let ended = 137; // Unless it says otherwise, the connection went away.
            channel.on("exit", (status: number | null) => (ended = status ?? 137));
            channel.on("close", () => resolve(ended));
        });
        clearTimeout(timer);
        return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
    }

    /** A port on this machine's loopback that leads to a place seen from the virtual machine. */
    async forward(address: string, port: number): Promise<number> {
        const server = createServer((socket) => this.join(socket, address, port));
        this.servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    /** A Unix socket seen from inside; each connection to it is handed over. */
    async listen(path: string, connected: (stream: Duplex) => void): Promise<void> {
        this.client.on("unix connection", (info, accept) => {
            if (info.socketPath === path) connected(accept());
        });
        await new Promise<void>((resolve, reject) =>
            this.client.openssh_forwardInStreamLocal(path, (error) => (error ? reject(error) : resolve())),
        );
    }

    close(): void {
        this.client.destroy();
    }

    private join(socket: Socket, address: string, port: number): void {
        socket.on("error", () => socket.destroy());
        this.client.forwardOut("127.0.0.1", 0, address, port, (error, channel) => {
            if (error) return socket.destroy();
            channel.on("error", () => channel.destroy());
            channel.on("close", () => socket.destroy());
            socket.pipe(channel).pipe(socket);
        });
    }
}

function once({ port, privateKey, hostKey }: Login): Promise<Client> {
    const expected = Buffer.from(hostKey.split(" ")[1] ?? "", "base64");
    const client = new Client();
    return new Promise((resolve, reject) => {
        client.on("ready", () => resolve(client));
        client.on("error", reject);
        client.on("close", () => reject(new Error("closed")));
        client.connect({
            host: "127.0.0.1",
            port,
            username: "root",
            privateKey,
            readyTimeout: 60_000,
            hostVerifier: (key: Buffer) => key.equals(expected),
        });
    });
}
