import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { replay, summary } from "../conformance";
import { otherNames, renameRecordings } from "./rename";
import { keysBeyond, shapeOf, wrongTypes } from "./shape";

jest.setTimeout(60_000);

const folder = join(__dirname, "..", "..", "recordings");
const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test.each(files)("%s: every recorded answer is given", async (name) => {
    const outcomes = await replay(read(name));
    expect(outcomes.filter((outcome) => outcome.verdict === "different")).toEqual([]);
    expect(outcomes.filter((outcome) => outcome.verdict === "not applicable").length).toBeLessThan(outcomes.length * 0.15);
    expect(outcomes.length).toBeGreaterThan(20);
});

test.each(files)("%s: also under other names, VMIDs and sizes", async (name) => {
    const text = read(name);
    const renamed = renameRecordings(text, otherNames);
    expect(renamed).not.toMatch(/"\/nodes\/pve\d\//);
    expect(renamed).not.toMatch(/"local:\d/);
    expect(renamed).not.toMatch(/\/lxc\/\d{3}(?!\d)/);
    const outcomes = await replay(text, otherNames);
    expect(outcomes.filter((outcome) => outcome.verdict === "different")).toEqual([]);
});

test.each(files)("%s: also in another order", async (name) => {
    let state = 20261121;
    const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
    const lines = read(name)
        .split("\n")
        .filter((line) => line !== "");
    const shuffled = lines.map((line) => ({ line, at: random() })).sort((one, other) => one.at - other.at);
    const outcomes = await replay(shuffled.map(({ line }) => line).join("\n"));
    expect(outcomes.filter((outcome) => outcome.verdict === "different")).toEqual([]);
});

test("types and keys: rows of one list count together by kind, and what only one side's list is empty of is not told", () => {
    const recorded = shapeOf([
        { type: "lxc", vmid: 1, pool: "a" },
        { type: "lxc", vmid: 2 },
        { type: "node", level: "" },
    ]);
    const answered = shapeOf([{ type: "lxc", vmid: "1", lock: "x" }]);
    expect(wrongTypes(recorded, answered)).toEqual(["data[lxc].vmid: number -> string"]);
    expect(keysBeyond(recorded, answered)).toEqual(["data[lxc].pool"]);
    expect(keysBeyond(answered, recorded)).toEqual(["data[lxc].lock"]);
    expect(wrongTypes(shapeOf({ parent: null, a: [1] }), shapeOf({ parent: "x", a: ["1"] }))).toEqual([
        "data.parent: null -> string",
        "data.a[]: number -> string",
    ]);
});

test("a wrong answer is seen: status, text, parameter errors, the task's end, data, keys, types", async () => {
    const lines = [
        { v: "9.2.11", as: "adm", m: "GET", p: "/nodes/pve1/lxc/200/config", s: 404, r: "Not Found", b: { data: null } },
        {
            v: "9.2.11",
            as: "adm",
            m: "POST",
            p: "/nodes/pve1/lxc",
            q: { vmid: 201 },
            s: 400,
            r: "Parameter verification failed.",
            b: { data: null, message: "Parameter verification failed.\n", errors: { ostemplate: "missing" } },
        },
        {
            v: "9.2.11",
            as: "adm",
            m: "POST",
            p: "/nodes/pve1/lxc",
            q: { vmid: 202, ostemplate: "local:vztmpl/a.tar.zst", rootfs: "local:1" },
            s: 200,
            r: "OK",
            b: { data: "UPID:pve1:PPPPPPPP:SSSSSSSS:TTTTTTTT:pctcreate:202:adm@pve!adm:" },
            task: { exit: "failed", type: "vzcreate" },
        },
        { v: "9.2.11", as: "adm", m: "GET", p: "/access/roles/PVEPoolUser", s: 200, r: "OK", b: { data: { "Pool.Allocate": 1 } } },
        {
            v: "9.2.11",
            as: "adm",
            m: "GET",
            p: "/nodes/pve1/qemu/203/status/current",
            s: 200,
            r: "OK",
            b: { data: { name: "VM 203", vmid: "203", ha: "managed=0", pid: 1 }, total: 1 },
        },
        { v: "9.2.11", as: "adm", m: "GET", p: "/pools", s: 200, r: "OK", b: { data: [{ poolid: "a" }] } },
        { v: "9.2.11", as: "adm", m: "GET", p: "/storage", s: 200, r: "OK", b: { data: [{ storage: 7, shared: "1" }] } },
    ];
    const outcomes = await replay(lines.map((line) => JSON.stringify(line)).join("\n"));
    expect(summary(outcomes)).toBe("0 alike, 7 different, 0 not applicable");
    expect(outcomes[0]?.notes[0]).toBe("status: 404 -> 200");
    expect(outcomes[1]?.notes).toEqual(['errors: {"ostemplate":"missing"} -> {"ostemplate":"property is missing and it is not optional"}']);
    expect(outcomes[2]?.notes.map((note) => note.split(":")[0])).toEqual(["data", "task"]);
    expect(outcomes[3]?.notes.map((note) => note.split(":")[0])).toEqual(["missing keys", "extra keys", "data"]);
    expect(outcomes[4]?.notes).toEqual([
        'body: "data, total" -> "data"',
        'missing keys: "" -> "data.pid"',
        expect.stringMatching(/^extra keys: "" -> "data\.status, /),
        'types: "" -> "data.vmid: string -> number, data.ha: string -> object"',
    ]);
    expect(outcomes[5]?.notes).toEqual(['missing rows: "" -> "data[]"']);
    expect(outcomes[6]?.notes).toEqual(['missing rows: "" -> "data[]"']); // Of no type; the answer's have one.
});

/** Recorded answers with one key more or less, or of another JSON type: what typed clients stumble over. */
describe("a recorded answer that is falsified is seen", () => {
    type Data = Record<string, unknown>;
    const without = (data: Data, key: string): Data => Object.fromEntries(Object.entries(data).filter(([name]) => name !== key));
    const rowOf = (data: unknown, key: string, value: string): Data => (data as Data[]).find((row) => row[key] === value) ?? {};

    async function falsified(path: string, change: (data: never) => unknown): Promise<string[] | undefined> {
        const lines = read("recordings-9.2.jsonl").split("\n");
        const got = (of: string): string =>
            lines.find((each) => each.includes('"m":"GET"') && each.includes(`"p":"${of}"`) && each.includes('"s":200')) ?? "{}";
        const recording = JSON.parse(got(path)) as { b: { data: never } };
        recording.b.data = change(recording.b.data) as never;
        // The first one has the name of a node, which a file must have.
        return (await replay([got("/nodes/pve1/storage/local/status"), JSON.stringify(recording)].join("\n")))[1]?.notes;
    }

    test.each<[what: string, path: string, change: (data: never) => unknown, note: string]>([
        [
            "the lab gives a key that Proxmox VE does not: of an object",
            "/nodes/pve1/storage/local/status",
            (data: Data) => without(data, "shared"),
            'extra keys: "" -> "data.shared"',
        ],
        [
            "... of the rows of a list",
            "/access/users/svc@pve/token",
            (data: Data[]) => data.map((row) => without(row, "privsep")),
            'extra keys: "" -> "data[].privsep"',
        ],
        [
            "the lab lacks a key: of an object",
            "/nodes/pve1/lxc/200/status/current",
            (data: Data) => ({ ...data, pressurecpusome: "0.00" }),
            'missing keys: "" -> "data.pressurecpusome"',
        ],
        [
            "... of an object within",
            "/nodes/pve1/lxc/200/status/current",
            (data: Data) => ({ ...data, ha: { managed: 0, group: "a" } }),
            'missing keys: "" -> "data.ha.group"',
        ],
        [
            "another type: a number as text",
            "/storage",
            (data: Data[]) => data.map((row) => ({ ...row, priority: "0" })),
            'types: "" -> "data[dir].priority: string -> number"',
        ],
        [
            "... an object as text",
            "/nodes/pve1/lxc/103/status/current",
            (data: Data) => ({ ...data, ha: "managed=0" }),
            'types: "" -> "data.ha: string -> object"',
        ],
        [
            "... true and false as numbers",
            "/pools/gw",
            (data: { members: Data[] }) => ({ ...data, members: [{ ...rowOf(data.members, "id", "lxc/200"), vmid: true }] }),
            'types: "" -> "data.members[lxc].vmid: boolean -> number"',
        ],
    ])("%s", async (_, path, change, note) => {
        expect(await falsified(path, change)).toContain(note);
        expect(await falsified(path, (data) => data)).toEqual([]);
    });
});
