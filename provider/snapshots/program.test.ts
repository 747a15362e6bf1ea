import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The nodes' snapshot program, with snapshots as names in a list and as real directories. */

const folder = join(__dirname, "./program");
const HOUR = 3600;
/** 2027-01-15 08:00 UTC. */
const START = 1_800_000_000;

function python(script: string): string {
    const { stdout, stderr, status } = spawnSync(
        "python3",
        ["-B", "-c", `import sys; sys.path.insert(0, ${JSON.stringify(folder)})\n${script}`],
        {
            encoding: "utf8",
        },
    );
    if (status !== 0) throw new Error(stderr);
    return stdout;
}

/** Rounds at these times, in hours from START; returns the hours of the remaining snapshots. */
function rounds(keep: object, hours: number[], before: string[] = []): number[] {
    const names = JSON.parse(
        python(`
import json, snapshots, tempfile
snapshots.ENTRIES = tempfile.mkdtemp()
class Memory:
    folder = root = "/x"
    def __init__(self): self.all = set(${JSON.stringify(before)})
    def names(self): return list(self.all)
    def take(self, name): assert name not in self.all; self.all.add(name)
    def drop(self, name): self.all.remove(name)
memory = Memory()
snapshots.holder = lambda path, top: memory
schedule = snapshots.Schedule({"id": "n1", "path": "/", "top": "/", "keep": ${JSON.stringify(keep)}})
for hour in ${JSON.stringify(hours)}: schedule.round(int(${START} + hour * ${HOUR}))
print(json.dumps(sorted(memory.all)))
`),
    ) as string[];
    return names.map((name) => {
        const [, date, time] = /^pvesmb-n1-(.{10})-(.{8})$/.exec(name) ?? [undefined, "", ""];
        if (!name.startsWith("pvesmb-n1-")) return NaN;
        return (Date.parse(`${date.replaceAll(".", "-")}T${time.replaceAll(".", ":")}Z`) / 1000 - START) / HOUR;
    });
}
const none = { hourly: 0, daily: 0, weekly: 0, monthly: 0 };

test("of a year stay the newest of each of the latest hours, days, weeks and months", () => {
    const quarters = Array.from({ length: 365 * 4 }, (_, i) => i * 6);
    const left = rounds({ hourly: 8, daily: 7, weekly: 4, monthly: 6 }, quarters);
    expect(left.slice(-8)).toEqual(quarters.slice(-8));
    // A snapshot may count for a day, a week and a month.
    expect(left.length).toBeGreaterThanOrEqual(8 + 5 + 2 + 4);
    expect(left.length).toBeLessThanOrEqual(8 + 7 + 4 + 6);
    // The last one of August; January is the sixth month.
    expect(left[0]).toBe((Date.UTC(2027, 7, 31, 20) / 1000 - START) / HOUR);
});

test.each([
    ["hours", { ...none, hourly: 3 }, [0, 0.2, 0.9, 1, 2, 3, 3.5], [1, 2, 3]],
    ["days, one a day", { ...none, daily: 2 }, [0, 1, 15.9, 16, 20, 40, 41], [16, 40]],
    ["nothing but the newest", none, [0, 24, 48], [48]],
])("%s", (_, keep, hours, left) => {
    expect(rounds(keep, hours)).toEqual(left);
});

test("after a long pause there is one more, and what others made is left alone", () => {
    const theirs = ["daily", "pvesmb-n2-2020.01.01-00.00.00", "pvesmb-n1-notes"];
    const left = rounds({ ...none, hourly: 1 }, [0, 1000], theirs);
    expect(left.filter((hour) => !Number.isNaN(hour))).toEqual([1000]);
    expect(left).toHaveLength(1 + theirs.length);
});

test.each([
    ["of the last round", { ...none, hourly: 3 }, 1.5, false],
    ["after two rounds without one", { ...none, hourly: 3 }, 2.6, true],
    ["of yesterday, where there is one a day", { ...none, daily: 3 }, 47, false],
    ["of three days ago", { ...none, daily: 3 }, 71, true],
])("a newest snapshot %s", (_, keep, hours, late) => {
    const script = `
import json, snapshots, tempfile
snapshots.ENTRIES = tempfile.mkdtemp()
class Memory:
    root = "/x"
    def names(self): return ["pvesmb-n1-2027.01.15-08.00.00", "theirs"]
snapshots.holder = lambda path, top: Memory()
schedule = snapshots.Schedule({"id": "n1", "path": "/", "top": "/", "keep": ${JSON.stringify(keep)}})
print(json.dumps(schedule.report(${START + hours * HOUR})))
`;
    expect(JSON.parse(python(script))).toEqual({ newest: "2027-01-15 08:00 UTC", late });
});

