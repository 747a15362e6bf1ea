import { isKind, messageOf } from "../../base/errors";
import type { Context } from "../../base/handler";
import { forgetGateway, keepGateway, openGateway, workshop } from "../../gateway/session";
import { configureSamba, installSamba } from "../../gateway/setup";
import type { Tenant } from "../../machines/kind";
import type { GatewayState } from "../../machines/state";
import { gatewayModel } from "../../model";
import type { GatewayInputs } from "../../model";
import { consequencesOf } from "../../model/consequences";
import { DATA_ROOT } from "../../model/paths";
import type { Workshop } from "../../hosts";
import { hostDrift } from "./read";

/** Samba as the tenant of a gateway's machine. */
export function tenantOf(ctx: Context<unknown>, inputs: GatewayInputs, before: Partial<GatewayState> = {}): Tenant {
    const { deadline, log } = ctx;
    let shop: Workshop | undefined;
    return {
        async serve({ host, hostname, owner, claim, fresh }) {
            const sambaVersion = await installSamba(host, inputs, fresh, deadline, log);
            shop = workshop(host, owner.nonce);
            const restart = fresh || restarts(before, inputs);
            const options = { claim, restart, deadline, sambaVersion, formerLockout: before.samba?.lockout };
            return { sambaVersion, ...(await configureSamba(shop, inputs, hostname, owner, options, log)) };
        },
        keep: (id, found) => keepGateway(id, found, shop ?? workshop(found.host, found.nonce)),
        forget: forgetGateway,
        drift: (id) => hostDrift(ctx, id, inputs),
        files: (id) => filesOf(ctx, id, inputs),
    };
}

const restarts = (before: Partial<GatewayInputs>, inputs: GatewayInputs): boolean =>
    consequencesOf(gatewayModel, before, inputs).some(({ consequence }) => consequence.effect === "restarts-smbd");

/** Describes the files under the data root; a root that cannot be read counts as data. */
async function filesOf(ctx: Context<unknown>, id: string, { connection }: GatewayInputs): Promise<string | undefined> {
    try {
        const gateway = await openGateway(ctx, { id, connection });
        if (gateway.state !== "ready") return "its root file system cannot be looked at";
        const own = `${DATA_ROOT}/.pvesmb`;
        const find = { name: "files", argv: ["find", DATA_ROOT, "-path", own, "-prune", "-o", "-type", "f", "-print", "-quit"] };
        const look = await gateway.workshop.executor.gather({ commands: [find] }, ctx.deadline);
        const first = look.commands["files"]?.stdout.trim() ?? "";
        return first === "" ? undefined : `files under ${DATA_ROOT}, ${first} for one`;
    } catch (error) {
        if (!isKind(error, "Unreachable", "Timeout", "Busy")) throw error;
        return `its files cannot be looked at: ${messageOf(error)}`;
    }
}
