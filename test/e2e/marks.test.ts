import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Claim, readClaim, withClaim } from "../../provider/machines/mark";
import { control } from "./support/control";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { POOL, sshKeyFile } from "./support/least-rights";
import { orphans } from "./support/orphans";
import { gateway, program, smallArgs, user } from "./support/program";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Anybody with VM.Config.Options can write a guest's notes. Mallory may change the gateway's options and network and has containers of its
 * own; nothing that it writes there gives it a password or a guest, or deletes one.
 */

const vmids = { from: 7800, to: 7849 };
const ours = { node: "pve1", vmid: 7800 };
const thief = { node: "pve1", vmid: 7810 };
const foreign = { node: "pve1", vmid: 7811 };
const [address, thiefs] = ["10.86.0.185", "10.86.0.186"];
const MALLORY = "mallory@pve";
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's very long p4ssword" };
const carol = { user: "carol", password: "carol's very long p4ssword" };

let place: Workplace;
let stack: Stack;
/** The notes and the interface as pvesmb created them. */
let made: { description: string; net0: string };

const files = (more: object = {}): string => {
    const { data: _data, vmidRange: _range, ...args } = smallArgs(address, vmids);
    return gateway("files", { ...args, vmid: ours.vmid, ...more });
};
const text = (...lines: string[]): string => program(files(), ...lines);
const pathOf = ({ node, vmid }: typeof ours): string => `/nodes/${node}/lxc/${vmid}/config`;
const put = (guest: typeof ours, params: Record<string, string>, who = MALLORY): Promise<unknown> =>
    control("call", "PUT", pathOf(guest), params, who);
const notes = async (): Promise<string> => String((await read(ours)).config["description"]);

async function read(guest: typeof ours): Promise<Guest> {
    const found = (await guestsWithin(guest.vmid, guest.vmid))[0];
    if (found === undefined) throw new Error(`CT ${guest.vmid} is not there`);
    return found;
}

/** A container that pvesmb did not create, in the pool where the deployer may do anything. */
async function somebodys({ node, vmid }: typeof ours, config: string): Promise<void> {
    await control("setConfig", vmid, config, { node, kind: "lxc" });
    await control("call", "PUT", `/pools/${POOL}`, { vms: String(vmid) });
}

/** What an interrupted create would have left on Mallory's container. */
const halfMade = (key: string): Claim => ({
    key,
    nonce: "0123456789abcdef",
    vmid: foreign.vmid,
    phase: "creating",
    lease: 1,
    hostKeys: [],
});

/** The notes with a changed mark: its MAC is the old one. */
function forged(description: string, change: Partial<Claim>): string {
    const { text: before, claim } = readClaim(description);
    if (claim === undefined) throw new Error(`no mark in ${description}`);
    return withClaim(before, { ...claim, ...change });
}

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(text(user("files", alice)));
    await stack.up();
    const { config } = await read(ours);
    made = { description: String(config["description"]), net0: String(config["net0"]) };
    await control("add", {
        users: [{ userid: MALLORY, password: "mallory's password" }],
        roles: [{ roleid: "Meddler", privs: ["VM.Audit", "VM.Config.Options", "VM.Config.Network"] }],
        acl: [
            ...[ours, thief, foreign].map(({ vmid }) => ({
                path: `/vms/${vmid}`,
                ugid: MALLORY,
                type: "user" as const,
                roleid: "Meddler",
            })),
            { path: "/sdn/zones/localnetwork/vmbr0", ugid: MALLORY, type: "user" as const, roleid: "PVESDNUser" },
        ],
    });
    // A container with a foreign mark: its content does not matter.
    await somebodys(foreign, "hostname: payroll\nunprivileged: 1\n");
});
afterAll(() => place?.dispose());

