import type { Readable } from "node:stream";
import type { PveCall } from "./pve-call";

/** What a node's `pct` or `pvesm` was asked. */
export interface Request {
    program: string;
    argv: string[];
    env: Record<string, string>;
    cwd: string;
    uid: number;
}

/** One running `pct` or `pvesm`: its request, its streams, and what it works on. */
export interface Session {
    node: string;
    request: Request;
    stdin: Readable;
    out(data: Buffer | string): void;
    err(data: Buffer | string): void;
    /** Fires when the command on the node was killed. */
    gone: AbortSignal;
    call: PveCall;
    /** Command line that runs `argv` as root in a guest that runs on this node; undefined when it doesn't. */
    guestCommand(vmid: number, argv: string[], keepEnv: boolean): string[] | undefined;
    /** Command line that runs `zfs` or `zpool` on the node's pool. */
    poolCommand(argv: string[]): Promise<string[]>;
    /** Brings the sizes in containers' configuration up to date; that of one, or of all on this node. */
    rescan(vmid: number | undefined): Promise<void>;
    /** Command line that runs `argv` as root on the node. */
    nodeCommand(argv: string[]): string[];
}

/** Ends a command with PVE's message and exit code. */
export class CommandError extends Error {
    constructor(
        message: string,
        readonly code = 255,
    ) {
        super(message);
    }
}
