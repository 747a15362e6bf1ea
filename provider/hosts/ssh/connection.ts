import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import type { Deadline } from "../../base/deadline";
import { messageOf, PvesmbError } from "../../base/errors";
import { within } from "../within";
import type { Channel } from "../host";
import type { Connected } from "./connect";
import type { HostKey } from "./host-keys";

/** sshd's default is 10 sessions per connection (sshd_config(5), MaxSessions); we stay below. */
const CHANNELS = 8;
/** Limit of long-lived channels (agents), so that commands find a free one. */
const LASTING = 6;
const ATTEMPTS = 5;

interface Openable {
    destroy(): unknown;
}
type Open<T> = (use: (error: Error | undefined, channel: T) => void) => void;

/** A logged-in connection and its channels. */
export class Connection {
    readonly key: HostKey;
    closed = false;
    private readonly client: Client;
    private taken = 0;
    private lasting = 0;
    private readonly queue: (() => void)[] = [];

    constructor(
        private readonly name: string,
        { client, key }: Connected,
    ) {
        this.client = client;
        this.key = key;
        client.on("close", () => (this.closed = true));
        client.on("end", () => (this.closed = true));
        client.on("error", () => (this.closed = true));
    }

    /** Reserves a slot for a long-lived channel, for `start`; false: all are taken. */
    takeLasting(): boolean {
        if (this.lasting >= LASTING) return false;
        this.lasting++;
        return true;
    }

    /** Starts a command; if CHANNELS are open, waits for one to close. `lasting`: takeLasting() was true. */
    async start(command: string, lasting: boolean, deadline: Deadline): Promise<Channel> {
        let release: () => void = () => undefined;
        const done = (): void => {
            if (lasting) this.lasting--;
            release();
        };
        try {
            release = await this.slot(deadline);
            const channel = await this.opened<Channel>(
                (use) => this.client.exec(command, (error, stream) => use(error, stream && asChannel(stream))),
                deadline,
            );
            void channel.closed.then(done);
            return channel;
        } catch (error) {
            done();
            throw error;
        }
    }

    /** A TCP connection from that host to another one. */
    async forward(address: string, port: number, deadline: Deadline): Promise<Duplex> {
        return this.opened<Duplex>(
            (use) =>
                this.client.forwardOut("127.0.0.1", 0, address, port, (error, stream) => {
                    stream?.on("error", () => stream.destroy());
                    // A forwarded connection stays half open when its far end closes (unlike a socket of our own), so nothing would notice.
                    stream?.on("end", () => stream.destroy());
                    use(error, stream);
                }),
            deadline,
        );
    }

    close(): void {
        this.closed = true;
        this.client.end();
        const { client } = this;
        // A peer that does not answer the disconnect is cut off.
        setTimeout(() => client.destroy(), 300).unref();
    }

    private async slot(deadline: Deadline): Promise<() => void> {
        if (this.taken >= CHANNELS) {
            let enter: () => void = () => undefined;
            const turn = new Promise<void>((resolve) => this.queue.push((enter = resolve)));
            await within(deadline, `waiting for one of ${CHANNELS} channels to ${this.name}`, turn, {
                onTimeout: () => {
                    const at = this.queue.indexOf(enter);
                    if (at >= 0) this.queue.splice(at, 1);
                },
                dispatched: false,
            });
        } else this.taken++;
        // A slot passes directly to the next waiter, so that no newcomer takes it.
        return () => {
            const next = this.queue.shift();
            if (next) next();
            else this.taken--;
        };
    }

    /** Other clients may use channels too, on a host whose sshd allows fewer: a refused channel is retried shortly. */
    private async opened<T extends Openable>(open: Open<T>, deadline: Deadline): Promise<T> {
        for (let i = 1; ; i++) {
            try {
                return await this.open(open, deadline);
            } catch (error) {
                if (!(error instanceof PvesmbError && error.kind === "Busy") || i === ATTEMPTS || deadline.expired) throw error;
                await deadline.sleep(100 * 2 ** i);
            }
        }
    }

    private async open<T extends Openable>(open: Open<T>, deadline: Deadline): Promise<T> {
        let late = false;
        const opening = new Promise<T>((resolve, reject) => {
            try {
                open((error, channel) => {
                    if (error) reject(this.refused(error));
                    else if (late) channel.destroy();
                    else resolve(channel);
                });
            } catch (error) {
                // Thrown when the connection is already known to be broken: nothing was sent.
                reject(new PvesmbError("Unreachable", `${this.name}: ${messageOf(error)}`, { dispatched: false }));
            }
        });
        return within(deadline, `opening a channel to ${this.name}`, opening, { onTimeout: () => (late = true) });
    }

    private refused(error: Error & { reason?: unknown }): PvesmbError {
        if (/administratively prohibited/i.test(`${String(error.reason)} ${error.message}`))
            return new PvesmbError("Denied", `${this.name}: ${error.message} (AllowTcpForwarding may be off in its sshd_config)`, {
                dispatched: false,
            });
        if (error.reason !== undefined)
            return new PvesmbError("Busy", `${this.name}: sshd refused another channel (${error.message})`, { dispatched: false });
        return new PvesmbError("Unreachable", `${this.name}: connection lost (${error.message})`, { dispatched: true });
    }
}

/** Call it as soon as the stream is open: its end may follow in the same packet. */
function asChannel(stream: ClientChannel): Channel {
    const closed = new Promise<{ code?: number; signal?: string }>((resolve) => {
        let end: { code?: number; signal?: string } = {};
        stream.on("exit", (code: number | null, signal?: string) => (end = { code: code ?? undefined, signal }));
        stream.on("close", () => resolve(end));
    });
    stream.on("error", () => stream.destroy());
    return {
        io: stream,
        stderr: stream.stderr,
        closed,
        destroy: () => {
            // Unread output would hide the close.
            stream.resume();
            stream.stderr.resume();
            stream.end();
            stream.close();
        },
    };
}