describe("notes and address that lead to another machine", () => {
    /** Mallory's machine accepts the deployer's public key, has the gateway's nonce and records what it receives. */
    beforeAll(async () => {
        const { outputs } = (await stack.resources()).find(({ type }) => type.endsWith(":SmbGateway")) ?? {};
        await control("run", "POST", "/nodes/pve1/lxc", {
            vmid: String(thief.vmid),
            hostname: "thief",
            ostemplate: String(outputs?.["templateVolume"]),
            rootfs: "local:4",
            unprivileged: "1",
            net0: `name=eth0,bridge=vmbr0,ip=${thiefs}/24`,
            "ssh-public-keys": readFileSync(`${sshKeyFile}.pub`, "utf8"),
            start: "1",
        });
        const mark = JSON.stringify({ v: 1, key: "", nonce: readClaim(made.description).claim?.nonce });
        const recorder = '#!/bin/sh\ntee -a /root/caught | /usr/bin/python3.11 "$@"\n';
        await inGuest(
            thief,
            `mkdir -p /etc/samba/pvesmb && echo '${mark}' > /etc/samba/pvesmb/gateway.json
             rm /usr/bin/python3 && printf '%s' '${recorder}' > /usr/bin/python3 && chmod 755 /usr/bin/python3
             until systemctl is-active --quiet ssh || systemctl is-active --quiet ssh.socket; do sleep 0.2; done`,
        );
        const keys = await inGuest(thief, "for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done");
        const hostKeys = [...keys.matchAll(/SHA256:\S+/g)].map(([print]) => print);
        const net0 = made.net0.replace(/ip=[^,]*/, `ip=${thiefs}/24`);
        await put(ours, { description: forged(made.description, { hostKeys }), net0: `${net0},link_down=1` });
    });
    afterAll(() => put(ours, { net0: made.net0 }, "root@pam"));

    test("a new user's password stays here", async () => {
        stack.write(text(user("files", alice), user("files", bob)));
        const { output } = await stack.up({ fails: true });
        expect(output).toMatch(/host key/);
        expect(await inGuest(thief, "cat /root/caught 2>/dev/null || true")).toBe("");
        expect(await inGuest(ours, "pdbedit -L")).not.toContain("bob");
    });

    test("nor does a refresh believe it, and the gateway itself is not changed by what the other machine says", async () => {
        // The state is restored after the refresh: the tests below continue with the earlier one.
        const state = join(stack.directory, "state.json");
        await stack.pulumi(["stack", "export", "--file", state]);
        const refreshed = await stack.refresh({ flags: ["--diff"] });
        expect(refreshed.output).toMatch(/network\.address: another machine answers there: its SSH host key/);
        const { outputs } = (await stack.resources()).find(({ type }) => type.endsWith(":SmbGateway")) ?? {};
        expect(outputs).toMatchObject({ address, unc: `\\\\${address}` });
        stack.write(program(files({ description: "Our files" }), user("files", alice)));
        expect((await stack.up({ fails: true })).output).toContain("not authentic");
        await stack.pulumi(["stack", "import", "--file", state]);
        expect(await inGuest(thief, "cat /root/caught 2>/dev/null || true")).toBe("");
        expect(await notes()).not.toContain("Our files");
    });
});

test("a mark as an earlier version made it: state knows the host, and the next up with a refresh signs it", async () => {
    await put(ours, { description: forged(made.description, { mac: undefined }) });
    stack.write(text(user("files", alice), user("files", carol)));
    expect((await stack.up()).output).toContain("is not authentic");
    expect(await inGuest(ours, "pdbedit -L")).toContain("carol");
    expect(await notes()).not.toContain('"mac"');

    // Another stack does not have the gateway in its state: it sends nothing to a host that it only knows from the notes.
    const id = `${ours.node}/${ours.vmid}/${readClaim(made.description).claim?.nonce ?? ""}`;
    const dave = { user: "dave", password: "dave's very long p4ssword" };
    const guest = await place.stack(program(user(JSON.stringify({ id }), dave)));
    expect((await guest.up({ fails: true })).output).toContain("is not authentic");

    await stack.up({ flags: ["--refresh"] });
    expect(await notes()).toBe(made.description);
    await guest.up();
    expect(await inGuest(ours, "pdbedit -L")).toContain("dave");
    await guest.destroy();
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("a forged mark of a half-made gateway is not taken for one", async () => {
    const key = readClaim(made.description).claim?.key ?? "";
    const mark = halfMade(key);
    const other = await place.stack(program(files({ vmid: foreign.vmid, network: { bridge: "vmbr0", address: `${thiefs}/24` } })));
    // A mark without a MAC, one with another guest's MAC, and a copied genuine mark.
    const { mac } = readClaim(made.description).claim ?? {};
    for (const description of [withClaim("", mark), withClaim("", { ...mark, mac }), made.description]) {
        await put(foreign, { description });
        const before = await control("config", foreign.vmid);
        expect((await other.up({ fails: true })).output).toContain(`vmid: ${foreign.vmid} is already in use by`);
        expect(await control("config", foreign.vmid)).toBe(before);
    }
});

test("a forged mark does not make an orphan of somebody's container", async () => {
    await put(foreign, { description: withClaim("", halfMade("urn:x")) });
    const { code, found, said } = await orphans(stack, "--remove", "--destroy-data");
    expect(found).toMatchObject([{ vmid: foreign.vmid, authentic: false }]);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("is not authentic, so it is not removed") as string });
    expect(await control("config", foreign.vmid)).toContain("payroll");
});

