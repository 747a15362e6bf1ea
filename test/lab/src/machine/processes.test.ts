import { spawn } from "node:child_process";
import { once } from "node:events";
import { identify, isAlive } from "./processes";

test("a process is known by its start, not by its number alone", async () => {
    const child = spawn("sleep", ["60"]);
    const known = identify(child.pid ?? 0);
    if (!known) throw new Error("sleep does not run");
    expect(isAlive(known)).toBe(true);
    expect(isAlive({ ...known, started: "1" })).toBe(false);
    expect(isAlive({ ...known, boot: "another" })).toBe(false);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(known)).toBe(false);
});
