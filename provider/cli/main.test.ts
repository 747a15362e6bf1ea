import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** Runs the program in a child process without connection settings. */
function pvesmb(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    const program = ["--require", require.resolve("tsx/cjs"), join(__dirname, "main.ts"), ...args];
    return spawnSync(process.execPath, program, { encoding: "utf8", env: { PATH: process.env["PATH"] } });
}

test("--help lists the commands; a command tells its options", () => {
    expect(pvesmb("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("orphans") as string, stderr: "" });
    expect(pvesmb("orphans", "--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("--state FILE") as string });
});

test("what does not exist is refused, on standard error", () => {
    for (const args of [["nope"], ["toString"], []])
        expect(pvesmb(...args)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("Usage: pvesmb") as string });
    expect(pvesmb("orphans", "--nope")).toMatchObject({
        status: 2,
        stderr: expect.stringContaining("unknown option --nope") as string,
    });
});

test.each([
    [["permission"], "there is no command permission; did you mean permissions?"],
    [["orphan", "--remove"], "there is no command orphan; did you mean orphans?"],
    [["ad", "statsu", "--gateway", "files"], "there is no command statsu; did you mean status?"],
    [["ha", "stauts", "--gateway", "files"], "pvesmb ha: there is no command stauts; did you mean status?"],
    [["permissions", "--storages", "tank"], "pvesmb permissions: unknown option --storages; did you mean --storage?"],
])("%j is a misspelt command", (args, why) => {
    expect(pvesmb(...args)).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining(why) as string });
});

test("what it prints is printable, on both outputs", () => {
    const { status, stderr } = pvesmb("orphans", "--state", "/nonexistent/\u001b[2J.json");
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("/nonexistent/\\u001b[2J.json") as string });
    const key = "ssh-ed25519 AAAA x\u001b]0;owned\u0007";
    const { stdout } = pvesmb("permissions", "--feature", "node-login", "--only", "node", "--ssh-public-key", key);
    expect(stdout).toContain("x\\u001b]0;owned\\u0007");
});

test.each([["orphans"], ["ad", "status", "--gateway", "files"]])("a failure of %s names the variables that are missing", (...args) => {
    const { status, stderr } = pvesmb(...args);
    expect(status).toBe(1);
    expect(stderr).toContain("set the environment variable PROXMOX_VE_ENDPOINT");
    expect(stderr).toContain("set the environment variable PROXMOX_VE_API_TOKEN / PROXMOX_VE_USERNAME / PROXMOX_VE_PASSWORD");
    expect(stderr).not.toMatch(/of the resource|stack config/);
});
