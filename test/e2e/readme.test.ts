import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { labAccess } from "../lab/src/access";
import { control } from "./support/control";
import { removeGuests } from "./support/guests";
import { type Lab, labUp } from "./support/lab";
import { repository } from "./support/package";
import { runDirectory } from "./support/run-directory";
import { Stack } from "./support/stack";

/**
 * README's way from a token to the first file, to the letter: its own blocks, with the lab's names and addresses and smaller sizes. What
 * `pulumi new` makes is there already.
 */

const readme = readFileSync(join(repository, "README.md"), "utf8");
const blocks = (language: string, from: string): string[] =>
    [...readme.slice(readme.indexOf(from)).matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
const [rights = "", up = "", file = ""] = blocks("sh", "**2. ");
const [first = "", limit = "", other = ""] = blocks("ts", "**3. ");

const HOST = "10.86.0.118";
const PASSWORD = "alice likes long p4sswords";
const inLab = (text: string): string =>
    text
        .replaceAll("192.168.1.50", HOST)
        .replaceAll("192.168.1.1", "10.86.0.1")
        .replaceAll("pve1.example.org", "pve1")
        .replace("500GiB", "256MiB")
        .replace("10GiB", "64MiB")
        .replace("20GiB", "96MiB");

let lab: Lab;
let stack: Stack;
let tools: string;
/** A block at the workstation, by somebody whose SSH key root of the node knows. */
const shell = (text: string, input = ""): Promise<{ code: number; output: string }> =>
    stack.command(["sh", "-ec", `PATH=${tools}:$PATH\n${text}`], { input, environment: { PASSWD: PASSWORD } }).done;

beforeAll(async () => {
    lab = await labUp();
    await removeGuests(10_000, 99_999);
    const none = ["ENDPOINT", "USERNAME", "PASSWORD", "API_TOKEN", "SSH_PRIVATE_KEY", "SSH_USERNAME"].map((name) => [
        `PROXMOX_VE_${name}`,
        "",
    ]);
    stack = await Stack.create({
        runDirectory: runDirectory(),
        program: { text: inLab(first) },
        typescript: true,
        project: "files",
        stack: "prod",
        within: lab.within,
        environment: { ...lab.environment, ...(Object.fromEntries(none) as Record<string, string>) },
    });
    tools = join(stack.directory, "tools");
    const key = join(stack.directory, "home/.ssh/id_ed25519");
    for (const folder of [tools, dirname(key)]) mkdirSync(folder, { recursive: true });
    copyFileSync(labAccess().nodeKey, key);
    chmodSync(key, 0o600);
    // OpenSSH looks for its files in root's true home; and at a terminal, unlike here, it leaves what comes next to the next command.
    const options = `-i ${key} -o UserKnownHostsFile=${join(stack.directory, "known_hosts")} -o StrictHostKeyChecking=accept-new`;
    writeFileSync(
        join(tools, "ssh"),
        `#!/bin/sh\ncase "$*" in *" sh") ;; *) exec </dev/null ;; esac\nexec /usr/bin/ssh ${options} "$@"\n`,
        { mode: 0o755 },
    );
});
afterAll(async () => {
    stack?.dispose();
    await removeGuests(10_000, 99_999);
    await control("call", "DELETE", "/access/users/pulumi@pve").catch(() => undefined);
    await control("call", "DELETE", "/pools/files").catch(() => undefined);
});

test("token, pool and template; the program; up; the first file", async () => {
    const made = await shell(rights);
    expect(made).toMatchObject({ code: 0 });
    const [secret = ""] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(made.output) ?? [];
    const script = inLab(up)
        .replace("00000000-0000-0000-0000-000000000000", secret)
        .replace(/^pulumi up$/m, "pulumi up --yes --non-interactive --color never");
    writeFileSync(
        join(stack.project, "connection"),
        script
            .split("\n")
            .filter((line) => line.startsWith("export "))
            .join("\n"),
    );
    const done = await shell(script, PASSWORD);
    expect(done.output).not.toMatch(/error|warning|refused/);
    expect(done).toMatchObject({ code: 0, output: expect.stringContaining("created") as string });
    // What takes longest is said while it goes on, at the gateway.
    const steps = ["creating CT \\d+ on pve1", "installing Samba on [\\d.]+", "installed Samba \\S+ on [\\d.]+"];
    expect(done.output).toMatch(new RegExp(steps.map((step) => `SmbGateway files creating \\(\\d+s\\) ${step}`).join("[^]*")));
    const put = await shell(inLab(file));
    expect(put).toMatchObject({ code: 0, output: expect.stringMatching(/Pulumi\.yaml +A/) as string });
});

test("a limit on a share of its own volume, and a share of another stack", async () => {
    stack.write(inLab(first + limit));
    const again = (folder: string): string =>
        `. ${stack.project}/connection; cd ${folder}; pulumi up --yes --skip-preview --non-interactive`;
    const limited = await shell(again(stack.project));
    expect(limited).toMatchObject({ code: 0, output: expect.stringMatching(/2 created/) as string });
    const plans = join(stack.directory, "plans");
    mkdirSync(plans);
    for (const name of ["package.json", "tsconfig.json"]) copyFileSync(join(stack.project, name), join(plans, name));
    writeFileSync(join(plans, "Pulumi.yaml"), "name: plans\nruntime: nodejs\n");
    writeFileSync(join(plans, "index.ts"), `${first.split("\n").slice(0, 2).join("\n")}\n${other}`);
    const shared = await shell(
        `ln -s ${stack.project}/node_modules ${plans}/node_modules; cd ${plans}; pulumi stack init prod; ${again(plans)}`,
    );
    expect(shared).toMatchObject({ code: 0, output: expect.stringMatching(/SmbShare plans created/) as string });
});
