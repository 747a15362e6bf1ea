import { labAccess, runAtWorkstation, sshArguments } from "../lab/src/client";
import { labUp, type Lab } from "../e2e/support/lab";
import { putFile } from "../e2e/support/smb-client";
import type { Stack } from "../e2e/support/stack";
import { playbook } from "./ansible";
import { bareContainer } from "./bare-container";
import { measure } from "./measure";
import { login, type Pair, stateSize, TEMPLATE, TWINS, twinsStack, withPair } from "./pair";
import { progress } from "./progress";
import { sameShapeProgram, sharesProgram, trivialProgram } from "./programs";
import { compared, count, failedPeer, type Figure, type Row, ratioAtMost, seconds } from "./rows";
import { sessionsBy, sessionsStack } from "./sessions";

const SHARES = 200;
const ROUNDS = 3;

/** 200 shares with access lists in one `up` on an existing server: pvesmb, one SSH session per share, an Ansible role. */
export async function manyShares(): Promise<Row[]> {
    const lab = await labUp();
    const twins = await twinsStack(lab);
    try {
        const { here, wide } = await withPair(lab, "10.86.0.63", async (pair) => ({
            here: await bySessionsToo(lab, { ...pair, twins }, "", []),
            // The engine submits four resources per core at a time, and each group is one of our batches. This is what a workstation with 8
            // cores has.
            wide: await bySessionsToo(lab, { ...pair, twins }, ", --parallel 32", ["--parallel", "32"]),
        }));
        return [...here.rows, ...wide.rows, ...(await ansibleRows(lab, here.ours))];
    } finally {
        twins.dispose();
    }
}

interface Compared {
    rows: Row[];
    ours: Figure;
}

async function bySessionsToo(
    lab: Lab,
    { ours, trivial, twins, prove }: Pair & { twins: Stack },
    way: string,
    flags: string[],
): Promise<Compared> {
    const times = { ours: [] as number[], trivial: [] as number[], twins: [] as number[], sessions: [] as number[], remote: 0 };
    const sessionsName = `${SHARES} shares by one SSH session each (${sessionsBy()})${way}`;
    let peerFailed: Row | undefined;
    for (let round = 0; round < ROUNDS; round++) {
        const empty = stateSize(ours);
        ours.write(sharesProgram(SHARES));
        const up = await measure(`${SHARES} shares${way}`, ours, "up", { flags });
        await prove(SHARES);
        trivial.write(trivialProgram(SHARES, Math.round((stateSize(ours) - empty) / SHARES)));
        const floor = await measure(`${SHARES} trivial resources${way}`, trivial, "up", { flags });
        times.ours.push(up.seconds);
        times.trivial.push(floor.seconds);
        twins.write(sameShapeProgram(SHARES));
        times.twins.push((await measure(`${SHARES} ${TWINS}${way}`, twins, "up", { flags })).seconds);
        if (peerFailed === undefined) {
            try {
                times.sessions.push(await sessions(lab, 64, way, flags));
            } catch (error) {
                peerFailed = failedPeer(sessionsName, error);
            }
        }
        times.remote = up.remote;
        for (const [stack, program] of [
            [ours, sharesProgram(0)],
            [trivial, trivialProgram(0, 0)],
            [twins, sameShapeProgram(0)],
        ] as const) {
            stack.write(program);
            await stack.up();
        }
    }
    const name = `up, ${SHARES} new shares${way}`;
    const shares = seconds(name, times.ours);
    const floors = { trivial: seconds(`${name}: trivial`, times.trivial), twins: seconds(`${name}: ${TWINS}`, times.twins) };
    const executions = count(`${name}: remote executions`, times.remote);
    if (peerFailed !== undefined) {
        const beside = Object.values(floors).flatMap((floor) => [compared(shares, floor), floor]);
        return { rows: [...beside, executions, peerFailed], ours: shares };
    }
    const bySessions = seconds(sessionsName, times.sessions);
    const above = Object.entries(floors).flatMap(([what, floor]) => {
        const over = (figure: Figure): Figure => ({ ...figure, name: `${figure.name}, above ${what}`, value: figure.value - floor.value });
        return [compared(shares, floor), floor, over(bySessions), ratioAtMost(0.1, compared(over(shares), over(bySessions)))];
    });
    return { rows: [...above, executions, bySessions], ours: shares };
}

async function sessions(lab: Lab, number: number, way: string, flags: string[]): Promise<number> {
    const container = await bareContainer(lab, TEMPLATE, number);
    const stack = await sessionsStack(lab, container.address, SHARES);
    try {
        await manySessionsAtOnce(container.address);
        const { seconds } = await measure(`${SHARES} shares by SSH sessions${way}`, stack, "up", { flags });
        await putFile(lab.within, { host: container.address, share: `share${SHARES}` }, login, "proof.txt", "it works\n");
        return seconds;
    } finally {
        stack.dispose();
        await container.remove();
    }
}

/**
 * sshd drops logins at random once 10 are in progress (MaxStartups 10:30:100, sshd_config(5)). An administrator who runs 32 sessions in
 * parallel on a server raises that limit, so the server compared here gets a higher one too.
 */
async function manySessionsAtOnce(address: string): Promise<void> {
    const script = "echo 'MaxStartups 200' > /etc/ssh/sshd_config.d/bench.conf && systemctl reload ssh";
    const { code, stderr } = await runAtWorkstation(sshArguments(address, labAccess().nodeKey, script));
    if (code !== 0) throw new Error(`sshd of ${address} could not be told MaxStartups: ${stderr}`);
}

/** Each is run once: an Ansible run takes minutes, and its time hardly varies. */
async function ansibleRows(lab: Lab, ours: Figure): Promise<Row[]> {
    const rows: Row[] = [];
    for (const [index, pipelining] of [false, true].entries()) {
        const container = await bareContainer(lab, TEMPLATE, 65 + index);
        try {
            const title = `${SHARES} shares by an Ansible role${pipelining ? ", with pipelining" : ""}`;
            const role = seconds(title, [await playbook(lab, container.address, SHARES, { pipelining })]);
            progress(title, role.value);
            await putFile(lab.within, { host: container.address, share: `share${SHARES}` }, login, "proof.txt", "it works\n");
            const against = compared({ ...ours, name: `${ours.name}, against the role${pipelining ? " with pipelining" : ""}` }, role);
            rows.push(role, pipelining ? against : ratioAtMost(0.2, against));
        } finally {
            await container.remove();
        }
    }
    return rows;
}
