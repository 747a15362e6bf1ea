import { PvesmbError } from "../base/errors";
import type { Host } from "./host";

/**
 * A clean environment for commands in the container. `pct exec` passes on the node's environment unless `--keep-env 0` is given, which only
 * 9.x knows; this works on all versions.
 */
const CLEAN = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C"];

/** Exit code of the wrapper (pvesmb-pct) when it refuses the container. */
const WRAPPER_REFUSES = 77;

/**
 * A container reached by `pct exec` on its node. pct fails with arbitrary exit codes, so its failures are recognized by their text
 * (pve-api.md 2.4). NotFound means that it is not on this node; it may have been moved to another.
 */
export function pctHost(node: Host, nodeName: string, vmid: number, pct = "pct"): Host {
    const name = `CT ${vmid} on ${nodeName}`;
    const inside = (argv: readonly string[]): string[] => [pct, "exec", String(vmid), "--", ...CLEAN, ...argv];

    const failure: Host["failure"] = (ended) => {
        const of = (pattern: string): boolean => ended.code !== 0 && new RegExp(`^${pattern}`, "m").test(ended.stderr);
        if (of(`container '${vmid}' not running!`))
            return new PvesmbError("Unreachable", `${name} is not running; start it and run again`, { dispatched: false });
        if (of(`Configuration file 'nodes/[^']*/${vmid}\\.conf' does not exist`))
            return new PvesmbError(
                "NotFound",
                `${name} does not exist there: it was deleted or moved to another node; run \`pulumi refresh\``,
                {
                    dispatched: false,
                },
            );
        const refused = /^pvesmb-pct: (.*)$/m.exec(ended.stderr)?.[1];
        if (ended.code === WRAPPER_REFUSES && refused !== undefined)
            return new PvesmbError("Denied", `${node.name}: the wrapper ${pct} denies access to CT ${vmid}: ${refused}`, {
                dispatched: false,
            });
        if (of(`(?:\\S+: .*)?${pct}: (?:command )?not found`))
            return new PvesmbError(
                "RemoteFailed",
                pct === "pct"
                    ? `${node.name} has no \`pct\`: it is not a Proxmox VE node, or /usr/sbin is not in the user's PATH`
                    : `${node.name} has no ${pct}; \`npx pvesmb permissions --feature node-login\` prints the commands that install it`,
                { dispatched: false },
            );
        return node.failure?.(ended);
    };

    return {
        name,
        id: `${node.id} ct ${vmid}`,
        exec: async (argv, options) => {
            const result = await node.exec(inside(argv), options);
            const failed = failure(result);
            if (failed) throw failed;
            return result;
        },
        open: (argv, deadline) => node.open(inside(argv), deadline),
        failure,
    };
}
