import { request } from "node:http";
import type { Control } from "../../lab/src/api/control";
import { labAccess } from "../../lab/src/client";
import { spending } from "./spent";

type Method = keyof Control;

/** Calls a method of the lab's control (test/lab/src/api/control.ts) from this process: faults, the request log, calls as root@pam. */
export function control<M extends Method>(method: M, ...args: Parameters<Control[M]>): Promise<Awaited<ReturnType<Control[M]>>> {
    return spending("lab", () => ask(method, args));
}

function ask<M extends Method>(method: M, args: Parameters<Control[M]>): Promise<Awaited<ReturnType<Control[M]>>> {
    return new Promise((resolve, reject) => {
        // A separate connection: the lab may close a kept-alive one while this process is busy.
        const to = { socketPath: labAccess().controlSocket, path: `/${method}`, method: "POST", agent: false };
        const call = request(to, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
            response.on("end", () => {
                const { result, error } = JSON.parse(text) as { result?: unknown; error?: string };
                if (response.statusCode === 200) resolve(result as Awaited<ReturnType<Control[M]>>);
                else reject(new Error(`${method}: ${error}`));
            });
        });
        call.on("error", reject);
        call.end(JSON.stringify(args));
    });
}
