/**
 * Replays recorded exchanges with the true PVE API against a fresh lab of the right version. Before each request the world is arranged
 * as the recording itself shows it (there, running, locked, allowed...); then the answers are compared.
 */
import type { Answer } from "./api/throwaway";
import { arrangeAccess } from "./conformance/arrange-access";
import { arrangeGuests, isRace } from "./conformance/arrange-guests";
import { arrangeShown } from "./conformance/arrange-shown";
import { arrangeGround, arrangeThings } from "./conformance/arrange-things";
import { differences } from "./conformance/compare";
import { notApplicable } from "./conformance/not-applicable";
import { identities, nodesOf, parseRecordings, storagesIn, versionOf, type Recording } from "./conformance/recording";
import { renameRecordings, type Names } from "./conformance/rename";
import { configOf, verify } from "./conformance/verify";
import { password, tokenSecret, World } from "./conformance/world";
import { digest } from "./pve/guest-config";

export interface Outcome {
    line: number;
    request: string;
    verdict: "alike" | "different" | "not applicable";
    /** Differences, or the reason why it does not count. */
    notes: string[];
}

/** `x*9000` stands for a long text in the recordings. */
function expanded(value: unknown): unknown {
    const match = typeof value === "string" ? /^(.)\*(\d{3,})$/.exec(value) : undefined;
    return match ? (match[1] ?? "").repeat(Number(match[2])) : value;
}

class Replay {
    private constructor(
        private readonly world: World,
        private readonly people: Map<string, string>,
    ) {}

    static async run(text: string): Promise<Outcome[]> {
        const recordings = parseRecordings(text);
        const world = await World.make(versionOf(text), nodesOf(recordings), storagesIn(text)[0] ?? "local");
        const replay = new Replay(world, identities(recordings));
        try {
            const outcomes: Outcome[] = [];
            for (const recording of recordings) outcomes.push(await replay.one(recording));
            return outcomes;
        } finally {
            await world.close();
        }
    }

    private async one(recording: Recording): Promise<Outcome> {
        const request = `${recording.verb} ${recording.path} as ${recording.who} ${JSON.stringify(recording.params)}`;
        const why = notApplicable(recording);
        if (why !== undefined) return { line: recording.line, request, verdict: "not applicable", notes: [why] };
        const notes = await this.replayed(recording).catch((error: unknown) => [
            `replay failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        ]);
        return { line: recording.line, request, verdict: notes.length > 0 ? "different" : "alike", notes };
    }

    private async replayed(recording: Recording): Promise<string[]> {
        const { world } = this;
        const identity = this.people.get(recording.who);
        arrangeGround(world, recording);
        await arrangeGuests(world, recording, identity === "root@pam");
        await arrangeThings(world, recording);
        await arrangeShown(world, recording);
        arrangeAccess(world, recording, identity);
        const release = await this.lockHeld(recording);
        const before = configOf(world, recording);
        try {
            const answer = await this.answer(recording, identity);
            const exit = await this.ended(answer);
            await world.lab.tasks.idle();
            return [...differences(recording, answer, exit), ...(await verify(world, recording, before, exit))];
        } finally {
            release();
        }
    }

    /** Somebody else holds the lock file that the answer complains about. */
    private async lockHeld(recording: Recording): Promise<() => void> {
        const file = /can't lock file '([^']+)' - got timeout/.exec(recording.said)?.[1];
        return file === undefined ? () => undefined : this.world.lab.locks.hold(file);
    }

    private async answer(recording: Recording, identity: string | undefined): Promise<Answer> {
        const params = Object.fromEntries(Object.entries(recording.params).map(([key, value]) => [key, expanded(value)]));
        this.freshDigest(recording, params);
        const node = this.world.machine.nodes().find((entry) => entry.online)?.name;
        const send = async (): Promise<Answer> => {
            if (identity === undefined)
                return this.world.server.send(recording.verb, recording.path, params, { json: recording.json, node });
            const wrong = /Authentication failed/.test(recording.reason);
            if (identity.includes("!"))
                return this.world.server.as(`${identity}=${wrong ? "wrong" : tokenSecret}`)(recording.verb, recording.path, params, {
                    json: recording.json,
                    node,
                });
            const session = await this.world.server.login(identity, password);
            const headers = /csrf/.test(recording.reason) ? { CSRFPreventionToken: "" } : undefined;
            return session(recording.verb, recording.path, params, { json: recording.json, headers, node });
        };
        if (!isRace(recording)) return send();
        const { timing } = this.world.lab;
        const usual = timing.think;
        timing.think = 400;
        const answers = await Promise.all([send(), send(), send()]).finally(() => (timing.think = usual));
        return answers.find((answer) => answer.reason === recording.reason) ?? answers[0];
    }

    /** A digest that was the right one then is replaced by the one that is right now. */
    private freshDigest(recording: Recording, params: Record<string, unknown>): void {
        if (params["digest"] === undefined || recording.status === 400 || /detected modified|checksum mismatch/.test(recording.said))
            return;
        const vmid = Number(/\/(?:lxc|qemu)\/(\d+)/.exec(recording.path)?.[1]);
        const guest = this.world.lab.cluster.guests.get(vmid);
        if (guest) params["digest"] = digest(guest.config);
    }

    private async ended(answer: Answer): Promise<string | undefined> {
        const task = typeof answer.body?.data === "string" ? this.world.lab.tasks.find(answer.body.data) : undefined;
        await task?.done;
        return task?.exitstatus;
    }
}

/** Replays a recordings file's text, under other names when given. */
export function replay(text: string, names?: Names): Promise<Outcome[]> {
    return Replay.run(names ? renameRecordings(text, names) : text);
}

export function summary(outcomes: Outcome[]): string {
    const count = (verdict: Outcome["verdict"]): number => outcomes.filter((outcome) => outcome.verdict === verdict).length;
    return `${count("alike")} alike, ${count("different")} different, ${count("not applicable")} not applicable`;
}
