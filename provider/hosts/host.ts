import type { Duplex, Readable } from "node:stream";
import type { Deadline } from "../base/deadline";
import type { PvesmbError } from "../base/errors";

export interface ExecResult {
    code: number;
    stdout: string;
    stderr: string;
}

/** A command under way, with its streams open. */
export interface Channel {
    /** stdin (write side) and stdout (read side). */
    readonly io: Duplex;
    readonly stderr: Readable;
    /** Settles when the command ended or the connection went away (code undefined). */
    readonly closed: Promise<{ code?: number; signal?: string }>;
    /** Ends it at once. */
    destroy(): void;
}

/**
 * A place where commands run as root: reached by SSH, by `pct exec` over the SSH of its PVE node, or (later) by the QEMU agent. Callers
 * cannot tell which. Arguments are argv, quoted by the transport; nothing secret may be in them.
 */
export interface Host {
    /** For messages: `192.168.1.50` or `CT 105 on pve1`. */
    readonly name: string;
    /** The same for the same place reached the same way; two places never share one. */
    readonly id: string;
    exec(argv: readonly string[], options: { stdin?: string | Buffer; deadline: Deadline }): Promise<ExecResult>;
    open(argv: readonly string[], deadline: Deadline): Promise<Channel>;
    /** When a command's end is really the way to it failing (sudo wants a password, the container is stopped): that, typed. `exec` throws it by itself. */
    failure?(ended: { code: number; stderr: string }): PvesmbError | undefined;
}
