import { isKind, messageOf } from "../../base/errors";
import type { Context } from "../../base/handler";
import { layouts } from "../../gateway/layouts";
import { forgetGateway, keepGateway, layoutOf, openGateway, hostSession } from "../../gateway/session";
import { machineKindFor } from "../../machines";
import type { Tenant } from "../../machines/kind";
import type { GatewayState } from "../../machines/state";
import { gatewayModel } from "../../model";
import type { GatewayInputs } from "../../model";
import { consequencesOf } from "../../model/consequences";
import { DATA_ROOT } from "../../model/paths";
import type { HostSession } from "../../hosts";
import { hostDrift } from "./read";

/** Samba as the tenant of a gateway's machine. */
export function tenantOf(ctx: Context<unknown>, inputs: GatewayInputs, before: Partial<GatewayState> = {}): Tenant {
    const { deadline, log } = ctx;
    let prepared: HostSession | undefined;
    return {
        async serve({ host, hostname, owner, claim, fresh }) {
            const layout = layouts[machineKindFor(inputs).layout];
            const sambaVersion = await layout.install(host, inputs, fresh, deadline, log);
            prepared = hostSession(host, owner.nonce, layout);
            const restart = fresh || restarts(before, inputs);
            const options = { claim, restart, deadline, sambaVersion, formerLockout: before.samba?.lockout };
            return { sambaVersion, ...(await layout.configure(prepared, inputs, hostname, owner, options, log)) };
        },
        keep: (id, found) => keepGateway(id, found, prepared ?? hostSession(found.host, found.nonce, layoutOf(id))),
        forget: forgetGateway,
        drift: (id) => hostDrift(ctx, id, inputs),
        files: (id) => filesOf(ctx, id, inputs),
    };
}

const restarts = (before: Partial<GatewayInputs>, inputs: GatewayInputs): boolean =>
    consequencesOf(gatewayModel, before, inputs).some(({ consequence }) => consequence.effect === "restarts-smbd");

/** Describes the files under the data root; a root that cannot be read counts as data. */
async function filesOf(ctx: Context<unknown>, id: string, { connection, ssh }: GatewayInputs): Promise<string | undefined> {
    try {
        const gateway = await openGateway(ctx, { id, connection, ssh });
        if (gateway.state !== "ready") return "its root file system cannot be read";
        const own = `${DATA_ROOT}/.pvesmb`;
        const find = { name: "files", argv: ["find", DATA_ROOT, "-path", own, "-prune", "-o", "-type", "f", "-print", "-quit"] };
        const look = await gateway.hostSession.executor.gather({ commands: [find] }, ctx.deadline);
        const first = look.commands["files"]?.stdout.trim() ?? "";
        return first === "" ? undefined : `files under ${DATA_ROOT}, for example ${first}`;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy")) throw error;
        return `its files cannot be read: ${messageOf(error)}`;
    }
}
