/** Tasks, read by those who may (pve-manager PVE/API2/Tasks.pm). */
import { badParameters } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { parseUpid } from "../../pve/upid";
import { flag, need, number, text, userOf, type Call, type Methods } from "../call";
import type { Task } from "../tasks";

/** A user sees its own and its tokens' tasks, a token only those it started itself. */
function owns(call: Call, task: { user: string }): boolean {
    return task.user === call.identity || (!call.identity.includes("!") && userOf(task.user) === call.identity);
}

/** Parses, checks the owner, finds: in PVE's order. */
function readable(call: Call): Task {
    const facts = parseUpid(need(call, "upid"));
    if (!facts) throw badParameters({ upid: "unable to parse worker upid" });
    if (!owns(call, facts)) call.lab.access.check(call.identity, `/nodes/${need(call, "node")}`, "Sys.Audit");
    const task = call.lab.tasks.find(need(call, "upid"));
    if (!task || task.facts.node !== need(call, "node")) throw badParameters({ upid: "no such task" });
    return task;
}

function identityOf(task: Task): Record<string, string> {
    const [user = "", tokenid] = task.facts.user.split("!");
    return { user, ...(tokenid === undefined ? {} : { tokenid }) };
}

function row(task: Task): Record<string, unknown> {
    const { node, pid, pstart, starttime, type, id } = task.facts;
    return {
        upid: task.upid,
        node,
        pid,
        pstart,
        starttime,
        type,
        id,
        ...identityOf(task),
        ...(task.endtime === undefined ? {} : { endtime: task.endtime, status: task.exitstatus }),
    };
}

const statusType = (task: Task): string =>
    task.exitstatus === "OK"
        ? "ok"
        : task.exitstatus?.startsWith("WARNINGS")
          ? "warning"
          : task.exitstatus === "unexpected status"
            ? "unknown"
            : "error";

function list(call: Call): unknown {
    const node = need(call, "node");
    const all = call.lab.access.has(call.identity, `/nodes/${node}`, "Sys.Audit");
    const source = text(call, "source") ?? "archive";
    const kinds = splitList(text(call, "statusfilter"));
    const vmid = text(call, "vmid");
    const found = call.lab.tasks.list().filter((task) => {
        const done = task.endtime !== undefined;
        if (task.facts.node !== node || !(all || owns(call, task.facts))) return false;
        if ((source === "archive" && !done) || (source === "active" && done)) return false;
        if (vmid !== undefined && task.facts.id !== vmid) return false;
        if (text(call, "typefilter") !== undefined && task.facts.type !== text(call, "typefilter")) return false;
        if (text(call, "userfilter") !== undefined && !task.facts.user.includes(text(call, "userfilter") ?? "")) return false;
        if (task.facts.starttime < (number(call, "since") ?? 0) || task.facts.starttime > (number(call, "until") ?? Infinity)) return false;
        if (flag(call, "errors") && (!done || statusType(task) === "ok")) return false;
        return kinds.length === 0 || (done && kinds.includes(statusType(task)));
    });
    const start = number(call, "start") ?? 0;
    return new WithTotal(found.slice(start, start + (number(call, "limit") ?? 50)).map(row), found.length);
}

/** A list that says beside `data` how long it would be in full. */
export class WithTotal {
    constructor(
        readonly data: unknown,
        readonly total: number,
    ) {}
}

function status(call: Call): unknown {
    const task = readable(call);
    const { status: exitstatus, endtime: _, ...facts } = row(task);
    return task.endtime === undefined ? { ...facts, status: "running" } : { ...facts, status: "stopped", exitstatus };
}

function log(call: Call): WithTotal {
    const task = readable(call);
    const start = number(call, "start") ?? 0;
    const limit = number(call, "limit") ?? 50;
    const lines = task.lines.map((line, index) => ({ n: index + 1, t: line }));
    return new WithTotal(limit === 0 ? lines.slice(start) : lines.slice(start, start + limit), lines.length);
}

function abort(call: Call): null {
    const facts = parseUpid(need(call, "upid"));
    if (!facts) throw badParameters({ upid: "unable to parse worker upid" });
    if (!owns(call, facts)) call.lab.access.check(call.identity, `/nodes/${need(call, "node")}`, "Sys.Modify");
    call.lab.tasks.find(need(call, "upid"))?.stop();
    return null;
}

/** The newest tasks of all nodes, as pvestatd broadcasts them. */
function ofCluster(call: Call): unknown {
    const mine = call.lab.tasks
        .list()
        .filter((task) => owns(call, task.facts) || call.lab.access.has(call.identity, `/nodes/${task.facts.node}`, "Sys.Audit"));
    return mine.slice(0, 25).map((task) => {
        const { pid: _, pstart: __, ...rest } = row(task);
        return task.endtime === undefined ? rest : { ...rest, saved: "1" };
    });
}

export const taskMethods: Methods = {
    "GET /nodes/{node}/tasks": list,
    "GET /nodes/{node}/tasks/{upid}": (call) => {
        readable(call);
        return [{ name: "log" }, { name: "status" }];
    },
    "GET /nodes/{node}/tasks/{upid}/status": status,
    "GET /nodes/{node}/tasks/{upid}/log": log,
    "DELETE /nodes/{node}/tasks/{upid}": abort,
    "GET /cluster/tasks": ofCluster,
};
