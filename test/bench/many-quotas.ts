import { availableParallelism } from "node:os";
import { runOnNode } from "../lab/src/client";
import { type Lab, labUp } from "../e2e/support/lab";
import { nodeKeys } from "../e2e/support/node-keys";
import { runDirectory } from "../e2e/support/run-directory";
import { Stack } from "../e2e/support/stack";
import { type Measured, measure } from "./measure";
import { login, TEMPLATE } from "./pair";
import { quotasProgram } from "./programs";
import { atMost, count, type Row, seconds } from "./rows";

const QUOTAS = 1000;
const LIMIT = { timeout: 3600 };
const UNCHANGED = { ...LIMIT, flags: ["--expect-no-changes"] };
const DIRECTORY = "/mnt/btrfs/bench";
const ADDRESS = "10.86.0.68";

/**
 * 1,000 quotas on directories of one gateway whose shares exist, each a btrfs subvolume on the node: counts the executions on each host.
 */
export async function manyQuotas(): Promise<Row[]> {
    const lab = await labUp();
    await onNode(`rm -rf ${DIRECTORY} && mkdir ${DIRECTORY}`);
    const stack = await quotasStack(lab);
    try {
        stack.write(quotasProgram(QUOTAS, 0));
        await stack.up(LIMIT);
        stack.write(quotasProgram(QUOTAS, QUOTAS));
        const made = await measure(`${QUOTAS} new quotas`, stack, "up", LIMIT);
        const preview = await measure("preview, no change", stack, "preview", UNCHANGED);
        const refresh = await measure("refresh, no change", stack, "refresh", UNCHANGED);
        stack.write(quotasProgram(QUOTAS, 0));
        const removed = await measure(`${QUOTAS} quotas removed`, stack, "up", LIMIT);
        await stack.destroy(LIMIT);
        // On each of the two hosts: the node sets limits, the gateway informs clients.
        const batches = 2 * (Math.ceil(QUOTAS / (4 * availableParallelism())) + 2);
        return [
            ...counted(`up, ${QUOTAS} new quotas`, made, batches),
            ...counted(`preview, ${QUOTAS} quotas, no change`, preview, 0),
            // The gateway and its node.
            ...counted(`refresh, ${QUOTAS} quotas, no change`, refresh, 2),
            ...counted(`up, ${QUOTAS} quotas removed`, removed, batches),
        ];
    } finally {
        stack.dispose();
        await onNode(
            `for each in $(btrfs subvolume list -o ${DIRECTORY} | sed 's/.* path //'); do btrfs subvolume delete /mnt/btrfs/$each; done; rm -rf ${DIRECTORY}`,
        );
    }
}

/** The time of an operation and its remote work; `mostRemote` is the goal for remote executions. */
export function counted(name: string, measured: Measured, mostRemote?: number): Row[] {
    const remote = count(`${name}: remote executions`, measured.remote);
    return [
        seconds(name, [measured.seconds]),
        mostRemote === undefined ? remote : atMost(mostRemote, remote),
        { name: `${name}: remote time`, value: measured.remoteMs, unit: "ms" },
        count(`${name}: API calls`, measured.api),
        { name: `${name}: memory`, value: measured.memory, unit: "MiB" },
    ];
}

async function quotasStack(lab: Lab): Promise<Stack> {
    const stack = await Stack.create({
        runDirectory: runDirectory(),
        within: lab.within,
        environment: { ...lab.environment, ...(await nodeKeys()) },
        program: { text: quotasProgram(0, 0) },
        project: "bench",
    });
    const config = { template: TEMPLATE, address: `${ADDRESS}/24`, gateway: lab.gateway, bind: DIRECTORY };
    for (const [key, value] of Object.entries(config)) await stack.config(key, value);
    await stack.config("alice", login.password, { secret: true });
    return stack;
}

async function onNode(command: string): Promise<void> {
    const { code, stderr } = await runOnNode("pve1", command);
    if (code !== 0) throw new Error(`on pve1: ${command}\nended with ${code}: ${stderr}`);
}
