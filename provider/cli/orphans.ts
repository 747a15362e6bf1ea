import { readFileSync } from "node:fs";
import { Deadline } from "../base/deadline";
import type { Log } from "../base/log";
import { pveClient } from "../proxmox/client/client";
import { listMarked, orphansOf, removeOrphan } from "../machines/orphans";
import { markKeys } from "../machines/mark-keys";
import type { Marked } from "../machines/orphans";
import { resolveConnection } from "../runtime/connection";
import { parsedArguments } from "./arguments";

export const ORPHANS_HELP = `pvesmb orphans [--state FILE]... [--remove] [--destroy-data] [--json]

Lists containers that have the mark of pvesmb but are in none of the given states: what a killed \`pulumi up\` leaves behind if
\`pulumi destroy\` follows it. The connection comes from the environment (PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN, ...). A mark must be
signed with your secret (PVESMB_MARK_SECRET, otherwise the API token); others are listed but never removed.

  --state FILE     output of \`pulumi stack export\` of a stack on this cluster, "-" for standard input; repeat it for every stack
  --remove         destroy the orphans, except those that may hold data and those that are being created right now
  --destroy-data   with --remove: also those that may hold data (finished, or with data volumes)
  --json           print the orphans as JSON on one line, and everything else on standard error
`;

interface Checkpoint {
    deployment?: { resources?: { type?: string; id?: string }[] } | null;
}

/** The nonces of all gateways in an exported state. Throws for any other text, which would turn all gateways into orphans. */
export function noncesIn(state: string): string[] {
    const { deployment } = parsed(state);
    if (typeof deployment !== "object" || deployment === null) throw new Error("--state: this is not what `pulumi stack export` prints");
    return (deployment.resources ?? []).filter(({ type }) => type?.endsWith(":SmbGateway")).flatMap(({ id }) => id?.split("/")[2] ?? []);
}

function parsed(state: string): Checkpoint {
    try {
        return Object(JSON.parse(state)) as Checkpoint;
    } catch {
        return {};
    }
}

export async function orphans(args: string[], log: Log): Promise<number> {
    const { values } = parsedArguments({
        args,
        options: {
            state: { type: "string", multiple: true, default: [] },
            remove: { type: "boolean", default: false },
            "destroy-data": { type: "boolean", default: false },
            json: { type: "boolean", default: false },
        },
    });
    const states = values.state.map((file) => readFileSync(file === "-" ? 0 : file, "utf8"));
    if (values.remove && states.length === 0) {
        log.warn("--remove needs at least one --state: without it every gateway would count as an orphan");
        return 2;
    }
    const nonces = new Set(states.flatMap(noncesIn));
    const connection = resolveConnection(undefined, process.env, undefined);
    const keys = markKeys(connection);
    const pve = pveClient(connection, log).within(Deadline.in(600_000));
    const found = orphansOf(await listMarked(pve, keys), nonces);
    if (values.json) log.info(JSON.stringify(found));
    else for (const each of found) log.info(line(each));
    if (!values.json && found.length === 0) log.info("no orphans");
    if (!values.remove) return 0;

    const say = (text: string): void => (values.json ? log.warn(text) : log.info(text));
    let kept = 0;
    for (const each of found) {
        const why = reasonToKeep(each, values["destroy-data"]);
        if (why === undefined) await removeOrphan(pve, each, keys);
        else kept++;
        say(why === undefined ? `removed CT ${each.vmid} on ${each.node}` : `kept CT ${each.vmid} on ${each.node}: ${why}`);
    }
    return kept > 0 ? 1 : 0;
}

/** The volume of an unfinished gateway is either empty or an existing one that was attached to it; nothing shows which. */
export function reasonToKeep({ authentic, busy, mark, volumes }: Marked, destroyData: boolean): string | undefined {
    if (!authentic)
        return "its mark is not authentic, so it is not removed: anyone who can edit notes could have written it. If an earlier version of pvesmb or another secret made it, set that secret (PVESMB_MARK_SECRET, PVESMB_MARK_SECRET_PREVIOUS), or remove the container in Proxmox VE";
    if (busy) return "it is being created right now";
    if (destroyData) return undefined;
    if (mark.phase !== "creating") return "it is finished, so it may hold data and be in use; --destroy-data removes it too";
    return volumes.length > 0 ? `it has data volumes (${volumes.join(", ")}); --destroy-data removes them too` : undefined;
}

function line({ node, vmid, hostname, mark, volumes, busy, authentic }: Marked): string {
    const data = volumes.length > 0 ? `, data: ${volumes.join(", ")}` : "";
    // Do not print text that a stranger may have written.
    if (!authentic) return `CT ${vmid} on ${node} (${hostname}), with a mark that is not authentic${data}`;
    const phase = busy ? "being created" : mark.phase === "creating" ? "half-made" : "finished";
    return `CT ${vmid} on ${node} (${hostname}), ${phase}, of ${mark.key}${data}`;
}
