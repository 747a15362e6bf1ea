/**
 * What of an answer must be alike: status, reason phrase, message, the parameter errors, the data's keys and
 * types, the task's end.
 */
import type { Answer } from "../api/throwaway";
import { isMeant } from "./differences-meant";
import { upidOf, type Body, type Recording } from "./recording";
import { keysBeyond, rowsBeyond, shapeOf, wrongTypes } from "./shape";

/** Perl's places in its own source differ between versions and are no part of the answer. */
const plain = (text: string | undefined): string | undefined => text?.replace(/ at \/usr\/share\/perl5\/\S+ line \d+\.?/g, "").trimEnd();

function kind(data: unknown): string {
    const upid = upidOf(data);
    if (upid) return `task ${upid.type} on ${upid.node} of '${upid.id}' by ${upid.user}`;
    return data === null || data === undefined ? "nothing" : Array.isArray(data) ? "a list" : typeof data;
}

function errorsDiffer(one: Body | undefined, other: Body | undefined): boolean {
    const texts = (body: Body | undefined): string => JSON.stringify(Object.entries(body?.errors ?? {}).sort());
    return texts(one) !== texts(other);
}

/** Answers that repeat what was arranged, or never change: compared value by value. */
const exact = /\/(?:config|pending|version)$|^\/access\/roles\/|^\/cluster\/(?:backup|metrics\/server)\/|\/token$/;

/** `data`, and `total` beside it. */
const bodyKeys = (body: Body | undefined): string =>
    Object.keys(body ?? {})
        .sort()
        .join(", ");

/** Keys and types that differ, beyond what is meant to (differences-meant.ts). */
function shapeDiffers(recording: Recording, answer: Answer): { rows: string[]; missing: string[]; extra: string[]; types: string[] } {
    const [recorded, answered] = [shapeOf(recording.body?.data), shapeOf(answer.body?.data)];
    const counts = (place: string): boolean => !isMeant(recording, place);
    return {
        rows: rowsBeyond(recorded, answered).filter(counts),
        missing: keysBeyond(recorded, answered).filter(counts),
        extra: keysBeyond(answered, recorded).filter(counts),
        types: wrongTypes(recorded, answered).filter((difference) => counts(difference.split(":")[0] ?? "")),
    };
}

/** An order of keys and rows that does not count, and no digests (they are of the whole file). */
function settled(data: unknown): string {
    if (Array.isArray(data))
        return `[${data
            .filter((row: unknown) => (row as { key?: unknown } | null)?.key !== "digest")
            .map(settled)
            .sort()
            .join(",")}]`;
    if (typeof data !== "object" || data === null) return JSON.stringify(data);
    const entries = Object.entries(data).filter(([key]) => key !== "digest" && key !== "repoid");
    return `{${entries
        .map(([key, value]) => `${key}:${settled(value)}`)
        .sort()
        .join(",")}}`;
}

/** Differences as `what: recorded -> answered`; none when they are alike. */
export function differences(recording: Recording, answer: Answer, exit: string | undefined): string[] {
    const out: string[] = [];
    const compare = (what: string, recorded: unknown, answered: unknown): void => {
        if (recorded !== answered) out.push(`${what}: ${JSON.stringify(recorded)} -> ${JSON.stringify(answered)}`);
    };
    compare("status", recording.status, answer.status);
    compare("reason", plain(recording.reason), plain(answer.reason));
    compare("message", plain(recording.body?.message), plain(answer.body?.message));
    if (errorsDiffer(recording.body, answer.body)) compare("errors", recording.body?.errors, answer.body?.errors);
    if (recording.status === 200 && answer.status === 200) compare("data", kind(recording.body?.data), kind(answer.body?.data));
    if (recording.status === 200 && answer.status === 200) {
        compare("body", bodyKeys(recording.body), bodyKeys(answer.body));
        const { rows, missing, extra, types } = shapeDiffers(recording, answer);
        compare("missing rows", "", rows.join(", "));
        compare("missing keys", "", missing.join(", "));
        compare("extra keys", "", extra.join(", "));
        compare("types", "", types.join(", "));
        if (recording.verb === "GET" && exact.test(recording.path))
            compare("data", settled(recording.body?.data), settled(answer.body?.data));
    }
    if (recording.task) compare("task", plain(recording.task.exit), plain(exit));
    return out;
}
