import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "../base/log";
import { Misuse } from "./arguments";
import { permissions } from "./permissions";
import { PROGRAMS } from "../model/permissions/features";
import { creationUses, removalUses } from "../machines/lxc/rights";
import { knownPermissions } from "../proxmox/access";
import { checkRights } from "../rights/check";
import { Bench, lines } from "../../test/support/proxmox/harness";
import { life } from "../../test/support/permissions/life";
import { inputsOf, TEMPLATE, World } from "../../test/support/permissions/world";

/** The output of `npx pvesmb permissions`, run as printed, grants what pvesmb needs. */
const bench = new Bench();
const PLACES = ["--pool", "gw", "--storage", "system", "--storage", "tank", "--template-storage", "templates", "--bridge", "vmbr0"];

async function print(...args: string[]): Promise<{ code: number; text: string }> {
    const log: Log & { lines: string[] } = lines();
    try {
        const code = await permissions(args, log);
        return { code, text: log.lines.join("\n") };
    } catch (error) {
        if (error instanceof Misuse) return { code: 2, text: error.message };
        throw error;
    }
}

/** Splits commands like a shell that only has pveum. */
function commandsOf(script: string): string[][] {
    const shell = 'pveum() { printf "%s\\0" "$@"; printf "\\n"; }\n';
    const output = execFileSync("sh", ["-eu"], { input: shell + script, encoding: "utf8" });
    return output
        .split("\n")
        .filter(Boolean)
        .map((line) => line.split("\0").slice(0, -1));
}

test("the commands make a token that can do everything usual", async () => {
    const world = await World.start(bench, "9.2");
    try {
        await world.pveum(["user", "delete", "pulumi@pve"]);
        const { text } = await print(...PLACES, "--token", "files");
        for (const command of commandsOf(text)) if (command[0] !== "pool") await world.pveum(command);
        const inputs = inputsOf();
        const template = { volid: `templates:vztmpl/${TEMPLATE}` };
        await checkRights(world.token(), [...creationUses(inputs, "key", { template }), ...removalUses(inputs, 400)]);
        await life(world.token(), inputs);
    } finally {
        await world.api.close();
    }
});

test.each([
    [[], "--storage, --template-storage, --bridge: needed for these features, as in `npx pvesmb permissions --pool"],
    [["--feature", "node-logn"], "there is no feature node-logn; did you mean node-login?"],
    [["--feature", "everything"], "there is no feature everything; there are usual, gateway,"],
    [[...PLACES, "--user", "two words@pve"], "--user:"],
    [[...PLACES, "--pool", "x; id"], "--pool:"],
    [["--feature", "node-login", "--ssh-user", "ALL"], "--ssh-user:"],
    [["--feature", "node-login", "--ssh-public-key", "ssh-ed25519 AAAA\nPVESMB_END\nid"], "--ssh-public-key:"],
])("%j is refused", async (args, why) => {
    const { code, text } = await print(...args);
    expect(code).toBe(2);
    expect(text).toContain(why);
});

