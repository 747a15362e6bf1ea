import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Step } from "../batch";
import { Executor } from "./executor";
import { Bench, LocalHost, freePort, run, running, sleep, soon, unit } from "../../../test/support/hosts/local-host";

let bench: Bench;
beforeEach(() => (bench = new Bench()));
afterEach(() => bench.dispose());

const server =
    "import socket,sys,time;s=socket.socket();s.setsockopt(1,2,1);s.bind(('127.0.0.1',int(sys.argv[1])));s.listen();time.sleep(99)";

it("starts once, is no change, ends with the executor", async () => {
    const port = await freePort();
    const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port };
    const pids = (): string[] =>
        execFileSync("pgrep", ["-f", `time.sleep.99. ${port}$`], { encoding: "utf8" })
            .trim()
            .split("\n");
    expect((await bench.fine(step)).changed).toBe(false);
    const before = pids();
    await bench.fine(step);
    expect(pids()).toEqual(before);
    bench.host.last.kill("SIGKILL");
    await bench.executor.ping(soon()).catch(() => undefined);
    for (let i = 0; i < 100 && running(before[0]!); i++) await sleep(20);
    expect(running(before[0]!)).toBe(false);
});

it("is waited for until it is ready, beyond listening", async () => {
    const port = await freePort();
    const ready = ["sh", "-c", `echo >> ${bench.at("tries")}; [ $(wc -l < ${bench.at("tries")}) -eq 3 ]`];
    const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port, ready };
    await bench.fine(step);
    await bench.fine(step);
    expect(readFileSync(bench.at("tries"), "utf8")).toBe("\n\n\n");
    const other = await freePort();
    const argv = ["python3", "-c", server, String(other)];
    const never: Step = { do: "daemon", name: "n", argv, port: other, ready: ["false"], timeout: 0.5 };
    expect((await bench.broken(never)).message).toMatch(/not ready on port/);
});

it("of another deployment gives way, and comes back when that one goes on", async () => {
    const port = await freePort();
    const step: Step = { do: "daemon", name: "d", argv: ["python3", "-c", server, String(port)], port };
    const other = new Executor(new LocalHost(), bench.places);
    for (let turn = 0; turn < 3; turn++) {
        await bench.fine(step);
        const { units } = await other.batch({ units: [unit("u", step)], verify: [], commit: [] }, soon());
        expect(units["u"]).toMatchObject({ ok: true });
    }
    other.close();
});

it("is not taken to listen when a look at its port reaches only itself", async () => {
    // A network namespace where outgoing connections get the daemon's own port while it is free.
    const alone = 'ip link set lo up && echo 24450 24451 > /proc/sys/net/ipv4/ip_local_port_range && exec "$@"';
    const open = bench.host.open.bind(bench.host);
    bench.host.open = (argv) => open(["unshare", "--map-root-user", "--net", "sh", "-c", alone, "sh", ...argv]);
    const step: Step = { do: "daemon", name: "d", argv: ["sh", "-c", `sleep 0.2; exec python3 -c "${server}" 24450`], port: 24450 };
    await bench.fine(step, run("sh", "-c", "ss -Htln sport = :24450 | grep -q LISTEN"));
});

it("says what it printed when it does not come up, and when the port is somebody's", async () => {
    const port = await freePort();
    const step: Step = { do: "daemon", name: "d", argv: ["sh", "-c", "echo cannot bind; exit 1"], port };
    expect((await bench.broken(step)).message).toContain("exit code 1: cannot bind");
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    const error = await bench.steps(step);
    other.close();
    expect(error).toMatchObject({ ok: false, message: `port ${port} on loopback, needed for d, is in use` });
});
