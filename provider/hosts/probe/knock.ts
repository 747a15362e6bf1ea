import { connect } from "node:net";

/** A free address answers nothing: on the same network its neighbours give up after seconds. */
const PATIENCE = 1000;

/**
 * Whether a machine answers at this address: sshd with its greeting, or with a refusal whoever has no service there. A mere connection
 * proves nothing, since what tunnels packets may accept one for somebody who is not there.
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