test("the example in the message for missing places works", async () => {
    const [, example = ""] = /`npx pvesmb permissions ([^`]*)`/.exec((await print()).text) ?? [];
    const { code, text } = await print(...example.split(" "));
    expect({ code, text }).toEqual({
        code: 0,
        text: expect.stringContaining("# Messages that something already exists are expected") as string,
    });
});

test("JSON says the same", async () => {
    const { text } = await print(
        "--json",
        "--feature",
        "find-gateway",
        "--feature",
        "node-login",
        "--user",
        "root@pam",
        "--vmids",
        "100-199",
    );
    expect(JSON.parse(text)).toMatchObject({
        user: "root@pam",
        token: "root@pam!pvesmb",
        grants: [{ path: "/vms", privileges: ["VM.Audit"], role: "SmbGuests.Audit" }],
        ssh: { user: "pulumi", wrapper: true, vmids: { first: 100, last: 199 }, privileged: false },
        rootEquivalent: [expect.stringContaining("root in every container") as string],
    });
});

test("root@pam needs no rights of its own, its token does", async () => {
    const { text } = await print("--feature", "find-gateway", "--user", "root@pam");
    expect(text).not.toMatch(/--users|user add/);
    expect(text).toContain("pveum acl modify /vms --tokens 'root@pam!pvesmb' --roles SmbGuests.Audit");
});

test("what can make itself root is told", async () => {
    const { text } = await print("--feature", "privileged-container");
    expect(text).toContain("# Warning: as powerful as root: to make a privileged container");
    expect((await print("--feature", "privileged-container", "--pve", "8")).text).not.toContain("Sys.Modify --");
    expect((await print(...PLACES)).text).not.toContain("Mind");
});

test("what Proxmox VE 8 gives with the usual rights is told, and what a right reaches beyond its purpose", async () => {
    expect((await print(...PLACES, "--pve", "8")).text).toMatch(
        /# Mind: to make, look at, .*: Proxmox VE 8 lets .* make privileged containers/,
    );
    expect((await print(...PLACES)).text).not.toContain("AllocateTemplate");
    const { text } = await print(...PLACES, "--feature", "template-download");
    expect(text).toContain("Datastore.AllocateTemplate");
    expect(text).toMatch(/# Mind: to download a template .* any template or ISO image there/);
});

test("what to tell pvesmb is what was installed", async () => {
    const header = async (...args: string[]): Promise<string> =>
        /^# For pvesmb: (.*)$/m.exec((await print("--only", "node", ...args)).text)?.[1] ?? "";
    const login = ["--feature", "node-login"];
    expect(await header("--feature", "share-snapshots")).toBe("PROXMOX_VE_SSH_USERNAME=pulumi");
    expect(await header(...login)).toBe("PROXMOX_VE_SSH_USERNAME=pulumi PVESMB_SSH_VIA=node PVESMB_SSH_PCT=/usr/local/sbin/pvesmb-pct");
    expect(await header(...login, "--no-wrapper")).toBe("PROXMOX_VE_SSH_USERNAME=pulumi PVESMB_SSH_VIA=node");
    expect(await header(...login, "--ssh-user", "root")).toBe("PROXMOX_VE_SSH_USERNAME=root PVESMB_SSH_VIA=node");
    const host = (mode: string): string => `mode: ${mode}, ssh: { host: ..., user: "pulumi" }`;
    expect(await header("--feature", "existing-host")).toBe(host('"existing"'));
    expect(await header("--feature", "native")).toBe(host('"native"'));
    expect(await header("--feature", "native", "--feature", "existing-host")).toBe(host('"existing" or "native"'));
});

test("--remove takes away the rights of the same options, and nobody else's", async () => {
    const world = await World.start(bench, "9.2");
    try {
        const run = async (...args: string[]): Promise<void> => {
            for (const command of commandsOf((await print(...args)).text))
                if (command[0] === "acl" || command[0] === "role") await world.pveum(command);
        };
        await run("--feature", "find-gateway", "--token", "files");
        await run("--feature", "node-address", "--token", "files");
        await run("--feature", "find-gateway", "--token", "files", "--remove");
        const held = await knownPermissions(world.token());
        expect(held?.get("/vms")?.has("VM.Audit") ?? false).toBe(false);
        expect(held?.get("/")?.has("Sys.Audit")).toBe(true);
    } finally {
        await world.api.close();
    }
});

test.each(["$(touch made)", "`touch${IFS}made`", "x;touch${IFS}made;", "x'y", 'x"y', "x&y", "x|y", "x>made"])(
    "a user's name is one word for the shell: %s",
    async (name) => {
        const { code, text } = await print(...PLACES, "--only", "api", "--user", `${name}@pve`);
        if (code !== 0) return expect(text).toContain("cannot be one");
        expect(commandsOf(`cd "$(mktemp -d)"\n${text}\n[ ! -e made ] || pveum made`)).toContainEqual(["user", "add", `${name}@pve`]);
        expect(commandsOf(`cd "$(mktemp -d)"\n${text}\n[ ! -e made ] || pveum made`)).not.toContainEqual(["made"]);
    },
);

test("the programs that steps run are those that the list names", () => {
    const files = ["hosts", "samba", "ad", "ctdb", "quota", "snapshots", "gateway", "resources"].flatMap((name) => {
        const folder = join(__dirname, "..", name);
        const all = readdirSync(folder, { recursive: true, encoding: "utf8" });
        return all.filter((file) => /(?<!\.test)\.ts$/.test(file)).map((file) => join(folder, file));
    });
    const texts = files.map((file) => readFileSync(file, "utf8"));
    const named = texts.flatMap((text) =>
        [
            ...text.matchAll(
                /\b(?:(?:argv|ready|unless|onlyIf|undo): \[\s*|about\("[A-Z]+", [\w.]+, )"([^"]+)"|(?:: |=> )\["([a-z][\w.-]*)", "(?:-|[A-Z]+=)/g,
            ),
        ].map((match) => match[1] ?? match[2] ?? ""),
    );
    expect([...new Set([...named.filter((name) => !["test", "sh"].includes(name)), "smbd"])].sort()).toEqual(PROGRAMS);
});
