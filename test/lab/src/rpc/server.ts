import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import type { Duplex } from "node:stream";
import type { NodeLayout } from "../machine/layout";
import { execute } from "./exec";
import { encodeFrame, FrameReader } from "./frames";
import { pct } from "./pct";
import { pveam } from "./pveam";
import { pvesm } from "./pvesm";
import { pveum } from "./pveum";
import { CommandError } from "./session";
import type { Request, Session } from "./session";

const programs: Record<string, (session: Session) => Promise<number>> = { pct, pveam, pvesm, pveum, zfs: pool, zpool: pool };

async function pool(session: Session): Promise<number> {
    const { program, argv, env } = session.request;
    return execute(session, await session.poolCommand([program, ...argv]), env);
}

type Surroundings = Pick<Session, "call" | "guestCommand" | "poolCommand" | "rescan" | "nodeCommand">;

/** Listens for one node's `pct` and `pvesm` on the socket that is bound into the node. */
export async function serveNodeCommands(node: NodeLayout, around: Surroundings): Promise<void> {
    const path = join(node.rpcDir, "pve.sock");
    rmSync(path, { force: true });
    const server = createServer((socket) => serveCommands(node.name, socket, around));
    await new Promise<void>((resolve) => server.listen(path, resolve));
    chmodSync(path, 0o600); // PVE's commands are root's; others come by sudo.
}

/** One connection of a node's shim. */
export function serveCommands(node: string, socket: Duplex, around: Surroundings): void {
    const reader = new FrameReader();
    const stdin = new PassThrough();
    const gone = new AbortController();
    socket.on("error", () => undefined); // `close` follows.
    socket.on("close", () => {
        gone.abort();
        stdin.end();
    });
    const send = (kind: string, data: Buffer | string): void => {
        if (socket.writable) socket.write(encodeFrame(kind, data));
    };
    socket.on("data", (chunk: Buffer) => {
        for (const { kind, payload } of reader.push(chunk)) {
            if (kind === "R") {
                const request = JSON.parse(payload.toString()) as Request;
                const session: Session = {
                    node,
                    request,
                    stdin,
                    gone: gone.signal,
                    out: (data) => send("1", data),
                    err: (data) => send("2", data),
                    ...around,
                };
                void answer(session).then((code) => {
                    send("X", String(code));
                    socket.end();
                });
            } else if (payload.length > 0) {
                if (!stdin.write(payload)) pauseUntilDrained(socket, stdin);
            } else {
                stdin.end();
            }
        }
    });
}

async function answer(session: Session): Promise<number> {
    const program = programs[session.request.program];
    try {
        return program ? await program(session) : 127;
    } catch (error) {
        session.err(`${error instanceof Error ? error.message : String(error)}\n`);
        return error instanceof CommandError ? error.code : 255;
    }
}

function pauseUntilDrained(socket: Duplex, stdin: PassThrough): void {
    socket.pause();
    stdin.once("drain", () => socket.resume());
}
