import { join } from "node:path";
import {
    difference,
    existingArgs,
    type ExistingHost,
    makeHost,
    manifest,
    onlySsh,
    OWN_CONFIG,
    OWN_SHARE,
    OWNER,
    withOwnSamba,
} from "./support/existing-host";
import { removeGuests } from "./support/guests";
import { type Lab, labUp } from "./support/lab";
import { sshKey } from "./support/least-rights";
import { brokenEnterprise, dressAsNode, installDeb, killedInstallation, offerDeb, packages } from "./support/native-host";
import { installed } from "./support/package";
import { run } from "./support/process";
import { gateway, program, share, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import { Stack } from "./support/stack";

/** A gateway on a node of Proxmox VE itself (mode `native`). */

const VMID = 5730;
const ADDRESS = "10.86.0.184";
const alice = { user: "alice", password: "alice's long p4ssword" };

let lab: Lab;
let node: ExistingHost;
let stack: Stack;
let environment: Record<string, string>;
/** /etc and the packages of the node before pvesmb came. */
let before: { etc: string; packages: string };
const within = (argv: readonly string[]): string[] => lab.within(argv);
const docs = { host: ADDRESS, share: "docs" };
const theirs = { host: ADDRESS, share: OWN_SHARE };
const files = (ssh: object = {}, more: object = {}): string => gateway("files", existingArgs(node, ssh, { mode: "native", ...more }));
const all = (ssh: object = {}, more: object = {}, args: object = {}): string[] => [
    files(ssh, more),
    user("files", alice),
    share("files", "docs", { alice: "full" }, args),
];
const write = (...lines: string[]): void => stack.write(program(...lines));
const refusal = async (...lines: string[]): Promise<string> => (write(...lines), (await stack.up({ fails: true })).output);
const state = async (): Promise<typeof before> => ({ etc: await manifest(node), packages: await packages(node) });

beforeAll(async () => {
    lab = await labUp();
    await removeGuests(VMID, VMID);
    node = await makeHost(VMID, ADDRESS, "standard");
    environment = await onlySsh(node);
    stack = await Stack.create({ runDirectory: runDirectory(), program: { text: program(...all()) }, within, environment });
});
afterAll(async () => {
    stack?.dispose();
    await removeGuests(VMID, VMID);
});

describe("what is refused before anything is changed", () => {
    test("a host that is no node, and a node in mode `existing`", async () => {
        const { output } = await stack.up({ fails: true });
        expect(output).toContain("no backup job of Proxmox VE has its data: they are in /srv/pvesmb on the node itself");
        expect(output).toContain(
            "it is not a node of Proxmox VE (it has no package pve-manager, and no /etc/pve/local): use mode `existing`",
        );
        await dressAsNode(node);
        before = await state();
        expect(await refusal(...all({}, { mode: "existing" }))).toContain("it is a node of Proxmox VE");
        expect(await state()).toEqual(before);
    });

    test("a plan that touches what is on hold, or Proxmox's packages, is refused by name", async () => {
        await node.run("apt-mark hold samba");
        await installDeb(node, "proxmox-widget", "1.0", "Conflicts: samba");
        expect(await refusal(...all())).toMatch(
            /apt-get would remove proxmox-widget; and install or change what is on hold \(`apt-mark hold`\): samba 2:4\.17\S+\. Nothing was changed/,
        );
        await node.run("apt-mark unhold samba; dpkg -P proxmox-widget");

        await installDeb(node, "proxmox-widget", "1.0", "Breaks: samba");
        await offerDeb(node, "proxmox-widget", "2.0", "Suggests: samba");
        expect(await refusal(...all())).toContain("apt-get would change packages of Proxmox: proxmox-widget (1.0 to 2.0)");
        expect(await node.run("dpkg-query -W -f '${Version}' proxmox-widget")).toBe("1.0");
        await node.run("dpkg -P proxmox-widget; rm /etc/apt/sources.list.d/offer.list; apt-get -q update >/dev/null");
        expect(await state()).toEqual(before);
        expect(await node.run("ls -d /var/lib/pvesmb /srv/pvesmb 2>/dev/null || true")).toBe("");
    });
});

describe("as root, on a node without Samba", () => {
    test("a first share, after an installation that was cut off; a broken repository and the cluster's network are named", async () => {
        await brokenEnterprise(node);
        before = await state();
        const policy = await node.run("stat -c '%a %U %Y' /usr/sbin/policy-rc.d; cat /usr/sbin/policy-rc.d");
        write(...all({}, { packages: { onDelete: "remove" }, samba: { manageGlobal: true, interfaces: ["eth0"] } }));
        // The installation is killed while a package is configured.
        await killedInstallation(node);
        const { output } = await stack.up({ fails: true });
        expect(output).toMatch(/installing samba, .* failed \(exit code 137\)/);
        expect(await node.run("dpkg --audit | head -n 1; systemctl is-active smbd || true")).toMatch(
            /^The following packages .*\ninactive\n$/,
        );
        await stack.up();
        expect(output).toContain("http://enterprise.proxmox.com/debian/pve: 401 Unauthorized (the enterprise repository is for nodes with");
        expect(output).toContain(`Samba listens at ${ADDRESS} (eth0, the cluster's corosync), too`);
        await putFile(within, docs, alice, "new.txt", "hello\n");
        expect(await getFile(within, docs, alice, "new.txt")).toBe("hello\n");

        // smbd started once its configuration was there, nmbd not at all, and the node's packages are those of before.
        expect(
            await node.run(
                '[ $(date +%s -d "$(systemctl show smbd -p ExecMainStartTimestamp --value)") -ge $(stat -c %Y /etc/samba/pvesmb/beside.conf) ] && echo after; systemctl is-active smbd nmbd; systemctl is-enabled smbd nmbd || true',
            ),
        ).toBe("after\nactive\ninactive\nenabled\ndisabled\n");
        expect(await node.run("stat -c '%a %U %Y' /usr/sbin/policy-rc.d; cat /usr/sbin/policy-rc.d")).toBe(policy);
        // It listens where the program says, from its first start on.
        expect((await node.run("ss -Hltn 'sport = :445' | awk '{ print $4 }' | grep -v '^127\\|::1\\|fe80' | sort")).trim()).toBe(
            `${ADDRESS}:445`,
        );
        const now = await packages(node);
        expect(before.packages.split("\n").filter((line) => !now.split("\n").includes(line))).toEqual([]);
        expect(now).toContain("samba 2:4.17");
        await stack.settled();
    });

    test("drift is seen and undone", async () => {
        await node.run("sed -i '/^include = /d' /etc/samba/smb.conf");
        expect((await stack.preview({ flags: ["--refresh", "--diff"] })).output).toContain("is not its first line");
        await stack.up({ flags: ["--refresh"] });
        expect(await getFile(within, docs, alice, "new.txt")).toBe("hello\n");
    });

    test("destroy puts the node back: /etc, and the packages when asked", async () => {
        await stack.destroy();
        const after = await state();
        expect(after.packages).toBe(before.packages);
        expect(difference(before.etc, after.etc)).toEqual([]);
        expect(await node.run("cat /srv/pvesmb/docs/new.txt; ls /var/lib/pvesmb /run/pvesmb 2>/dev/null || true")).toBe("hello\n");
    });
});

describe("as a user with sudo, on a node with a Samba and shares of its owner's", () => {
    test("they are served as before, while a client uses them", async () => {
        await node.run("DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends samba >/dev/null 2>&1");
        await withOwnSamba(node);
        const main = join(await installed(runDirectory()), "node_modules/pvesmb/dist/provider/cli/main.js");
        const key = (await sshKey(".pub")).trim();
        const rights = ["--feature", "native", "--only", "node", "--ssh-user", "ops", "--ssh-public-key", key];
        const printed = (await run([process.execPath, main, "permissions", ...rights])).stdout;
        expect(printed).toContain('# For pvesmb: mode: "native", ssh: { host: ..., user: "ops" }');
        await node.run(printed);
        before = await state();

        write(...all({ user: "ops" }, { packages: { onDelete: "remove" } }));
        const session = await SmbSession.open(within, theirs, OWNER);
        try {
            await stack.up();
            await putFile(within, docs, alice, "by-sudo.txt", "hello\n");
            // `force user` of the owner's [global] does not reach our share.
            expect(await node.run("stat -c %U /srv/pvesmb/docs/by-sudo.txt")).toBe("alice\n");
            expect(await node.run("cat /etc/samba/smb.conf")).toBe(`include = /etc/samba/pvesmb/beside.conf\n${OWN_CONFIG}`);
            write(...all({ user: "ops" }, { packages: { onDelete: "remove" } }, { comment: "changed" }));
            await stack.up();
            expect(await session.run("ls")).toContain("old.txt");
            await secondIsRefused();
            await stack.destroy();
            expect(await session.run("ls")).toContain("old.txt");
        } finally {
            session.close();
        }
        expect(await getFile(within, theirs, OWNER, "old.txt")).toBe("written before\n");
        expect((await smbclient(within, docs, OWNER, "ls")).output).toContain("NT_STATUS_BAD_NETWORK_NAME");
        expect(await node.run("getent passwd alice; pdbedit -L")).toBe("owner:1000:\n");
        const after = await state();
        expect(after.packages).toBe(before.packages);
        expect(difference(before.etc, after.etc)).toEqual([]);
    });
});

/** A node has one gateway; other stacks use its `ref`. */
async function secondIsRefused(): Promise<void> {
    const other = await Stack.create({
        project: "other",
        runDirectory: runDirectory(),
        program: { text: program(gateway("mine", existingArgs(node, {}, { mode: "native" }))) },
        within,
        environment,
    });
    try {
        expect((await other.up({ fails: true })).output).toMatch(/is the host of another gateway already \(urn:pulumi:dev::test::/);
    } finally {
        other.dispose();
    }
}