test("a gateway whose mark was put back to half-made is neither taken again nor removed", async () => {
    await put(ours, { description: forged(made.description, { phase: "creating", lease: 1 }) });
    const stranger = await place.stack(text());
    expect((await stranger.up({ fails: true })).output).toContain(`vmid: ${ours.vmid} is already in use by`);
    const { found } = await orphans(stranger, "--remove");
    expect(found).toContainEqual(expect.objectContaining({ vmid: ours.vmid, authentic: false }));
    expect(await inGuest(ours, "pdbedit -L")).toContain("alice");
    await put(ours, { description: made.description });
});

test("a create that fails after the first contact knows the host by then: nothing is sent to one with other keys", async () => {
    const late = { node: "pve1", vmid: 7820 };
    const { data: _data, vmidRange: _range, ...args } = smallArgs("10.86.0.187", vmids);
    const gatewayWith = (samba: object): string => gateway("late", { ...args, vmid: late.vmid, samba });
    const other = await place.stack(program(gatewayWith({ options: { "server smb transports": "tcp" } })));
    expect((await other.up({ fails: true })).output).toContain("server smb transports");
    expect(readClaim(String((await read(late)).config["description"])).claim?.hostKeys).not.toEqual([]);
    await inGuest(late, "mkdir /root/own && mv /etc/ssh/ssh_host_* /root/own && ssh-keygen -A && systemctl restart ssh");
    other.write(program(gatewayWith({}), user("late", bob)));
    const { output } = await other.up({ fails: true });
    expect(output).toMatch(/network\.address belongs to another machine: .* the host keys given/);
    expect(output).not.toContain("SmbUser bob");
    // Whatever answers there with other keys may be anybody, so it is stopped.
    await control("run", "POST", `/nodes/${late.node}/lxc/${late.vmid}/status/start`);
    expect(await inGuest(late, "pdbedit -L 2>/dev/null || true")).not.toContain("bob");
    await inGuest(late, "mv /root/own/ssh_host_* /etc/ssh/ && systemctl restart ssh");
    await other.up();
    await other.destroy();
});

test("a stranger without a mark that has the gateway's number is left as it is", async () => {
    await control("run", "POST", `/nodes/${ours.node}/lxc/${ours.vmid}/status/stop`);
    await control("run", "DELETE", `/nodes/${ours.node}/lxc/${ours.vmid}`);
    await somebodys(ours, "hostname: stranger\nmemory: 512\nunprivileged: 1\n");
    const before = await control("config", ours.vmid);
    stack.write(program(files({ description: "changed" }), user("files", alice)));
    expect((await stack.up({ fails: true })).output).toContain("It may belong to someone else now, so nothing was changed");
    expect(await control("config", ours.vmid)).toBe(before);
    const destroyed = await stack.destroy({ fails: true });
    expect(destroyed.output).toContain(
        "no longer has the mark of pvesmb in its notes, so it may belong to someone else and is not changed",
    );
    await stack.importState({ version: 3, deployment: {} });
    expect(await control("config", ours.vmid)).toBe(before);
});
