import { StringDecoder } from "node:string_decoder";
import type { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import { parsed } from "../../base/json";
import { scrub } from "../../base/scrub";
import type { Channel, Host } from "../host";
import { within } from "../within";
import { agentCommand, agentProgram, type Places } from "./agent-source";
import { reply } from "./answers";

interface Waiting {
    resolve(answer: unknown): void;
    reject(error: PvesmbError): void;
}

/** Id of the message that the agent sends when it is up. */
const HELLO = 0;

/** Longer than any real answer. Without this limit an endless line would fill our memory. */
const LONGEST_LINE = 128 << 20;

/** One running agent and its pending requests. */
export class AgentChannel {
    private readonly waiting = new Map<number, Waiting>();
    private last = HELLO;
    private ready = false;
    private errors = "";
    /** False once the channel is known to be broken; requests then need a new one. */
    alive = true;

    private constructor(
        private readonly host: Host,
        private readonly channel: Channel,
    ) {
        const decoder = new StringDecoder("utf8");
        // Joined once per line: an answer of 16 MiB arrives in a thousand pieces.
        const pieces: string[] = [];
        let length = 0;
        channel.io.on("data", (chunk: Buffer) => {
            for (const [i, piece] of decoder.write(chunk).split("\n").entries()) {
                if (i > 0) {
                    this.hear(pieces.splice(0).join(""));
                    length = 0;
                }
                length += piece.length;
                if (length > LONGEST_LINE) {
                    pieces.length = 0;
                    return this.close();
                }
                pieces.push(piece);
            }
        });
        channel.stderr.on("data", (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-4000)));
        for (const stream of [channel.io, channel.stderr]) stream.on("error", () => channel.destroy());
        void channel.closed.then(({ code }) => this.end(code));
    }

    static async open(host: Host, places: Places, deadline: Deadline): Promise<AgentChannel> {
        const agent = new AgentChannel(host, await host.open(agentCommand(places), deadline));
        const ready = agent.answer(HELLO);
        agent.channel.io.write(agentProgram());
        await within(deadline, `starting python3 on ${host.name}`, ready, { onTimeout: () => agent.close(), dispatched: false });
        agent.ready = true;
        return agent;
    }

    /** Sends one request and waits for its answer. */
    async request(kind: "batch" | "gather" | "ping", spec: unknown, deadline: Deadline): Promise<unknown> {
        const id = ++this.last;
        const answer = this.answer(id);
        // The host's time limit is shorter than ours, so that its answer with the reason still arrives.
        const seconds = (deadline.left - Math.min(2000, deadline.left / 4)) / 1000;
        this.channel.io.write(`${JSON.stringify({ id, do: kind, spec, seconds })}\n`);
        return within(deadline, `waiting for ${this.host.name} (${kind})`, answer, {
            onTimeout: () => {
                this.waiting.delete(id);
                if (this.waiting.size === 0) this.close();
            },
        });
    }

    /** Ends the agent, which first rolls back a running batch. */
    close(): void {
        this.alive = false;
        this.channel.destroy();
    }

    private answer(id: number): Promise<unknown> {
        return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    }

    private hear(line: string): void {
        const said = parsed(reply, line);
        if (said === undefined) {
            // Something else writes to our stdout (a login script, say); it becomes part of the error if the agent does not start.
            this.errors = `${this.errors}${line}\n`.slice(-4000);
            return;
        }
        const waiting = this.waiting.get(said.id);
        this.waiting.delete(said.id);
        if (!waiting) return;
        const { ok, error } = said;
        if (error === undefined) waiting.resolve(ok);
        else waiting.reject(new PvesmbError(error.kind, scrub(`${this.host.name}: ${error.message}`), { dispatched: true }));
    }

    private end(code: number | undefined): void {
        this.alive = false;
        const error = this.explain(code);
        for (const waiting of this.waiting.values()) waiting.reject(error);
        this.waiting.clear();
    }

    private explain(code: number | undefined): PvesmbError {
        const { name } = this.host;
        if (this.ready)
            return new PvesmbError(
                "Unreachable",
                `${name}: the connection was lost before the answer arrived; unfinished changes are rolled back there, it is safe to run again`,
                { dispatched: true },
            );
        if (code === undefined)
            return new PvesmbError("Unreachable", `${name}: the connection was lost before python3 started; run again`, {
                dispatched: false,
            });
        const known = this.host.failure?.({ code, stderr: this.errors });
        const hint = code === 127 ? "; pvesmb requires python3 there" : "";
        const text = scrub(this.errors.trim().slice(-1000));
        return (
            known ??
            new PvesmbError("RemoteFailed", `${name}: python3 did not start (exit code ${code}${hint}): ${text}`, { dispatched: false })
        );
    }
}
