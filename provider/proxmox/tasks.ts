import { isKind, PvesmbError } from "../base/errors";
import { scrub } from "../base/scrub";
import type { Pve } from "./client/client";
import { route } from "./client/form";
import { meaningOf, PveError } from "./client/known-errors";
import { pollPause } from "./client/timing";
import { row, rows, text } from "./values/scalars";
import { parseUpid } from "./values/upid";

export interface TaskResult {
    /** Lines that PVE marked as warnings, without the mark. The task succeeded. */
    warnings: string[];
}

/** A task of PVE. It continues whether or not we wait. */
export interface Task {
    readonly upid: string;
    readonly node: string;
    readonly type: string;
    /**
     * Waits for the end, also while the node does not answer; `onLine` gets the log. Throws the task's failure (kinds as for calls, end of
     * the log in `details.log`); Unreachable when the result is lost (worker killed, node restarted); Timeout at the deadline: the task
     * goes on, so do not start it again.
     */
    wait(onLine?: (line: string) => void): Promise<TaskResult>;
    /** The log so far; empty when it cannot be read. */
    lines(): Promise<string[]>;
}

const TAIL = 20;

export function task(pve: Pve, upid: string): Task {
    const parsed = parseUpid(upid);
    if (!parsed)
        throw new PveError("Unreachable", `the response of Proxmox VE has no task id: ${scrub(upid) || "nothing"}`, { dispatched: true });
    const { node, type } = parsed;
    return {
        upid,
        node,
        type,
        wait: (onLine) => wait(pve, { upid, node, type }, onLine),
        lines: async () => {
            const lines: string[] = [];
            await showLog(pve, { upid, node, type }, 0, (line) => lines.push(line));
            return lines;
        },
    };
}

type Identity = Pick<Task, "upid" | "node" | "type">;

async function wait(pve: Pve, task: Identity, onLine?: (line: string) => void): Promise<TaskResult> {
    const began = Date.now();
    let shown = 0;
    for (;;) {
        const status = await lookAt(pve, task, Date.now() - began < pve.timing.taskGrace);
        if (onLine) shown = await showLog(pve, task, shown, onLine);
        if (status?.["status"] === "stopped") return ended(pve, task, text(status["exitstatus"]) ?? "unexpected status");
        const pause = pollPause(Date.now() - began, pve.timing.poll);
        if (pause >= pve.deadline.left || pve.deadline.expired)
            throw new PveError(
                "Timeout",
                `${described(task)} is still running, or its node does not respond; it continues without pvesmb. Increase \`timeouts\` and run again`,
                {
                    dispatched: true,
                },
            );
        await pve.deadline.sleep(pause);
    }
}

/** The status; undefined when it cannot be read now, which says nothing about the task. */
async function lookAt(pve: Pve, task: Identity, young: boolean): Promise<Record<string, unknown> | undefined> {
    try {
        return row(await pve.get(route`/nodes/${task.node}/tasks/${task.upid}/status`));
    } catch (error) {
        if (isKind(error, "Unreachable", "Timeout")) return undefined;
        const unknown = isKind(error, "InvalidInput") && /no such task/.test(error.details.errors?.["upid"] ?? "");
        if (unknown && young) return undefined;
        if (unknown)
            throw new PveError("Unreachable", `Proxmox VE no longer knows ${described(task)}; its result is unknown`, {
                dispatched: true,
            });
        throw error;
    }
}

async function ended(pve: Pve, task: Identity, exit: string): Promise<TaskResult> {
    if (exit === "OK") return { warnings: [] };
    const log = await readLog(pve, task, 0).catch((error: unknown) => {
        if (error instanceof PvesmbError) return [`(the task's log cannot be read: ${error.message})`];
        throw error;
    });
    // PVE treats only these two as success (pve-common UPID.pm).
    if (/^WARNINGS: \d+$/.test(exit)) return { warnings: log.flatMap((line) => /^WARN: (.*)$/.exec(line)?.[1] ?? []) };
    throw failed(task, exit, log);
}

function failed(task: Identity, exit: string, log: string[]): PveError {
    const meaning = meaningOf(exit);
    const tail = log.filter((line) => line !== "" && line !== `TASK ERROR: ${exit}`).slice(-TAIL);
    const details = {
        says: meaning?.says,
        log: tail,
        property: meaning?.property,
        dispatched: meaning?.kind === "Unreachable" ? true : undefined,
    };
    const why = meaning?.kind === "Unreachable" ? `ended with an unknown result (${exit})` : `failed: ${exit}`;
    const end = tail.length > 0 ? `\nthe end of its log:\n  ${tail.join("\n  ")}` : "";
    return new PveError(
        meaning?.kind ?? "RemoteFailed",
        scrub(`${described(task)} ${why}${meaning?.hint ? `; ${meaning.hint}` : ""}${end}`),
        details,
    );
}

async function showLog(pve: Pve, task: Identity, from: number, onLine: (line: string) => void): Promise<number> {
    try {
        const lines = await readLog(pve, task, from);
        lines.filter((line) => line !== "").forEach(onLine);
        return from + lines.length;
    } catch (error) {
        // Progress is optional; the status decides.
        if (error instanceof PvesmbError) return from;
        throw error;
    }
}

/** All lines from `start`: limit 0, because the default is 50. An empty log has one line that says so. */
async function readLog(pve: Pve, task: Identity, start: number): Promise<string[]> {
    const lines = rows(await pve.get(route`/nodes/${task.node}/tasks/${task.upid}/log`, { start, limit: 0 })).map((line) =>
        scrub(text(line["t"]) ?? ""),
    );
    return lines.length === 1 && lines[0] === "no content" ? [] : lines;
}

function described({ upid, node, type }: Identity): string {
    return `the task ${type} on ${node} (${upid})`;
}

/** Waits until no task of the caller creates this container; calls `waiting` once if it has to wait. */
export async function untilCreated(pve: Pve, { node, vmid }: { node: string; vmid: number }, waiting?: () => void): Promise<void> {
    const began = Date.now();
    for (let round = 0; await isCreating(pve, node, vmid); round++) {
        if (round === 0) waiting?.();
        pve.deadline.check(`waiting for CT ${vmid}, which is being created`);
        await pve.deadline.sleep(pollPause(Date.now() - began, pve.timing.poll));
    }
}

/** Callers see their own tasks without any privilege. */
async function isCreating(pve: Pve, node: string, vmid: number): Promise<boolean> {
    return rows(await pve.get(route`/nodes/${node}/tasks`, { vmid, source: "active", typefilter: "vzcreate" })).length > 0;
}
