import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { executorFor } from "../../hosts";
import type { Host } from "../../hosts";
import { UNMASK } from "../../samba/beside/node";
import { besideRemovalUnit } from "../../samba/beside/unit";
import { SAMBA } from "../../samba/paths";
import { hostIn, nonceOf } from "../id";
import type { Tenant } from "../kind";
import type { HostState, Outputs } from "../state";
import { notRemovable } from "../unreachable";
import { onGateway, readHostMark } from "./mark";
import { hostAt } from "./reach";
import { NOTES, runScript } from "./script";
import type { HostSort } from "./sort";

/** Puts the host back: our include and files go, the data and the packages stay. */
export async function removeHosted(sort: HostSort, ctx: Context<Outputs>, id: string, state: HostState, tenant: Tenant): Promise<void> {
    const host = hostAt(state.ssh, ctx.ssh(state.connection), id);
    const nonce = nonceOf(id);
    const mark = await readHostMark(host, ctx.deadline).catch(notRemovable(`on ${hostIn(id)}`, { silent: "host", start: "it" }));
    // Nothing of ours, or somebody else's by now. Without a mark a killed removal has come this far.
    if (mark !== undefined && mark.nonce !== nonce) return;
    tenant.forget(id);
    if (mark !== undefined) {
        const executor = executorFor(host);
        await refuseRemaining(ctx, host);
        const unit = besideRemovalUnit(nonce);
        const result = (await executor.batch({ units: [unit], verify: [], commit: [] }, ctx.deadline)).units[unit.key];
        if (result?.ok !== true)
            throw new PvesmbError(result?.kind ?? "RemoteFailed", result?.message ?? `the gateway on ${host.name} could not be removed`);
    }
    executorFor(host).close();
    const kept = state.packages.onDelete === "remove" ? await removedPackages(sort, host, ctx) : undefined;
    await runScript(host, CLEAN, ctx.deadline);
    if (kept !== undefined) ctx.log.warn(`packages.onDelete: ${host.name} keeps what pvesmb installed there, ${kept}`);
}

/** Another gateway that came meanwhile needs the packages. */
const removedPackages = async (sort: HostSort, host: Host, ctx: Context<Outputs>): Promise<string | undefined> =>
    (await readHostMark(host, ctx.deadline)) === undefined ? sort.removePackages(host, ctx.deadline) : undefined;

/** What is on the gateway is deleted before it; what is still there belongs to other programs. */
async function refuseRemaining(ctx: Context<Outputs>, host: Host): Promise<void> {
    const left = await onGateway(host, ctx.deadline);
    if (left.length > 0)
        throw new PvesmbError(
            "Conflict",
            `the gateway on ${host.name} still has shares, users or groups of other programs (${left.slice(0, 5).join(", ")}${left.length > 5 ? ", ..." : ""}), so it is not deleted; delete those first`,
        );
}

/** What is not below /etc. */
const CLEAN = `set -eu
[ ! -e ${SAMBA.mark} ] || exit 0
rm -rf /run/pvesmb
${UNMASK}if [ -d /srv/pvesmb ] && [ -z "$(find /srv/pvesmb -mindepth 1 -path /srv/pvesmb/.pvesmb -prune -o -mindepth 1 -print -quit)" ]; then
    rm -rf /srv/pvesmb/.pvesmb
    rmdir --ignore-fail-on-non-empty /srv/pvesmb
fi
rm -rf /var/lib/pvesmb/journal ${NOTES}
[ ! -d /var/lib/pvesmb ] || rmdir --ignore-fail-on-non-empty /var/lib/pvesmb
`;
