import { spawn } from "node:child_process";
import { join } from "node:path";
import { Server } from "node:net";
import { MachineError } from "../../machine";
import { inNamespace } from "../network";

/**
 * A TCP server socket inside a namespace of the lab, for this process, which stays outside. A short-lived child opens it there and hands
 * it over; connections then arrive here. Pass it to `server.listen()` of node:http or node:https.
 */
export function listenIn(namespace: string, address: string, port: number): Promise<Server> {
    const [command = "", ...args] = inNamespace(namespace, [process.execPath, join(__dirname, "listen-child.cjs"), address, String(port)]);
    const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    return new Promise((resolve, reject) => {
        child.on("message", (message: { error?: string }, handle) => {
            if (handle instanceof Server) resolve(handle);
            else reject(new MachineError(`can't listen on ${address}:${port} in ${namespace}: ${message.error}`));
            child.disconnect();
        });
        child.on("error", reject);
        child.on("exit", () => reject(new MachineError(`can't listen on ${address}:${port} in ${namespace}`)));
    });
}
