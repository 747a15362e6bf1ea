import * as z from "zod";
import { asset } from "../base/asset";
import { parsed } from "../base/json";
import { HOST_LOCK } from "../hosts/batch";
import type { Gather, GatherResult, RunStep } from "../hosts/batch";
import { CTDB, ownerOf, stateOf } from "./paths";
import type { Cluster } from "./settings";

/** The program of CTDB.follow. */
export const followProgram = (): string =>
    `#!/usr/bin/python3 -I\n# Written by pvesmb.\n${asset("hosts/executor/agent/assembling.py")}\n\n${asset("ctdb/program/follow.py")}`;

const follow = (how: "held" | "repair" | "publish" | "leave", timeout: number): RunStep => ({
    do: "run",
    argv: [CTDB.follow, CTDB.following, how],
    changes: false,
    timeout,
});

/** In a batch of the CtdbVip itself. */
export const repaired = follow("repair", 60);

/** On a gateway that goes while the cluster goes on; it may have been cleared before. */
export const left: RunStep = { ...follow("leave", 60), onlyIf: ["test", "-e", CTDB.following] };

/** In a batch for a cluster, which has the locks. */
export const inStep = {
    catchUp: [follow("held", 60)],
    require: {
        do: "run",
        argv: [CTDB.inStep],
        changes: false,
        message: `this gateway is not in step with its cluster, so nothing was changed: \`${CTDB.follow} ${CTDB.following}\` there says why; \`pulumi up --refresh\` of the CtdbVip repairs its files`,
    },
    publish: follow("publish", 30),
} as const satisfies { catchUp: RunStep[]; require: RunStep; publish: RunStep };

const FOLLOW = "follow";

/** For a gateway that did not make the change itself. */
export const FOLLOW_LOOK: Gather = { commands: [{ name: FOLLOW, argv: [CTDB.follow, CTDB.following], timeout: 60 }] };

/** Why it could not follow; undefined: it did. */
export function followFault({ commands }: Pick<GatherResult, "commands">): string | undefined {
    const { code, stdout, stderr } = commands[FOLLOW] ?? { code: -1, stdout: "", stderr: "no answer" };
    return code === 0 ? undefined : stderr.trim().slice(-500) || stdout.trim().slice(-500) || `exit code ${code}`;
}

const CHECK = "in step";

export const CHECK_LOOK: Gather = { commands: [{ name: CHECK, argv: [CTDB.follow, CTDB.following, "check"], timeout: 30 }] };

/** What is not in step on a gateway, in words. */
export function outOfStep({ commands }: Pick<GatherResult, "commands">): string[] {
    const { code, stdout, stderr } = commands[CHECK] ?? { code: -1, stdout: "", stderr: "no answer" };
    const found = code === 0 ? parsed(z.array(z.string()), stdout) : undefined;
    return found ?? [stderr.trim().split("\n").at(-1) ?? `exit code ${code}`];
}

/** Its settings. */
export const following = ({ sharedPath, lock, nonce, served: { objects, account, assemble } }: Cluster): string =>
    `${JSON.stringify({
        ...{ nonce, owner: ownerOf(sharedPath), state: stateOf(lock) },
        ...{ objects, account, applied: CTDB.applied, lock: HOST_LOCK, assemble },
    })}\n`;
