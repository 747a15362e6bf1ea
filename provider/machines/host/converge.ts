import { randomBytes } from "node:crypto";
import { PvesmbError } from "../../base/errors";
import type { ChangeContext } from "../../base/handler";
import { rememberPins } from "../../base/pins";
import type { Host } from "../../hosts";
import type { HostInputs } from "../../model";
import type { FoundHost } from "../../samba/beside/detect";
import { uncOf } from "../../samba/unc";
import { hostedId, nonceOf } from "../id";
import type { Tenant } from "../kind";
import type { HostState, Outputs } from "../state";
import { lookOver, refuseHost } from "./examine";
import type { HostSort } from "./sort";
import { foundHost } from "./machine";
import { markIn, onGateway } from "./mark";
import type { HostMark } from "./mark";
import { hostAt } from "./reach";

/**
 * Makes a gateway on a host that has none. One that an interrupted create of this very resource left there is finished: nothing is on it yet.
 * One with shares is taken over with `adopt` only, since another stack of the same name may have it.
 */
export async function createHosted(
    sort: HostSort,
    ctx: ChangeContext<Outputs>,
    inputs: HostInputs,
    tenant: Tenant,
): Promise<{ id: string; state: Outputs }> {
    const host = hostAt(inputs.ssh, ctx.ssh(inputs.connection), undefined);
    const found = await lookOver(host, ctx.deadline);
    const mark = markIn(host, found.mark);
    if (mark !== undefined && mark.key !== ctx.urn)
        throw new PvesmbError(
            "Conflict",
            `ssh.host: ${host.name} is the host of another gateway already (${mark.key}), and a host has one only; nothing was changed. Put the shares on that one, by its \`ref\`, or delete it first`,
            { property: "ssh.host" },
        );
    if (mark !== undefined && !inputs.adopt && (await onGateway(host, ctx.deadline)).length > 0)
        throw new PvesmbError(
            "Conflict",
            `adopt: ${host.name} has the gateway of this very resource already, with shares or users on it, and this stack does not know it; nothing was changed. If no other stack of that name has it, \`adopt: true\` takes it over`,
            { property: "adopt" },
        );
    const nonce = mark?.nonce ?? randomBytes(8).toString("hex");
    const id = hostedId(sort.mode, inputs.ssh.host, nonce);
    return {
        id,
        state: await converge(ctx, id, { host, found }, inputs, { nonce, ready: false }, { sort, tenant, key: ctx.urn, claim: ctx.urn }),
    };
}

export async function updateHosted(
    sort: HostSort,
    ctx: ChangeContext<Outputs>,
    id: string,
    state: HostState,
    inputs: HostInputs,
    tenant: Tenant,
): Promise<Outputs> {
    const host = hostAt(inputs.ssh, ctx.ssh(inputs.connection), id);
    const found = await lookOver(host, ctx.deadline);
    refuseOther(host, markIn(host, found.mark), state, inputs, nonceOf(id));
    tenant.forget(id);
    return converge(ctx, id, { host, found }, inputs, state, { sort, tenant, key: ctx.urn, claim: nonceOf(id) });
}

/** Another address may be another host, which knows nothing of the gateway. */
function refuseOther(host: Host, mark: HostMark | undefined, state: HostState, { ssh }: HostInputs, nonce: string): void {
    if (mark?.nonce === nonce) return;
    if (mark !== undefined)
        throw new PvesmbError(
            "Conflict",
            `ssh.host: ${host.name} is the host of another gateway by now (${mark.key}); nothing was changed`,
            {
                property: "ssh.host",
            },
        );
    if (state.ready === true && state.ssh.host !== ssh.host)
        throw new PvesmbError(
            "Conflict",
            `ssh.host: ${host.name} is not the host of this gateway (it has no mark of pvesmb); nothing was changed. A gateway does not move: make a second one there, copy the files, and delete this one`,
            { property: "ssh.host" },
        );
}

interface Goal {
    sort: HostSort;
    tenant: Tenant;
    key: string;
    claim: string;
}

async function converge(
    ctx: ChangeContext<Outputs>,
    id: string,
    { host, found }: { host: Host; found: FoundHost },
    inputs: HostInputs,
    before: Outputs,
    { sort, tenant, key, claim }: Goal,
): Promise<Outputs> {
    const { ssh } = inputs;
    const nonce = nonceOf(id);
    refuseHost(sort, host, found, inputs);
    for (const warning of sort.warnings(found, inputs)) ctx.log.warn(`${host.name}: ${warning}`);
    const begun: Outputs = { ...outputsOf(before), nonce, address: ssh.host, unc: uncOf(ssh.host), ready: before.ready === true };
    ctx.checkpoint(id, begun);
    const fresh = before.ready !== true;
    const { sambaVersion, hostKeys } = await tenant.serve({ host, hostname: ssh.host, owner: { key, nonce }, claim, fresh });
    rememberPins(id, hostKeys);
    tenant.keep(id, foundHost(ssh, host, nonce));
    return { ...begun, sambaVersion, hostKeys, ready: true };
}

/** A stored state has the inputs beside the outputs. */
const outputsOf = ({ address, hostKeys, sambaVersion, unc, nonce, ready }: Outputs): Outputs => ({
    address,
    hostKeys,
    sambaVersion,
    unc,
    nonce,
    ready,
});
