import { constants } from "node:os";
import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import { trace } from "../../base/trace";
import type { Channel, ExecResult, Host } from "../host";
import { within } from "../within";
import { connection } from "./pool";
import { quote } from "./quote";
import { place, route, type SshTarget } from "./target";

/** A command with more output is ended. */
const LARGEST = 16 * 2 ** 20;

export interface SshHost extends Host {
    /** The host's key as a public key line (`ssh-ed25519 AAAA...`); connects if necessary. */
    hostKey(deadline: Deadline): Promise<string>;
}

/** A host reached by SSH. Targets with the same address, port, user and jump host share a connection. */
export function sshHost(target: SshTarget): SshHost {
    const name = place(target);
    const line = (argv: readonly string[]): string => quote(target.sudo ? ["sudo", "-n", "--", ...argv] : argv);

    const start = async (argv: readonly string[], lasting: boolean, deadline: Deadline): Promise<Channel> => {
        const command = line(argv);
        return (await connection(target, deadline, lasting)).start(command, lasting, deadline);
    };

    const failure = ({ code, stderr }: { code: number; stderr: string }): PvesmbError | undefined => {
        const refusal =
            target.sudo && code !== 0
                ? /^sudo: (?:a password is required|.*not allowed.*|a terminal is required.*|.*not in the sudoers.*)$/m.exec(stderr)
                : null;
        if (refusal === null && !(target.sudo && /^Sorry, user .* is not allowed to execute/m.test(stderr))) return undefined;
        return new PvesmbError(
            "Denied",
            `${name}: ${target.username} is not allowed to run commands as root: ${refusal?.[0] ?? stderr.trim()}`,
            {
                dispatched: false,
            },
        );
    };

    const exec: Host["exec"] = async (argv, { stdin, deadline }) => {
        const began = performance.now();
        const channel = await start(argv, false, deadline);
        const result = await within(deadline, `running ${argv[0] ?? ""} on ${name}`, collect(channel, stdin, name), {
            onTimeout: () => channel.destroy(),
        });
        trace({ kind: "exec", host: name, command: argv[0], code: result.code, ms: Math.round(performance.now() - began) });
        const refused = failure(result);
        if (refused) throw refused;
        return result;
    };

    return {
        name,
        id: `ssh ${route(target)}${target.sudo ? " sudo" : ""}`,
        exec,
        open: (argv, deadline) => start(argv, true, deadline),
        failure,
        hostKey: async (deadline) => (await connection(target, deadline)).key.line,
    };
}

async function collect(channel: Channel, stdin: string | Buffer | undefined, name: string): Promise<ExecResult> {
    const outputs = [channel.io, channel.stderr].map((stream) => {
        const chunks: Buffer[] = [];
        let size = 0;
        stream.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size <= LARGEST) chunks.push(chunk);
            else channel.destroy();
        });
        return () => ({ text: Buffer.concat(chunks).toString(), tooMuch: size > LARGEST });
    });
    channel.io.end(stdin ?? "");
    const { code, signal } = await channel.closed;
    const [stdout, stderr] = outputs.map((output) => output());
    if (stdout?.tooMuch || stderr?.tooMuch)
        throw new PvesmbError("RemoteFailed", `${name}: a command printed more than ${LARGEST / 2 ** 20} MiB and was stopped`, {
            dispatched: true,
        });
    // The exit code that a shell reports for a signal.
    const number =
        code ?? (signal === undefined ? undefined : 128 + (constants.signals[`SIG${signal.replace(/^SIG/, "")}` as NodeJS.Signals] ?? 0));
    if (number === undefined)
        throw new PvesmbError("Unreachable", `${name}: the connection was lost while a command was running`, { dispatched: true });
    return { code: number, stdout: stdout?.text ?? "", stderr: stderr?.text ?? "" };
}
