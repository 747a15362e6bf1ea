import { readTrace, tally } from "./trace";

const lines = [
    { kind: "api", method: "POST", path: "/access/ticket", status: 200, ms: 12 },
    { kind: "api", method: "GET", path: "/cluster/resources", status: 200, ms: 5 },
    { kind: "api", method: "PUT", path: "/nodes/pve1/lxc/100/config", status: 200, ms: 8 },
    { kind: "exec", host: "h", command: "sh", code: 0, ms: 100 },
    { kind: "gather", host: "h", ms: 60, remoteMs: 40 },
    { kind: "batch", host: "h", units: 16, ms: 900, remoteMs: 800 },
    { kind: "batch", host: "h", units: 2, ms: 400, remoteMs: 300 },
    { event: "bug", stack: "..." },
];
const file = lines.map((line) => `${JSON.stringify(line)}\n`).join("");

test("reads the lines of a trace; an empty one is no operation at all", () => {
    expect(readTrace(file)).toEqual(lines);
    expect(readTrace("")).toEqual([]);
});

test("a torn line is an error, not a figure that is too small", () => {
    expect(() => readTrace(`${file}{"kind":"ba`)).toThrow(SyntaxError);
});

test("counts remote executions and API calls apart, by the host's own clock where there is one", () => {
    expect(tally(readTrace(file))).toEqual({ remote: 4, remoteMs: 100 + 40 + 800 + 300, eightMs: 400, api: 3, writes: 1 });
});

test("a small batch is not scaled up to eight", () => {
    expect(tally([{ kind: "batch", units: 2, remoteMs: 300 }]).eightMs).toBe(300);
});

test("a request that failed counts with the time that it took from here", () => {
    expect(tally([{ kind: "batch", units: 1, ms: 250 }]).remoteMs).toBe(250);
});

test("nothing reached out: all zero", () => {
    expect(tally([])).toEqual({ remote: 0, remoteMs: 0, eightMs: 0, api: 0, writes: 0 });
});
