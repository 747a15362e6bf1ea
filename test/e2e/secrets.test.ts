import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labAccess } from "../lab/src/access";
import { stateDir } from "../lab/src/machine/layout";
import { ntHash } from "../../provider/samba/nt-hash";
import { control } from "./support/control";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { program, smallArgs } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { filesInGuest, filesOnNode, filesWith, foundIn, type Needles, ProcessWatch } from "./support/secret-hunt";
import { smbclient } from "./support/smb-client";
import type { CommandOptions, Operation, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * A gateway's whole life, with refused inputs, failed logins and a failed batch. Afterwards its secrets are nowhere in clear text: not in
 * the state, in output or traces, in a process list, or on a disk of workstation, node or guest.
 */

const vmids = { from: 5300, to: 5349 };
const host = "10.86.0.163";

/** Every secret contains such a piece, surrounded by characters that each encoding writes differently. */
const piece = (): string => randomBytes(9).toString("hex");
const pieces = { password: piece(), changed: piece(), refused: piece(), wrong: piece(), token: piece() };
const password = `"ä' $${pieces.password}\\ %u`;
const changed = `"ä' $${pieces.changed}\\ %u`;
const privateKey = (): string => readFileSync(labAccess().nodeKey, "utf8");

let needles: Needles;
let place: Workplace;
let stack: Stack;
let watch: ProcessWatch;
let guest: Guest;
let printed = "";

/** With -v=9 the engine logs every value, secrets in clear text; it does so in lines of its own. */
const ENGINE = /^\{"time":.*"level":.*\}\n/gm;
const trace = (): string => join(stack.directory, "trace.json");

/** A file that is older than everything in this test. */
const begin = (): string => join(runDirectory(), "secrets-begin");

async function run(operation: Operation, options: CommandOptions & { fails?: boolean; flags?: string[] } = {}): Promise<string> {
    const { output } = await stack[operation]({ ...options, environment: { PVESMB_TRACE: trace(), ...options.environment } });
    printed += output.replace(ENGINE, "");
    return output;
}

/** Secrets come from encrypted configuration, also those of the connection. */
function write(more: { user?: string; connection?: string; rest?: string } = {}): void {
    const { user = 'config.requireSecret("alice")', connection = "", rest = "" } = more;
    stack.write(
        program(
            "const config = new pulumi.Config();",
            `const connection = { apiToken: config.requireSecret("token"), ssh: { privateKey: config.requireSecret("key") }, ${connection} };`,
            `const files = new pvesmb.SmbGateway("files", { ...${JSON.stringify(smallArgs(host, vmids))}, connection });`,
            `const alice = new pvesmb.SmbUser("alice", { gateway: files, password: ${user} });`,
            `const docs = new pvesmb.SmbShare("docs", { gateway: files, access: [{ user: alice.name, level: "full" }] });`,
            rest,
        ),
    );
}

beforeAll(async () => {
    writeFileSync(begin(), "");
    place = await workplace(vmids);
    const secret = `${pieces.token.slice(0, 8)}-${pieces.token}`;
    await control("add", {
        users: [{ userid: "secrets@pve", tokens: [{ tokenid: "e2e", secret, privsep: false }] }],
        acl: [{ path: "/", type: "user", ugid: "secrets@pve", roleid: "Administrator" }],
    });
    const key = privateKey().split("\n")[2] ?? "";
    needles = { ...pieces, key, hash: ntHash(password), hashOfChanged: ntHash(changed) };
    const unset = Object.fromEntries(["API_TOKEN", "USERNAME", "PASSWORD", "SSH_PRIVATE_KEY"].map((name) => [`PROXMOX_VE_${name}`, ""]));
    watch = new ProcessWatch(needles);
    stack = await place.stack("", { environment: unset });
    const { refused, wrong } = pieces;
    for (const [name, value] of Object.entries({ token: `secrets@pve!e2e=${secret}`, key: privateKey(), alice: password, refused, wrong }))
        await stack.config(name, value, { secret: true });
});
afterAll(() => place?.dispose());

/** Wrapped tools of the guest that record their arguments: they end too soon to be seen in a process list. */
const TOOLS = ["smbpasswd", "pdbedit", "net", "smbclient", "smbcontrol", "useradd", "usermod", "groupadd", "gpasswd", "python3"];

test("a life with failures in it", async () => {
    write();
    await run("up");
    const [made] = await guestsWithin(vmids.from, vmids.to);
    if (!made) throw new Error("there is no guest");
    guest = made;
    for (const tool of TOOLS)
        await inGuest(
            guest,
            `file=$(readlink -f $(command -v ${tool})) && mv $file $file.real && printf '#!/bin/sh\\nprintf "%%s " "$0" "$@" >> /var/tmp/argv\\nexec '$file'.real "$@"\\n' > $file && chmod 755 $file`,
        );

    // Refused by check.
    write({ user: 'config.requireSecret("refused").apply((text) => `\\n${text}`)' });
    expect(await run("preview", { fails: true })).toContain("password: must not contain control characters");
    write({ rest: `new pvesmb.SmbUser("bob", { gateway: files, passwrod: config.requireSecret("refused") } as any);` });
    expect(await run("preview", { fails: true })).toContain("did you mean password?");

    // Refused by PVE: another gateway with a wrong login.
    const login = `{ username: "root@pam", password: config.requireSecret("wrong"), ssh: connection.ssh }`;
    const other = JSON.stringify(smallArgs("10.86.0.164", vmids));
    write({ rest: `new pvesmb.SmbGateway("other", { ...${other}, connection: ${login} });` });
    expect(await run("up", { fails: true })).toContain("rejected the credentials of root@pam");

    // A partly failed batch: a changed password, a share that Samba cannot serve and an account that belongs to Debian.
    await stack.config("alice", changed, { secret: true });
    const broken = `new pvesmb.SmbShare("broken", { gateway: files, options: { "vfs objects": "nowhere" } });`;
    const taken = `new pvesmb.SmbUser("daemon", { gateway: files, password: config.requireSecret("alice") });`;
    write({ rest: broken + taken });
    await run("up", { fails: true, flags: ["--continue-on-error"] });

    // With the CLI at its most verbose.
    write();
    const talk = ["-v=9", "--logtostderr", "--logflow", "--diff"];
    await run("up", { flags: talk });
    await run("refresh", { flags: talk });
    expect((await smbclient(place.lab.within, { host, share: "docs" }, { user: "alice", password: changed }, "ls")).code).toBe(0);
    expect((await smbclient(place.lab.within, { host, share: "docs" }, { user: "alice", password }, "ls")).code).not.toBe(0);
});

test("the hunt finds what is there", async () => {
    // The tools above recorded this in clear text: if the search missed it, the results below would mean nothing.
    const ran = await inGuest(guest, "cat /var/tmp/argv");
    for (const tool of ["smbpasswd", "pdbedit", "usermod", "python3"]) expect(ran).toContain(tool);
    const there = { argv: "smbpasswd -s -a" };
    expect(await filesInGuest(guest.node, guest.vmid, there)).toContain("/var/tmp/argv");
    expect(await filesOnNode("pve1", { name: "root:x:0:0" })).toContain("/etc/passwd");
    expect(await filesWith([stack.directory], { tool: "vfs objects" }, begin())).not.toEqual([]);
    expect(foundIn(Buffer.from(`.${password}`).toString("base64"), needles)).toEqual(["password"]);
    expect(existsSync(trace())).toBe(true);
    expect(printed).toContain("updating");
});

test("neither state, output nor trace holds a secret", async () => {
    expect(foundIn(printed, needles)).toEqual([]);
    expect(foundIn(readFileSync(trace(), "utf8"), needles)).toEqual([]);
    expect(foundIn(JSON.stringify(await stack.exportState()), needles)).toEqual([]);
});

test("nor does a file of the workstation, the lab's logs included", async () => {
    expect(await filesWith([tmpdir(), join(stateDir, "daemon.log")], needles, begin())).toEqual([]);
    expect(foundIn(JSON.stringify([await control("requests"), await control("tasks")]), needles)).toEqual([]);
});

test("nor a file of the node or the guest, Samba's own database apart", async () => {
    expect(await filesOnNode("pve1", needles)).toEqual([]);
    expect(await filesInGuest(guest.node, guest.vmid, needles)).toEqual([]);
    const logs = await inGuest(guest, "journalctl --no-pager --quiet 2>/dev/null | cat");
    expect(logs.length).toBeGreaterThan(0);
    expect(foundIn(logs, needles)).toEqual([]);
});

test("destroy ends it, and no process ever showed a secret", async () => {
    write();
    await run("destroy");
    expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
    expect(watch.stop()).toEqual([]);
    expect(watch.looked).toBeGreaterThan(10_000);
    expect(foundIn(printed, needles)).toEqual([]);
});
