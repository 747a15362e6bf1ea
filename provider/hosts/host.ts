import type { Duplex, Readable } from "node:stream";
import type { Deadline } from "../base/deadline";
import type { PvesmbError } from "../base/errors";

export interface ExecResult {
    code: number;
    stdout: string;
    stderr: string;
}

/** A running command with open streams. */
export interface Channel {
    /** stdin (write side) and stdout (read side). */
    readonly io: Duplex;
    readonly stderr: Readable;
    /** Settles when the command has ended or the connection is lost (code undefined). */
    readonly closed: Promise<{ code?: number; signal?: string }>;
    /** Ends the command at once. */
    destroy(): void;
}

/**
 * A place where commands run as root: reached by SSH, by `pct exec` over the SSH of its PVE node, or (later) by the QEMU agent. Callers
 * cannot tell which. Arguments are argv, quoted by the transport; they must not contain secrets.
 */
export interface Host {
    /** For messages: `192.168.1.50` or `CT 105 on pve1`. */
    readonly name: string;
    /** Identifies the place and the way to it: equal only if both are. */
    readonly id: string;
    exec(argv: readonly string[], options: { stdin?: string | Buffer; deadline: Deadline }): Promise<ExecResult>;
    open(argv: readonly string[], deadline: Deadline): Promise<Channel>;
    /**
     * Turns an exit caused by the transport itself (sudo wants a password, the container is stopped) into a typed error. `exec` throws it.
     */
    failure?(ended: { code: number; stderr: string }): PvesmbError | undefined;
}
