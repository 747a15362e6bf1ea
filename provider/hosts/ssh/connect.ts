import { connect as tcp } from "node:net";
import type { Duplex } from "node:stream";
import { Client, type ConnectConfig, utils } from "ssh2";
import type { Deadline } from "../../base/deadline";
import { isKind, messageOf, PvesmbError } from "../../base/errors";
import { within } from "../within";
import { HostKey, HostKeyPolicy } from "./host-keys";
import { place, type SshTarget } from "./target";

/** Attempts when sshd drops the connection: pauses of 0.1 s, 0.2 s, ... 3.2 s, partly random. */
const ATTEMPTS = 7;

export interface Connected {
    client: Client;
    key: HostKey;
}

/** Opens the transport to a target: a TCP connection, or one forwarded through the jump host. */
export type Dial = (deadline: Deadline) => Promise<Duplex>;

/**
 * A new, authenticated connection. Failures: Unreachable, HostKeyMismatch, Denied, InvalidInput, Timeout; no command has run in any of
 * them.
 */
export async function connect(target: SshTarget, dial: Dial, deadline: Deadline): Promise<Connected> {
    const login = credentials(target);
    const policy = new HostKeyPolicy(target);
    const rounds = policy.attempts();
    for (const [i, algorithms] of rounds.entries()) {
        try {
            return await patiently(
                target,
                () => once(target, { ...login, algorithms: { serverHostKey: algorithms } }, policy, dial, deadline),
                deadline,
            );
        } catch (error) {
            // Another key of the host may be the pinned one.
            if (!isKind(error, "HostKeyMismatch") || i === rounds.length - 1) throw error;
        }
    }
    throw policy.absent();
}

/** sshd drops connections while too many are unauthenticated (MaxStartups) or while it starts: retries after a pause. */
async function patiently(target: SshTarget, attempt: () => Promise<Connected>, deadline: Deadline): Promise<Connected> {
    for (let i = 1; ; i++) {
        try {
            return await attempt();
        } catch (error) {
            if (!(error instanceof Dropped)) throw error;
            if (i === ATTEMPTS || deadline.expired)
                throw new PvesmbError(
                    "Unreachable",
                    `${place(target)}: sshd dropped the connection ${i} times before the login (${error.message}); it may be overloaded, or MaxStartups may be too low`,
                    {
                        dispatched: false,
                    },
                );
            await deadline.sleep(100 * 2 ** (i - 1) * (0.75 + Math.random() / 2));
        }
    }
}

class Dropped extends Error {}

async function once(target: SshTarget, login: ConnectConfig, policy: HostKeyPolicy, dial: Dial, deadline: Deadline): Promise<Connected> {
    const client = new Client();
    let refused: PvesmbError | undefined;
    let key: HostKey | undefined;
    const socket = await dial(deadline);
    const ready = new Promise<Connected>((resolve, reject) => {
        client.on("ready", () => {
            if (key) resolve({ client, key });
        });
        // Never removed: an error without a listener would end the process.
        client.on("error", (error: Error & { level?: string; code?: string }) => reject(refused ?? explain(target, error, key, policy)));
        client.on("close", () => reject(refused ?? new Dropped("closed")));
        client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
            finish(prompts.map(() => target.password ?? "")),
        );
        client.connect({
            ...login,
            sock: socket,
            username: target.username,
            readyTimeout: 0,
            hostVerifier: (blob: Buffer): boolean => {
                key = new HostKey(blob);
                refused = policy.refusal(key);
                return refused === undefined;
            },
        });
    });
    try {
        return await within(deadline.atMost(60_000), `logging in to ${place(target)}`, ready, { dispatched: false });
    } catch (error) {
        client.destroy();
        socket.destroy();
        throw error;
    }
}

function explain(
    target: SshTarget,
    error: Error & { level?: string; code?: string },
    key: HostKey | undefined,
    policy: HostKeyPolicy,
): Error {
    if (error.level === "client-authentication") {
        const tried = (["privateKey", "agent", "password"] as const).filter((way) => target[way] !== undefined);
        return new PvesmbError(
            "Denied",
            `${place(target)} rejected the login of ${target.username} (tried: ${tried.join(", ") || "nothing: there is no key, agent or password"}); ` +
                `check that the public key is in ~${target.username}/.ssh/authorized_keys there`,
            { dispatched: false },
        );
    }
    if (/no matching host key format/i.test(error.message)) return policy.absent();
    if (key === undefined) return new Dropped(error.message);
    return new PvesmbError("Unreachable", `${place(target)}: ${error.message}`, { dispatched: false });
}

/** Opens the TCP connection. TCP keep-alive detects dead peers; unlike ssh2's own it does not keep the process running. */
export function direct(target: SshTarget): Dial {
    return async (deadline) => {
        const socket = tcp({ host: target.address, port: target.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 });
        const open = new Promise<void>((resolve, reject) => {
            socket.once("connect", resolve);
            socket.on("error", reject);
        });
        try {
            await within(deadline.atMost(20_000), `connecting to ${place(target)}`, open, {
                onTimeout: () => socket.destroy(),
                dispatched: false,
            });
        } catch (error) {
            if (isKind(error, "Timeout")) throw new PvesmbError("Unreachable", `${place(target)}: no answer`, { dispatched: false });
            if ((error as NodeJS.ErrnoException).code === "ECONNRESET") throw new Dropped(messageOf(error));
            throw new PvesmbError(
                "Unreachable",
                `${place(target)}: ${messageOf(error) || (error as NodeJS.ErrnoException).code || "no connection"}`,
                { dispatched: false },
            );
        }
        socket.unref();
        return socket;
    };
}

function credentials({ privateKey, passphrase, password, agent, address }: SshTarget): ConnectConfig {
    if (privateKey !== undefined) {
        const parsed = utils.parseKey(privateKey, passphrase);
        // The library's text names the fault (format, passphrase) and contains nothing of the key.
        if (parsed instanceof Error)
            throw new PvesmbError("InvalidInput", `the SSH private key for ${address} cannot be used: ${parsed.message}`);
    }
    return {
        authHandler: [
            "none",
            ...(privateKey === undefined ? [] : (["publickey"] as const)),
            ...(agent === undefined ? [] : (["agent"] as const)),
            ...(password === undefined ? [] : (["password", "keyboard-interactive"] as const)),
        ],
        ...(privateKey === undefined ? {} : { privateKey, passphrase }),
        ...(agent === undefined ? {} : { agent }),
        ...(password === undefined ? {} : { password, tryKeyboard: true }),
    };
}
