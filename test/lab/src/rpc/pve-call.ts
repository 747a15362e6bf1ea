import type { Control } from "../api/control";
import { PveError } from "../pve/errors";
import { CommandError } from "./session";

export interface PveAnswer {
    status: number;
    reason: string;
    data?: unknown;
    errors?: Record<string, string>;
    message?: string;
}

/** Calls the lab's API as root@pam on a node, without HTTP between. */
export type PveCall = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, params?: Record<string, string>) => Promise<PveAnswer>;

export function rootCalls(control: Control, node: string): PveCall {
    return async (method, path, params) => {
        try {
            return { status: 200, reason: "OK", data: await control.call(method, path, params, "root@pam", node) };
        } catch (error) {
            if (!(error instanceof PveError)) throw error;
            return { status: error.status, reason: error.message.split("\n")[0] ?? "", message: error.message, errors: error.errors };
        }
    };
}

/** The data of an answer; otherwise what PVE's command line prints, with the exit code that Perl's `die` leaves behind (errno, else 255). */
export function dataOf(answer: PveAnswer, usage: string): unknown {
    if (answer.status === 200) return answer.data;
    if (answer.status === 400) {
        const errors = Object.entries(answer.errors ?? {}).map(([key, text]) => `${key}: ${text.trimEnd()}\n`);
        throw new CommandError(`400 Parameter verification failed.\n${errors.join("")}${usage}`);
    }
    const text = (answer.message ?? answer.reason).trimEnd();
    throw new CommandError(text, / does not exist$/.test(text) ? 2 : 255);
}

/** Waits for the task that a call started. */
export async function waitForTask(call: PveCall, upid: string): Promise<string> {
    const node = upid.split(":")[1] ?? "";
    for (;;) {
        const status = dataOf(await call("GET", `/nodes/${node}/tasks/${encodeURIComponent(upid)}/status`), "") as {
            status: string;
            exitstatus?: string;
        };
        if (status.status === "stopped") return status.exitstatus ?? "unexpected status";
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
