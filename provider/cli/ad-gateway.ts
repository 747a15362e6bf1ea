import type { Context } from "../base/handler";
import { PvesmbError } from "../base/errors";
import { Deadline } from "../base/deadline";
import type { Log } from "../base/log";
import { formatId } from "../machines/id";
import { markKeys } from "../machines/mark-keys";
import { listMarked } from "../machines/orphans";
import type { Marked } from "../machines/orphans";
import { gatewayRef } from "../model/connection";
import type { GatewayRef } from "../model/connection";
import { pveClient } from "../proxmox/client/client";
import { resolveConnection, resolvePve, resolveSsh } from "../runtime/connection";

/** How long one command may take. */
const LONGEST_MS = 300_000;

/** What a handler gets, from the environment alone. */
export const commandContext = (log: Log): Context<unknown> => ({
    log,
    deadline: Deadline.in(LONGEST_MS),
    connect: (given) => resolveConnection(given, process.env, undefined),
    pve: (given, purpose) => resolvePve(given, process.env, undefined, purpose),
    ssh: (given) => resolveSsh(given, process.env, undefined),
    checkpoint: () => undefined,
});

/** The gateway of that id, VMID or host name. */
export async function gatewayNamed(ctx: Context<unknown>, which: string): Promise<GatewayRef> {
    if (gatewayRef.shape.id.safeParse(which).success) return { id: which };
    const connection = ctx.connect(undefined);
    const pve = pveClient(connection, ctx.log).within(ctx.deadline);
    const marked = await listMarked(pve, markKeys(connection));
    const { node, vmid, mark } = chosen(marked, which);
    return { id: formatId({ node, vmid, nonce: mark.nonce }) };
}

/** Throws unless there is just one. */
export function chosen(marked: readonly Marked[], which: string): Marked {
    const own = marked.filter(({ copy, authentic }) => !copy && authentic);
    const found = own.filter(({ vmid, hostname }) => String(vmid) === which || sameHost(hostname, which));
    const [only] = found;
    const list = (all: readonly Marked[]): string =>
        all.map(({ vmid, hostname, node }) => `${hostname} (CT ${vmid} on ${node})`).join(", ") || "none";
    if (only === undefined)
        throw new PvesmbError("NotFound", `--gateway: there is no gateway ${JSON.stringify(which)}; those of pvesmb here: ${list(own)}`);
    if (found.length > 1)
        throw new PvesmbError("InvalidInput", `--gateway: ${JSON.stringify(which)} is ${list(found)}; give the VMID of one of them`);
    return only;
}

function sameHost(hostname: string, which: string): boolean {
    const [name, wanted] = [hostname.toLowerCase(), which.toLowerCase()];
    return name === wanted || name.split(".")[0] === wanted;
}
