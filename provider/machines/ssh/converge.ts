import { randomBytes } from "node:crypto";
import { PvesmbError } from "../../base/errors";
import type { ChangeContext } from "../../base/handler";
import { rememberPins } from "../../base/pins";
import type { Host } from "../../hosts";
import type { ExistingInputs } from "../../model";
import type { FoundHost } from "../../samba/beside/detect";
import { uncOf } from "../../samba/unc";
import { existingId, nonceOf } from "../id";
import type { Tenant } from "../kind";
import type { ExistingState, Outputs } from "../state";
import { lookOver, refuseHost } from "./examine";
import { foundExisting } from "./machine";
import { markIn, onGateway } from "./mark";
import type { HostMark } from "./mark";
import { existingHost } from "./reach";

/**
 * Makes a gateway on a host that has none. One that an interrupted create of this very resource left there is finished: nothing is on it yet.
 * One with shares is taken over with `adopt` only, since another stack of the same name may have it.
 */
export async function createExistingGateway(
    ctx: ChangeContext<Outputs>,
    inputs: ExistingInputs,
    tenant: Tenant,
): Promise<{ id: string; state: Outputs }> {
    const host = existingHost(inputs.ssh, ctx.ssh(inputs.connection), undefined);
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
    const id = existingId(inputs.ssh.host, nonce);
    return {
        id,
        state: await converge(ctx, id, { host, found }, inputs, { nonce, ready: false }, { tenant, key: ctx.urn, claim: ctx.urn }),
    };
}

export async function updateExistingGateway(
    ctx: ChangeContext<Outputs>,
    id: string,
    state: ExistingState,
    inputs: ExistingInputs,
    tenant: Tenant,
): Promise<Outputs> {
    const host = existingHost(inputs.ssh, ctx.ssh(inputs.connection), id);
    const found = await lookOver(host, ctx.deadline);
    refuseOther(host, markIn(host, found.mark), state, inputs, nonceOf(id));
    tenant.forget(id);
    return converge(ctx, id, { host, found }, inputs, state, { tenant, key: ctx.urn, claim: nonceOf(id) });
}

/** Another address may be another host, which knows nothing of the gateway. */
function refuseOther(host: Host, mark: HostMark | undefined, state: ExistingState, { ssh }: ExistingInputs, nonce: string): void {
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
    tenant: Tenant;
    key: string;
    claim: string;
}

async function converge(
    ctx: ChangeContext<Outputs>,
    id: string,
    { host, found }: { host: Host; found: FoundHost },
    inputs: ExistingInputs,
    before: Outputs,
    { tenant, key, claim }: Goal,
): Promise<Outputs> {
    const { ssh } = inputs;
    const nonce = nonceOf(id);
    refuseHost(host, found, inputs);
    const begun: Outputs = { ...outputsOf(before), nonce, address: ssh.host, unc: uncOf(ssh.host), ready: before.ready === true };
    ctx.checkpoint(id, begun);
    const fresh = before.ready !== true;
    const { sambaVersion, hostKeys } = await tenant.serve({ host, hostname: ssh.host, owner: { key, nonce }, claim, fresh });
    rememberPins(id, hostKeys);
    tenant.keep(id, foundExisting(ssh, host, nonce));
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
