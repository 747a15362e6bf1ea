import { Bench, LocalHost, soon } from "../../../test/support/hosts/local-host";
import type { Step } from "../batch";
import { Executor } from "./executor";

/** Root of a gateway answers in the agent's place. */

jest.setTimeout(20_000);

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

/** An executor on a host whose agent is ready, and then says these lines once it is asked something. */
function liar(...lines: string[]): Executor {
    const host = new LocalHost();
    const script = `
import os, sys
print('{"id": 0, "ok": {}}', flush=True)
heard = b""
while b'{"id":1,"do"' not in heard:
    heard += os.read(0, 65536)
sys.stdout.write(sys.argv[1] + "\\n")
sys.stdout.flush()
while os.read(0, 65536):
    pass
`;
    return new Executor(
        Object.assign(Object.create(host) as LocalHost, { open: () => host.open(["python3", "-c", script, lines.join("\n")]) }),
        bench.places,
    );
}

const empty = { files: {}, stat: {}, statvfs: {}, commands: {}, ms: 1 };
const ok = (answer: unknown): string => JSON.stringify({ id: 1, ok: answer });

describe("what is no answer ends no process, and the answer after it counts", () => {
    test.each([
        "null",
        "5",
        '"text"',
        "[]",
        "{}",
        '{"id": null, "ok": 1}',
        '{"id": "1", "ok": 1}',
        '{"id": 99, "error": null}',
        "login: hello",
    ])("%s", async (line) => {
        const executor = liar(line, ok(empty));
        try {
            expect(await executor.gather({}, soon())).toEqual(empty);
        } finally {
            executor.close();
        }
    });
});

test.each([
    ["nothing", '{"id": 1, "error": null}'],
    ["a number", '{"id": 1, "error": 5}'],
    ["no kind", '{"id": 1, "error": {"message": "m"}}'],
    ["that the gateway is gone", '{"id": 1, "error": {"kind": "NotFound", "message": "m"}}'],
    ["that it is another host", '{"id": 1, "error": {"kind": "HostKeyMismatch", "message": "m"}}'],
])("a failure that says %s is one of the host's", async (_, line) => {
    const executor = liar(line);
    try {
        await expect(executor.gather({}, soon())).rejects.toMatchObject({ name: "RemoteFailed" });
    } finally {
        executor.close();
    }
});

describe("an answer of another form is refused", () => {
    test.each<[string, unknown]>([
        ["null", null],
        ["a list", []],
        ["files", { ...empty, files: { "/etc/passwd": 5 } }],
        ["stat", { ...empty, stat: { "/srv": { type: "directory" } } }],
        ["stat", { ...empty, stat: { "/srv": { type: "file", uid: 0, gid: 0, owner: "root", group: "root", mode: "rwx", size: 0 } } }],
        ["commands", { ...empty, commands: { df: { code: "0", stdout: "", stderr: "" } } }],
        ["statvfs", { ...empty, statvfs: { "/srv": null } }],
    ])("of a look: %s", async (_, answer) => {
        const executor = liar(ok(answer));
        try {
            await expect(executor.gather({}, soon())).rejects.toMatchObject({
                name: "RemoteFailed",
                message: expect.stringContaining("this machine: what answers there is not pvesmb's own program") as string,
            });
        } finally {
            executor.close();
        }
    });

    test.each<[string, unknown]>([
        ["units", { units: null, steps: {}, recovered: 0, ms: 1, waitedMs: 0 }],
        ["a unit", { units: { u: { ok: "yes" } }, steps: {}, recovered: 0, ms: 1, waitedMs: 0 }],
        [
            "a value",
            {
                units: { u: { ok: true, changed: false, steps: { uid: { changed: true, value: [0] } } } },
                steps: {},
                recovered: 0,
                ms: 1,
                waitedMs: 0,
            },
        ],
    ])("of a batch: %s", async (_, answer) => {
        const executor = liar(ok(answer));
        try {
            await expect(executor.batch({ units: [], verify: [], commit: [] }, soon())).rejects.toMatchObject({ name: "RemoteFailed" });
        } finally {
            executor.close();
        }
    });
});

test("a line without an end is cut off, and does not fill our memory", async () => {
    const host = new LocalHost();
    const script = `
import sys
print('{"id": 0, "ok": {}}', flush=True)
while True:
    sys.stdout.write("x" * (1 << 20))
`;
    const executor = new Executor(
        Object.assign(Object.create(host) as LocalHost, {
            open: async () => {
                const channel = await host.open(["python3", "-c", script]);
                return { ...channel, destroy: () => void host.last.kill("SIGKILL") };
            },
        }),
        bench.places,
    );
    const before = process.memoryUsage().rss;
    await expect(executor.gather({}, soon())).rejects.toMatchObject({ name: "Unreachable" });
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 2 ** 20);
});

test("a value that a step did not find is none", async () => {
    const take: Step = { do: "run", id: "x", argv: ["echo", "a"], take: "a(b)?" };
    expect((await bench.fine(take)).steps["x"]).toMatchObject({ changed: true, code: 0, stdout: "a\n" });
});
