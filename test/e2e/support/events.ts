import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

/** One engine step on one resource, without the root stack and providers. */
export interface Step {
    /** `create`, `update`, `replace`, `delete`, `same`, `refresh`, ... in the engine's words. */
    op: string;
    urn: string;
    /** Last part of the type token: `SmbShare`. */
    kind: string;
    name: string;
    /** Property paths that differ, if the engine reports them. */
    diffs: string[];
    failed: boolean;
}

export interface EngineLog {
    steps: Step[];
    /** Counts by operation, as in the engine's summary, including `same`. */
    changes: Record<string, number>;
    /** Messages of severity info and above. */
    diagnostics: { severity: string; message: string; urn?: string }[];
    /** Resources of which a refresh that came before the program (`--refresh`) found another state, by name. */
    drifted: string[];
}

interface State {
    inputs?: unknown;
    outputs?: unknown;
}

interface Metadata {
    op: string;
    urn: string;
    type: string;
    diffs?: string[] | null;
    detailedDiff?: Record<string, unknown> | null;
    old?: State | null;
    new?: State | null;
}

/** The parts of apitype.EngineEvent that are used here. */
interface EngineEvent {
    resourcePreEvent?: { metadata: Metadata; planning?: boolean };
    resOutputsEvent?: { metadata: Metadata; planning?: boolean };
    resOpFailedEvent?: { metadata: Metadata };
    summaryEvent?: { resourceChanges?: Record<string, number> | null; isPreview: boolean };
    diagnosticEvent?: { severity: string; message: string; urn?: string };
}

const INTERNAL = /^pulumi:(pulumi:Stack|providers:)/;

/** Reads the file that `--event-log` wrote. `planned`: whether to count the steps of a preview. */
export function readEngineLog(file: string, planned: boolean): EngineLog {
    const log: EngineLog = { steps: [], changes: {}, diagnostics: [], drifted: [] };
    if (!existsSync(file)) return log;
    const byStep = new Map<string, Step>();
    for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const event = JSON.parse(line) as EngineEvent;
        const started = event.resourcePreEvent ?? event.resOutputsEvent;
        if (started && (planned || !started.planning)) note(byStep, started.metadata, false);
        if (event.resOutputsEvent && differs(event.resOutputsEvent.metadata)) log.drifted.push(nameIn(event.resOutputsEvent.metadata.urn));
        if (event.resOpFailedEvent) note(byStep, event.resOpFailedEvent.metadata, true);
        if (event.summaryEvent && event.summaryEvent.isPreview === planned) log.changes = event.summaryEvent.resourceChanges ?? {};
        if (event.diagnosticEvent && event.diagnosticEvent.severity !== "debug") log.diagnostics.push(event.diagnosticEvent);
    }
    log.steps = [...byStep.values()];
    return log;
}

const nameIn = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** `pulumi refresh` reports what changed by its operation; a refresh within another operation is always called `refresh`. */
function differs({ op, old, new: now }: Metadata): boolean {
    return op === "refresh" && !isDeepStrictEqual([old?.inputs, old?.outputs], [now?.inputs, now?.outputs]);
}

function note(steps: Map<string, Step>, metadata: Metadata, failed: boolean): void {
    if (INTERNAL.test(metadata.type)) return;
    const key = `${metadata.op} ${metadata.urn}`;
    const diffs = [...(metadata.diffs ?? []), ...Object.keys(metadata.detailedDiff ?? {})];
    const known = steps.get(key);
    steps.set(key, {
        op: metadata.op,
        urn: metadata.urn,
        kind: metadata.type.split(":").at(-1) ?? metadata.type,
        name: nameIn(metadata.urn),
        diffs: [...new Set([...(known?.diffs ?? []), ...diffs])].sort(),
        failed: failed || (known?.failed ?? false),
    });
}
