import type { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import type { Log } from "../base/log";
import type { Host } from "../hosts";
import type { GatewayInputs } from "../model";
import { brokenSources, planFaults, servedBy } from "../samba/beside/apt-plan";
import { nodeInstallScript, nodePlanScript, parseNodePackages } from "../samba/beside/node";
import type { NodePackages } from "../samba/beside/node";
import { refuseOldSamba } from "./beside";
import { PACKAGES } from "./bootstrap";

/** Installs what is missing on a node of Proxmox VE. What apt would do is looked at first, and done only if it leaves the node's own alone. */
export async function installOnNode(host: Host, inputs: GatewayInputs, deadline: Deadline, log: Log): Promise<string> {
    const found = await planned(host, deadline);
    if (found.wanted.length > 0) {
        const broken = brokenSources(found.update);
        refusePlan(host, found, broken);
        for (const source of broken) log.warn(`${host.name}: apt-get cannot read ${source}; the other sources served`);
        log.info(`installing on ${host.name}, from ${servedBy(found.plan)}`);
        await install(host, found, deadline);
    }
    const { samba } = found.samba === undefined ? await planned(host, deadline) : found;
    if (samba === undefined)
        throw new PvesmbError("RemoteFailed", `samba is not installed on ${host.name}, though apt-get said that it was`);
    refuseOldSamba(host, inputs, samba);
    return samba;
}

async function planned(host: Host, deadline: Deadline): Promise<NodePackages> {
    const { code, stdout, stderr } = await host.exec(["sh", "-s", "--", ...PACKAGES], { stdin: nodePlanScript(), deadline });
    const found = code === 0 ? parseNodePackages(stdout) : undefined;
    if (found === undefined)
        throw new PvesmbError("RemoteFailed", `the packages of ${host.name} cannot be looked at (exit code ${code}): ${tail(stderr)}`, {
            dispatched: false,
        });
    return found;
}

/** Before anything is changed. All reasons at once. */
function refusePlan(host: Host, { plan, untouchable, code, said }: NodePackages, broken: readonly string[]): void {
    const also = broken.length === 0 ? "" : `. apt-get cannot read ${broken.join("; ")}`;
    const faults = planFaults(plan, untouchable);
    if (faults.length > 0)
        throw new PvesmbError(
            "InvalidInput",
            `ssh.host: ${host.name} cannot be a gateway: to install ${PACKAGES.join(", ")}, apt-get would ${faults.join("; and ")}. Nothing was changed. Bring the node up to date, or end the hold, yourself; \`apt-get -s install samba\` there shows the plan. Or use a container (mode \`lxc\`)${also}`,
            { property: "ssh.host" },
        );
    if (code !== 0)
        throw new PvesmbError(
            "RemoteFailed",
            `${PACKAGES.join(", ")} cannot be installed on ${host.name}: ${
                said
                    .split("\n")
                    .filter((line) => line.startsWith("E: ") || /^ \S+ : /.test(line))
                    .join(" | ") || tail(said)
            }. Nothing was changed; \`apt-get -s install samba\` there shows it${also}`,
        );
}

async function install(host: Host, { plan, wanted }: NodePackages, deadline: Deadline): Promise<void> {
    const { code, stderr } = await host.exec(["sh", "-s", "--", plan.lines.join("\n"), ...wanted], {
        stdin: nodeInstallScript(),
        deadline,
    });
    if (code !== 0)
        throw new PvesmbError(
            "RemoteFailed",
            `installing ${wanted.join(", ")} on ${host.name} failed (exit code ${code}): ${tail(stderr)}; run again, or see what \`apt-get install samba\` says there`,
        );
}

const tail = (text: string): string => text.trim().split("\n").slice(-5).join(" | ");
