/** HA resources, and groups (8.x) or rules (9.x) (pve-ha-manager PVE/API2/HA/*.pm). */
import { badParameters, died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { need, others, text, type Call, type Methods } from "../call";
import { digestOf } from "../cluster";
import { checkSameDigest, lockedAs, optionsOf, updateSection, type Options } from "../section-options";

/** pve-ha-manager PVE/HA/Resources/*.pm, Groups.pm, Rules/*.pm. */
const resourceOptions = optionsOf("", "state group comment failback max_restart max_relocate");
const groupOptions = optionsOf("nodes", "comment nofailback restricted");
const ruleOptions: Record<string, Options> = {
    "node-affinity": optionsOf("resources nodes", "strict disable comment"),
    "resource-affinity": optionsOf("resources affinity", "disable comment"),
};

const numeric = new Set(["max_restart", "max_relocate", "failback", "nofailback", "restricted", "disable", "strict"]);

function asJson(values: Record<string, string>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, numeric.has(key) ? Number(value) : value]));
}

/** `100` and `ct:100` both name the container 100. */
function sid(call: Call): string {
    const given = need(call, "sid");
    if (given.includes(":")) return given;
    return `${call.lab.cluster.guests.get(Number(given))?.kind === "qemu" ? "vm" : "ct"}:${given}`;
}

function checkGroup(call: Call): void {
    const group = text(call, "group");
    if (group === undefined) return;
    if (call.lab.modern) throw died("invalid parameter 'group': ha groups have been migrated to rules");
    if (!call.lab.cluster.haGroups.has(group)) throw died(`HA group '${group}' does not exist`);
}

function resourceRow(call: Call, id: string, values: Record<string, string>): Record<string, unknown> {
    return { sid: id, type: id.split(":")[0], state: "started", ...asJson(values), digest: digestOf([...call.lab.cluster.haResources]) };
}

function createResource(call: Call): null {
    const { cluster } = call.lab;
    const id = sid(call);
    const [kind, vmid] = id.split(":");
    checkGroup(call);
    const guest = cluster.guests.get(Number(vmid));
    if (!guest || (guest.kind === "lxc" ? "ct" : "vm") !== kind) throw died(`resource '${id}' does not exist in cluster`);
    if (cluster.haResources.has(id)) throw died(`create resource failed: resource ID '${id}' already defined`);
    cluster.haResources.set(id, { state: "started", ...others(call, "sid", "type") });
    call.lab.ha.wake(Number(vmid));
    return null;
}

function resource(call: Call): Record<string, string> {
    const found = call.lab.cluster.haResources.get(sid(call));
    if (!found) throw died(`no such resource '${sid(call)}'`);
    return found;
}

async function changeResource(call: Call): Promise<null> {
    checkGroup(call);
    const entry = resource(call);
    await lockedAs("update resources config failed", () => {
        checkSameDigest(digestOf([...call.lab.cluster.haResources]), text(call, "digest"));
        updateSection(entry, others(call, "sid", "type", "delete", "digest"), splitList(text(call, "delete")), resourceOptions);
    });
    call.lab.ha.wake(Number(sid(call).split(":")[1]));
    return null;
}

async function changeGroup(call: Call): Promise<null> {
    if (call.lab.modern) migrated("update group");
    await lockedAs("update ha group failed", () => {
        checkSameDigest(digestOf([...call.lab.cluster.haGroups]), text(call, "digest"));
        updateSection(group(call), others(call, "group", "type", "delete", "digest"), splitList(text(call, "delete")), groupOptions);
    });
    return null;
}

async function changeRule(call: Call): Promise<null> {
    const entry = rule(call);
    await lockedAs("update ha rule failed", () => {
        checkSameDigest(digestOf([...call.lab.cluster.haRules]), text(call, "digest"));
        const set = others(call, "rule", "type", "delete", "digest");
        if (set["disable"] === "0") delete set["disable"];
        updateSection({ ...entry }, set, splitList(text(call, "delete")), ruleOptions[entry["type"] ?? ""]);
        checkRule(call);
        updateSection(entry, set, splitList(text(call, "delete")), undefined);
    });
    return null;
}

function dropResource(call: Call): null {
    const { cluster } = call.lab;
    const id = sid(call);
    if (!cluster.haResources.delete(id)) throw died(`cannot delete service '${id}', not HA managed!`);
    for (const [rule, values] of [...cluster.haRules]) {
        const left = splitList(values["resources"]).filter((entry) => entry !== id);
        if (left.length > 0) values["resources"] = left.join(",");
        else cluster.haRules.delete(rule);
    }
    return null;
}

/** Asks HA to move a resource; done as PVE does it, by a migration of its own. */
function moveResource(call: Call): unknown {
    const id = sid(call);
    const target = need(call, "node");
    resource(call);
    if (!call.lab.machine.nodes().some((node) => node.name === target)) throw died(`no such cluster node '${target}'`);
    call.lab.ha.move(Number(id.split(":")[1]), target);
    return { sid: id, "requested-node": target };
}

const migrated = (what: string): never => {
    throw died(`cannot ${what}: ha groups have been migrated to rules`);
};

function group(call: Call): Record<string, string> {
    const found = call.lab.cluster.haGroups.get(need(call, "group"));
    if (!found) throw died(`no such ha group '${need(call, "group")}'`);
    return found;
}

