import type { Context } from "../../base/handler";
import type { Seen } from "./preflight";
import type { Outputs } from "./types";

/** Warns of gateways that fail together, because one node of Proxmox VE runs them. */
export function warnOfOneNode({ log }: Pick<Context<Outputs>, "log">, netbiosName: string, seen: readonly Seen[]): void {
    const together = new Map<string, string[]>();
    for (const { member } of seen) {
        const node = member.machine.below?.name;
        if (node !== undefined) together.set(node, [...(together.get(node) ?? []), member.machine.name]);
    }
    for (const [node, names] of together)
        if (names.length > 1)
            log.warnOnce(
                `one node ${netbiosName} ${node}`,
                `CtdbVip ${netbiosName}: ${names.join(", ")} are all on ${node} and fail with it; put each gateway on a node of its own`,
            );
}
