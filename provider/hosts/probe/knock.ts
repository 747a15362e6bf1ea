import { connect } from "node:net";

/** A free address never answers: on the same network, ARP gives up after seconds. */
const PATIENCE = 1000;

/**
 * Whether a machine answers at this address: sshd with its greeting, or a machine without sshd by refusing the connection. An accepted
 * connection alone proves nothing, since a tunnel may accept it for an absent machine.
 */
export function answersAt(host: string, port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ host, port });
        const end = (answers: boolean): void => {
            socket.destroy();
            resolve(answers);
        };
        socket.setTimeout(PATIENCE, () => end(false));
        setTimeout(() => end(false), PATIENCE).unref();
        socket.on("data", () => end(true));
        socket.on("error", (error: NodeJS.ErrnoException) => end(error.code === "ECONNREFUSED"));
        socket.on("close", () => end(false));
    });
}