function checkNodes(call: Call): void {
    const known = call.lab.machine.nodes().map((node) => node.name);
    const missing = splitList(text(call, "nodes"))
        .map((entry) => entry.split(":")[0] ?? "")
        .filter((node) => !known.includes(node));
    if (missing.length > 0) throw died(`cannot use non-existent node(s) ${missing.join(", ")}.`);
}

function checkRule(call: Call): void {
    checkNodes(call);
    const unmanaged = splitList(text(call, "resources")).filter((id) => !call.lab.cluster.haResources.has(id));
    if (unmanaged.length > 0) throw died(`cannot use unmanaged resource(s) ${unmanaged.join(", ")}.`);
}

function rule(call: Call): Record<string, string> {
    const found = call.lab.cluster.haRules.get(need(call, "rule"));
    if (!found) throw died(`no such ha rule '${need(call, "rule")}'`);
    return found;
}

const groupRow = (call: Call, id: string, values: Record<string, string>): Record<string, unknown> => ({
    group: id,
    type: "group",
    ...asJson(values),
    digest: digestOf([...call.lab.cluster.haGroups]),
});

const ruleRow = (call: Call, id: string, values: Record<string, string>): Record<string, unknown> => ({
    rule: id,
    ...asJson(values),
    digest: digestOf([...call.lab.cluster.haRules]),
});

/** 9.2 and later: whether the watchdog is open. It is while the manager runs, which needs something to manage. */
function fencing(call: Call): unknown[] {
    if (call.lab.version !== "9.2") return [];
    const active = call.lab.cluster.haResources.size > 0;
    const state = active ? "armed" : "standby";
    return [
        {
            id: "fencing",
            type: "fencing",
            node: call.lab.machine.nodes()[0]?.name,
            status: `${state} (CRM watchdog ${active ? "active" : "standby"})`,
            "armed-state": state,
        },
    ];
}

function status(call: Call): unknown[] {
    const { cluster, machine } = call.lab;
    const rows = [...cluster.haResources].map(([id, values]) => {
        const guest = cluster.guests.get(Number(id.split(":")[1]));
        return {
            id: `service:${id}`,
            type: "service",
            sid: id,
            node: guest?.node ?? "",
            state: values["state"] ?? "started",
            request_state: values["state"] ?? "started",
            status: `${id} (${guest?.node ?? ""}, ${values["state"] ?? "started"})`,
        };
    });
    const [master] = machine.nodes();
    return [
        {
            id: "quorum",
            type: "quorum",
            node: master?.name,
            status: cluster.quorate ? "OK" : `No quorum on node '${call.via}'!`,
            quorate: cluster.quorate ? 1 : 0,
        },
        ...fencing(call),
        ...rows,
    ];
}

export const haMethods: Methods = {
    "GET /cluster/ha": () => ["resources", "groups", "rules", "status"].map((id) => ({ id })),
    "GET /cluster/ha/resources": (call) => {
        const type = text(call, "type");
        return [...call.lab.cluster.haResources]
            .filter(([id]) => type === undefined || id.startsWith(`${type}:`))
            .map(([id, values]) => resourceRow(call, id, values));
    },
    "POST /cluster/ha/resources": createResource,
    "GET /cluster/ha/resources/{sid}": (call) => resourceRow(call, sid(call), resource(call)),
    "PUT /cluster/ha/resources/{sid}": changeResource,
    "DELETE /cluster/ha/resources/{sid}": dropResource,
    "POST /cluster/ha/resources/{sid}/migrate": moveResource,
    "POST /cluster/ha/resources/{sid}/relocate": moveResource,
    "GET /cluster/ha/groups": (call) =>
        call.lab.modern ? migrated("index groups") : [...call.lab.cluster.haGroups].map(([id, values]) => groupRow(call, id, values)),
    "POST /cluster/ha/groups": (call) => {
        if (call.lab.modern) migrated("create group");
        const id = need(call, "group");
        if (call.lab.cluster.haGroups.has(id)) throw died(`create ha group failed: ha group ID '${id}' already defined`);
        call.lab.cluster.haGroups.set(id, others(call, "group", "type"));
        return null;
    },
    "GET /cluster/ha/groups/{group}": (call) =>
        call.lab.modern ? migrated("get group") : groupRow(call, need(call, "group"), group(call)),
    "PUT /cluster/ha/groups/{group}": changeGroup,
    "DELETE /cluster/ha/groups/{group}": (call) => {
        if (call.lab.modern) migrated("delete group");
        const id = need(call, "group");
        group(call);
        if ([...call.lab.cluster.haResources.values()].some((values) => values["group"] === id)) throw died(`ha group is used by services`);
        call.lab.cluster.haGroups.delete(id);
        return null;
    },
    "GET /cluster/ha/rules": (call) => [...call.lab.cluster.haRules].map(([id, values]) => ruleRow(call, id, values)),
    "POST /cluster/ha/rules": async (call) => {
        const id = need(call, "rule");
        await lockedAs("create ha rule failed", () => checkRule(call));
        if (call.lab.cluster.haRules.has(id)) throw badParameters({ rule: `HA rule '${id}' already defined` });
        call.lab.cluster.haRules.set(id, others(call, "rule"));
        return null;
    },
    "GET /cluster/ha/rules/{rule}": (call) => ruleRow(call, need(call, "rule"), rule(call)),
    "PUT /cluster/ha/rules/{rule}": changeRule,
    "DELETE /cluster/ha/rules/{rule}": (call) => {
        rule(call);
        call.lab.cluster.haRules.delete(need(call, "rule"));
        return null;
    },
    "GET /cluster/ha/status/current": status,
};
