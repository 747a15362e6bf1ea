import { isKind, PvesmbError } from "../../base/errors";
import type { Log } from "../../base/log";
import type { Host } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import { readStatus } from "../../proxmox/lxc/container";
import type { Place } from "../../proxmox/lxc/container";
import { net } from "../../proxmox/values/property-string";
import { text } from "./config";
import type { GuestConfig } from "./config";

/** Waits until a starting guest runs commands, and verifies that it is this guest. */
export async function awaitHost(host: Host, pve: Pve, place: Place, config: GuestConfig, log: Log): Promise<void> {
    const { deadline } = pve;
    const began = Date.now();
    for (let pause = 150; ; pause = Math.min(pause * 1.5, 2000)) {
        try {
            const answer = await host.exec(["cat", "/sys/class/net/eth0/address"], { deadline: deadline.atMost(20_000) });
            return refuseStranger(host, place, config, answer.stdout.trim());
        } catch (error) {
            if (!isKind(error, "Unreachable", "Timeout", "Busy") || deadline.expired) throw error;
            if (Date.now() - began > 20_000) log.warnOnce(host.id, `CT ${place.vmid} is running but does not answer yet: ${error.message}`);
        }
        if (pause > 1000 && !(await readStatus(pve, place)).running)
            throw new PvesmbError(
                "RemoteFailed",
                `CT ${place.vmid} on ${place.node} stopped while pvesmb waited for it; \`pct start ${place.vmid} --debug\` on the node shows why`,
            );
        deadline.check(`waiting for ${host.name} to answer`);
        await deadline.sleep(pause);
    }
}

/** Another machine with the same address may accept our key, such as the gateway that is being replaced. */
export function refuseStranger(host: Host, place: Place, config: GuestConfig, mac: string): void {
    const own = net.parse(text(config, "net0") ?? "").hwaddr?.toLowerCase();
    if (own !== undefined && mac !== own)
        throw new PvesmbError(
            "Conflict",
            `network.address belongs to another machine: ${host.name} has ${mac || "no eth0"}, not CT ${place.vmid} (${own}); nothing was changed there. Choose a free address`,
            { property: "network.address" },
        );
}
