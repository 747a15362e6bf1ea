import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "../../hosts/batch";
import { collector, COLLECTOR, COLLECTOR_LOOK, collectorRemovalSteps, collectorReport, collectorSteps, renderEntry } from ".";
import type { CollectorEntry } from ".";

const entry: CollectorEntry = {
    id: "ab12",
    key: "urn:docs",
    label: "docs",
    source: { kind: "statvfs", path: "/srv/pvesmb/docs" },
    thresholds: [75],
    hysteresis: 2,
    every: 300,
    keep: 90,
    alerts: [{ kind: "webhook", url: "https://hooks.example.org/s3cret" }],
};
const written = (steps: Step[]): string[] => steps.flatMap((step) => (step.do === "write" ? [step.path] : []));
const name = COLLECTOR_LOOK.commands?.[0]?.name ?? "";
const answered = (code: number, stdout: string, stderr = "") => ({ commands: { [name]: { code, stdout, stderr } } });

test("brings every module of the program, and takes away all that it brought", () => {
    const modules = readdirSync(join(__dirname, "program")).filter((file) => file.endsWith(".py"));
    const brought = written(collectorSteps(entry));
    for (const module of modules) expect(brought).toContain(`${COLLECTOR.program}/${module}`);
    expect(brought.filter((path) => path.startsWith(COLLECTOR.program))).toHaveLength(modules.length);
    const taken = collectorRemovalSteps(entry.id).flatMap((step) => (step.do === "remove" ? [step.path] : []));
    for (const path of brought) expect(taken.some((each) => path === each || path.startsWith(`${each}/`))).toBe(true);
});

test("a webhook's secret is in the entry's file alone, which only root may read", () => {
    const holding = collectorSteps(entry).filter((step) => JSON.stringify(step).includes("s3cret"));
    expect(holding).toMatchObject([{ do: "write", path: collector.entryPath("ab12"), mode: "0600" }]);
});

test("an entry gives way to one of the same quota under another id, not to that of another deployment with the same URN", () => {
    const [step] = collectorSteps(entry).flatMap((each) => (each.do === "supersede" ? [each] : []));
    const whose = (more: Partial<CollectorEntry>): string[] | undefined =>
        new RegExp(step?.same ?? "", "s").exec(renderEntry({ ...entry, ...more }))?.slice(1);
    expect(whose({ id: "cd34", label: '"key":"urn:x"', limit: 5, every: 60 })).toEqual(whose({}));
    for (const more of [{ key: "urn:docs2" }, { source: { kind: "statvfs", path: "/srv/other/docs" } as const }])
        expect(whose(more)).not.toEqual(whose({}));
});

test("what is not the last quota's own removal waits until no entry is left", () => {
    const [first, last, ...rest] = collectorRemovalSteps(entry.id);
    expect(first).toMatchObject({ do: "remove", path: collector.entryPath("ab12") });
    expect(last).toMatchObject({ id: "last collector" });
    expect(rest.every((step) => step.ifChanged === "last collector")).toBe(true);
});

test("a timer that somebody stopped is a fault: nothing is recorded any more", () => {
    const files = { [collector.entryPath("ab12")]: renderEntry(entry) };
    const timer = (stdout: string) => ({ "collector timer": { code: 0, stdout, stderr: "" } });
    const faults = (stdout: string): string[] => collector.faults({ files, commands: timer(stdout) }, "ab12", renderEntry(entry));
    expect([faults("active\n"), faults("inactive\n")]).toEqual([[], ["pvesmb-quota.timer is not active"]]);
});

describe("the report", () => {
    const quota = { at: 5, used: 1, limit: 2, files: null, percent: 50, level: "ok", trend: null, fullAt: null, error: null };

    test("is read by quota", () => {
        expect(collectorReport(answered(0, JSON.stringify({ v: 1, quotas: { ab12: quota } })))?.get("ab12")).toEqual(quota);
    });
    test("is not there where there is no collector", () => {
        expect(collectorReport(answered(2, "", "can't open file"))).toBeUndefined();
        expect(collectorReport({ commands: {} })).toBeUndefined();
    });
    test("that cannot be read says what came back and where to look", () => {
        expect(() => collectorReport(answered(1, "", "Traceback: broken"))).toThrow(/Traceback: broken; `journalctl -u pvesmb-quota/);
        expect(() => collectorReport(answered(0, '{"v":2,"quotas":{}}'))).toThrow(/"v":2/);
        expect(() => collectorReport(answered(0, ""))).toThrow(/it is empty/);
    });
});
