import { spawnSync } from "node:child_process";
import { asset } from "../base/asset";

/** A nameserver of a domain that says what no honest one would; program/probe.py asks it as root of a gateway. */

const program = asset("ad/program/probe.py").replace(/\nmain\(\)\n$/, "\n");

function python(script: string): unknown {
    const { stdout, stderr, status } = spawnSync("python3", ["-I", "-c", `${program}\n${script}`], { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
}

/** The reply to a question, with SRV records of these targets, each a list of labels. */
const REPLY = `
def reply(*targets):
    data = b"\\0\\1" + struct.pack("!5H", 0x8180, 1, len(targets), 0, 0) + encoded("x.example") + struct.pack("!2H", 33, 1)
    for labels in targets:
        name = b"".join(bytes([len(label)]) + label for label in labels) + b"\\0"
        data += b"\\xc0\\x0c" + struct.pack("!HHIH", 33, 1, 60, 6 + len(name)) + struct.pack("!3H", 0, 100, 389) + name
    return data
`;

test("only names that a host can have count", () => {
    const hostile = [
        'b"\\xff\\xfe", b"example"',
        'b"dc\\0", b"example"',
        'b"-S", b"example"',
        'b"dc\\n", b"example"',
        'b"a b"',
        'b"\\x1b[2J"',
        'b"$(id)"',
    ];
    const targets = [...hostile, 'b"DC1", b"example"'].map((labels) => `[${labels}]`).join(", ");
    expect(python(`${REPLY}\nprint(json.dumps(records_in(reply(${targets}), "SRV")))`)).toEqual([[0, 100, 389, "dc1.example"]]);
});

test("a name that DNS cannot hold is asked for nowhere, and ends no look", () => {
    const names = ['"dc\\ufffd.example"', `"${"a".repeat(300)}.example"`, '"\\ud800.example"'];
    expect(python(`print(json.dumps([ask("127.0.0.1", name, "A") for name in (${names.join(", ")})]))`)).toEqual([[], [], []]);
});

test("who sends a byte now and then is not waited for longer than for others", () => {
    const script = `
import threading
PATIENCE = 1
near, far = socket.socketpair()
def drip():
    with contextlib.suppress(OSError):
        far.sendall(b"\\xff\\xff")
        while True:
            far.sendall(b"x")
            time.sleep(0.05)
threading.Thread(target=drip, daemon=True).start()
began = time.monotonic()
try:
    exactly(near, 65535, began + PATIENCE)
except OSError as error:
    print(json.dumps([isinstance(error, TimeoutError), time.monotonic() - began < 30]))
`;
    expect(python(script)).toEqual([true, true]);
});
