import { PvesmbError } from "../../base/errors";
import type { Context } from "../../base/handler";
import { executorFor } from "../../hosts";
import type { Host } from "../../hosts";
import { besideRemovalUnit } from "../../samba/beside/unit";
import { SAMBA } from "../../samba/paths";
import { hostIn, nonceOf } from "../id";
import type { Tenant } from "../kind";
import type { ExistingState, Outputs } from "../state";
import { notRemovable } from "../unreachable";
import { onGateway, readHostMark } from "./mark";
import { existingHost } from "./reach";

/** Puts the host back: our include and files go, the data and the packages stay. */
export async function removeExistingGateway(ctx: Context<Outputs>, id: string, state: ExistingState, tenant: Tenant): Promise<void> {
    const host = existingHost(state.ssh, ctx.ssh(state.connection), id);
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
    const { code, stdout, stderr } = await host.exec(["sh", "-s"], {
        stdin: clean(state.packages.onDelete === "remove"),
        deadline: ctx.deadline,
    });
    if (code !== 0) throw new PvesmbError("RemoteFailed", `cleaning up ${host.name} failed: ${stderr.trim().slice(-500)}`);
    const kept = /^kept: (.+)$/m.exec(stdout)?.[1];
    if (kept !== undefined)
        ctx.log.warn(`packages.onDelete: ${host.name} keeps what pvesmb installed there, because apt-get would remove ${kept} too`);
}

/** What is on the gateway is deleted before it; what is still there belongs to other programs. */
async function refuseRemaining(ctx: Context<Outputs>, host: Host): Promise<void> {
    const left = await onGateway(host, ctx.deadline);
    if (left.length > 0)
        throw new PvesmbError(
            "Conflict",
            `the gateway on ${host.name} still has shares, users or groups of other programs (${left.slice(0, 5).join(", ")}${left.length > 5 ? ", ..." : ""}), so it is not deleted; delete those first`,
        );
}

/** What is not below /etc, and the packages that pvesmb installed, if asked; never one that something else needs. */
const clean = (packages: boolean): string => `set -eu
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C
[ ! -e ${SAMBA.mark} ] || exit 0
rm -rf /run/pvesmb
if [ -d /srv/pvesmb ] && [ -z "$(find /srv/pvesmb -mindepth 1 -path /srv/pvesmb/.pvesmb -prune -o -mindepth 1 -print -quit)" ]; then
    rm -rf /srv/pvesmb/.pvesmb
    rmdir --ignore-fail-on-non-empty /srv/pvesmb
fi
notes=/var/lib/pvesmb/packages
${packages ? REMOVE : ""}
rm -rf /var/lib/pvesmb/journal $notes
[ ! -d /var/lib/pvesmb ] || rmdir --ignore-fail-on-non-empty /var/lib/pvesmb
`;

const REMOVE = `if [ -s $notes ]; then
    apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
    others=$($apt -s purge $(cat $notes) | sed -n 's/^Purg \\([^ ]*\\) .*/\\1/p' | sed 's/:.*//' | sort | { sed 's/:.*//' $notes | sort > $notes.names; comm -23 - $notes.names; })
    if [ -z "$others" ]; then $apt purge $(cat $notes) >&2; else echo "kept:" $others; fi
    rm -f $notes.names
fi`;
