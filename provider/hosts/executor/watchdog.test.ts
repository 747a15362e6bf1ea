import { spawn } from "node:child_process";
import { Bench, sleep, unit } from "../../../test/support/hosts/local-host";
import { agentCommand, agentProgram } from "./agent-source";

/** An agent whose channel is gone while a step hangs where no signal reaches it: its lock must not stay for ever. */

jest.setTimeout(30_000);

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

/** The agent with the watchdog's time in seconds instead of minutes, and a step that hangs. */
function hanging(seconds: number): Buffer {
    const sent = agentProgram().toString();
    const modules = JSON.parse(sent.slice(sent.indexOf("\n") + 1)) as [string, string][];
    const changed = modules.map(([name, text]) => [
        name,
        name === "agent"
            ? text.replace(/^LAST = \d+$/m, `LAST = ${seconds}`)
            : name === "places"
              ? `${text}\nimport time\ndef do_hang(scope, step):\n    open(step["path"], "w").close()\n    while True:\n        try:\n            time.sleep(3600)\n        except BaseException:\n            pass\n`
              : text,
    ]);
    const program = Buffer.from(JSON.stringify(changed));
    return Buffer.concat([Buffer.from(`${program.length}\n`), program]);
}

test("ends by itself, and the next agent gets the lock", async () => {
    const [command = "", ...args] = agentCommand(bench.places);
    const agent = spawn(command, args, { stdio: ["pipe", "ignore", "inherit"] });
    const ended = new Promise<number | null>((resolve) => agent.once("close", resolve));
    agent.stdin.write(hanging(1));
    const spec = { units: [unit("u", { do: "hang", path: bench.at("begun") } as never)], verify: [], commit: [] };
    agent.stdin.write(`${JSON.stringify({ id: 1, do: "batch", spec, seconds: 3600 })}\n`);
    for (;;) {
        try {
            bench.read("begun");
            break;
        } catch {
            await sleep(20);
        }
    }
    agent.stdin.end();
    expect(await ended).toBe(1);
    expect((await bench.run({ units: [unit("v")] })).units["v"]).toMatchObject({ ok: true });
});