test("the snapshots of the same share under a former id become the schedule's own, another deployment's do not, whatever other entries hold", () => {
    const found = python(`
import json, os, snapshots, tempfile
snapshots.ENTRIES = tempfile.mkdtemp()
class Memory:
    folder = root = "/x"
    all = {"pvesmb-n0-2027.01.01-00.00.00", "pvesmb-n9-2027.01.01-00.00.00", "daily"}
    def names(self): return list(self.all)
    def rename(self, old, new): self.all.remove(old); self.all.add(new)
snapshots.holder = lambda path, top: Memory()
entries = [{"v": 1, "id": id, "key": "urn:docs", "path": path, "top": "/", "keep": {}} for id, path in (("n0", "/"), ("n1", "/"), ("n9", "/srv"))]
for entry in entries:
    with open(f"{snapshots.ENTRIES}/{entry['id']}.json", "w") as file: json.dump(entry, file)
for number, text in enumerate(("", "{", "[]", "null", "{}", '{"key": "urn:docs", "path": "/", "top": "/"}')):
    with open(f"{snapshots.ENTRIES}/0{number}.json", "w") as file: file.write(text)
os.mkdir(f"{snapshots.ENTRIES}/00.json.d.json")
made = snapshots.Schedule(entries[1]).first(${START})
print(json.dumps([made["name"], *sorted(Memory.all)]))
`);
    const taken = "pvesmb-n1-2027.01.01-00.00.00";
    expect(JSON.parse(found)).toEqual([taken, "daily", taken, "pvesmb-n9-2027.01.01-00.00.00"]);
});

test.each([
    "[]",
    "null",
    "{}",
    "5",
    '{"id": "n0", "path": ["/"], "top": "/", "keep": {}}',
    '{"id": "n0", "path": "/", "top": "/", "keep": {"hourly": "3"}}',
])("an entry of another form is named, and the other schedules go on: %s", (text) => {
    const script = `
import json, snapshots, tempfile
snapshots.ENTRIES = tempfile.mkdtemp()
class Memory:
    root = "/x"
    def names(self): return []
snapshots.holder = lambda path, top: Memory()
for name, text in (("n0", ${JSON.stringify(text)}), ("n1", ${JSON.stringify(JSON.stringify({ id: "n1", path: "/", top: "/", keep: { ...none, hourly: 1 } }))})):
    with open(f"{snapshots.ENTRIES}/{name}.json", "w") as file: file.write(text)
print(json.dumps(snapshots.report()).replace(snapshots.ENTRIES, "ENTRIES"))
`;
    expect(JSON.parse(python(script))).toEqual({
        n0: { error: "ENTRIES/n0.json is not what pvesmb wrote" },
        n1: { newest: null, late: true },
    });
});

test("a folder that is no longer there is named, and what is above it is not snapshotted in its place", () => {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-snapshots-"));
    const entry = { id: "n1", path: join(folder, "moved"), top: folder, keep: { ...none, hourly: 1 } };
    writeFileSync(join(folder, "n1.json"), JSON.stringify(entry));
    const script = `
import json, snapshots
snapshots.ENTRIES = ${JSON.stringify(folder)}
class Above:
    def names(self): return []
    def take(self, name): raise AssertionError("taken")
snapshots.holder = lambda path, top: Above()
print(json.dumps(snapshots.report()), snapshots.all_rounds())
`;
    try {
        expect(python(script)).toBe(`{"n1": {"error": "${entry.path} does not exist; it may have been renamed on the gateway"}} True\n`);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test("another folder in its place is named, until a change of the share says that it counts", () => {
    const entry = { id: "n1", path: "/", top: "/", keep: { ...none, hourly: 1 } };
    const script = `
import json, snapshots, tempfile
snapshots.ENTRIES = tempfile.mkdtemp()
class Memory:
    def __init__(self, root): self.root = root
    def names(self): return []
def made(root, **how):
    snapshots.holder = lambda path, top: Memory(root)
    try:
        schedule = snapshots.Schedule(${JSON.stringify(entry)}, **how)
        if not how.get("gone"): schedule.remember_root()
        return "fine"
    except snapshots.Refused as error:
        return str(error)
print(json.dumps([made("/a"), made("/a"), made("/b"), made("/b", gone=True), made("/b", anew=True), made("/b")]))
`.replaceAll("null", "None");
    const refused = "/ is another folder now: earlier snapshots are of /a, new ones would be of /b";
    expect(JSON.parse(python(script))).toEqual(["fine", "fine", refused, "fine", "fine", "fine"]);
});

describe("what a container may have put there", () => {
    const top = mkdtempSync(join(tmpdir(), "pvesmb-snapshots-"));
    afterAll(() => rmSync(top, { recursive: true }));

    test("no link is followed", () => {
        mkdirSync(join(top, "real/sub"), { recursive: true });
        symlinkSync(join(top, "real"), join(top, "link"));
        const open = (path: string): string => python(`import snapshots\nprint(snapshots.open_dir(${JSON.stringify(path)}) is None)`);
        expect(open(join(top, "real/sub")).trim()).toBe("False");
        expect(open(join(top, "real/none")).trim()).toBe("True");
        expect(() => open(join(top, "link/sub"))).toThrow(/link in it is a link or a file, not a directory/);
    });

    test("a file system without snapshots is named", () => {
        const run = spawnSync("python3", ["-B", join(folder, "snapshots.py"), "look", "/proc/self", "/proc"], { encoding: "utf8" });
        expect([run.status, run.stderr]).toEqual([1, "/proc/self is on a file system of type proc, which has no snapshots\n"]);
    });
});
