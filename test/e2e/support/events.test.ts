import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEngineLog } from "./events";

const urn = (type: string, name: string): string => `urn:pulumi:dev::files::${type}::${name}`;
const share = "pulumi-nodejs:dynamic/pvesmb:SmbShare";
const step = (event: string, op: string, name: string, more: object = {}, planning = false): object => ({
    [event]: { metadata: { op, urn: urn(share, name), type: share, ...more }, planning },
});

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "events-"))));
afterEach(() => {
    rmSync(directory, { recursive: true });
});

function written(...events: object[]): string {
    const file = join(directory, "events.json");
    writeFileSync(file, events.map((event) => JSON.stringify(event) + "\n").join(""));
    return file;
}

test("steps of resources, with their diffs; root stack and providers are left out", () => {
    const stack = { op: "update", urn: urn("pulumi:pulumi:Stack", "files-dev"), type: "pulumi:pulumi:Stack" };
    const file = written(
        { resourcePreEvent: { metadata: stack } },
        step("resourcePreEvent", "update", "docs", { diffs: ["comment"] }),
        step("resOutputsEvent", "update", "docs", { detailedDiff: { comment: {}, access: {} } }),
        { summaryEvent: { isPreview: false, resourceChanges: { update: 1, same: 4 } } },
    );
    expect(readEngineLog(file, false)).toEqual({
        steps: [{ op: "update", urn: urn(share, "docs"), kind: "SmbShare", name: "docs", diffs: ["access", "comment"], failed: false }],
        changes: { update: 1, same: 4 },
        diagnostics: [],
        drifted: [],
    });
});

test("the preview before an up does not count as steps of the up", () => {
    const file = written(
        step("resourcePreEvent", "create", "docs", {}, true),
        { summaryEvent: { isPreview: true, resourceChanges: { create: 1 } } },
        step("resourcePreEvent", "create", "plans"),
        { summaryEvent: { isPreview: false, resourceChanges: { create: 7 } } },
    );
    const log = readEngineLog(file, false);
    expect(log.steps.map(({ name }) => name)).toEqual(["plans"]);
    expect(log.changes).toEqual({ create: 7 });
    expect(readEngineLog(file, true).changes).toEqual({ create: 1 });
});

test("failed steps and messages are told, debug messages are not", () => {
    const file = written(
        step("resourcePreEvent", "create", "docs"),
        step("resOpFailedEvent", "create", "docs"),
        { diagnosticEvent: { severity: "debug", message: "noise" } },
        { diagnosticEvent: { severity: "error", message: "storage tank is full", urn: urn(share, "docs") } },
    );
    const log = readEngineLog(file, false);
    expect(log.steps).toMatchObject([{ op: "create", failed: true }]);
    expect(log.diagnostics).toEqual([{ severity: "error", message: "storage tank is full", urn: urn(share, "docs") }]);
});

test("a command that wrote no log has no steps", () => {
    expect(readEngineLog(join(directory, "none"), true)).toEqual({ steps: [], changes: {}, diagnostics: [], drifted: [] });
});

test("a refresh within another operation tells of which resources it found another state", () => {
    const seen = (name: string, before: object | null, after: object | null): object =>
        step("resOutputsEvent", "refresh", name, { old: before, new: after }, true);
    const file = written(
        seen("same", { inputs: { a: 1 }, outputs: { b: [1, 2] } }, { inputs: { a: 1 }, outputs: { b: [1, 2] } }),
        seen("outputs", { inputs: {}, outputs: { b: [1, 2] } }, { inputs: {}, outputs: { b: [2, 1] } }),
        seen("inputs", { inputs: { a: 1 }, outputs: {} }, { inputs: {}, outputs: {} }),
        seen("gone", { inputs: {}, outputs: {} }, null),
        step("resOutputsEvent", "same", "planned", { old: { outputs: {} }, new: { outputs: { b: 1 } } }, true),
    );
    expect(readEngineLog(file, true).drifted).toEqual(["outputs", "inputs", "gone"]);
});
