import { installed } from "./support/package";
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
import { inJournal, removeGuests } from "./support/guests";
import { type Lab, labUp } from "./support/lab";
import { sshKey } from "./support/least-rights";
import { gateway, program, share, user } from "./support/program";
import { run } from "./support/process";
import { runDirectory } from "./support/run-directory";
import { getFile, type Login, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import { Stack } from "./support/stack";

/** A gateway on a host that is there already (mode `existing`), with a Samba of its own in use; nothing of Proxmox VE is configured. */

const [FIRST, LAST] = [5700, 5709];
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };

let lab: Lab;
let host: ExistingHost;
/** Has no Samba, and is the way to the first one for its user `ops`. */
let bare: ExistingHost;
let stack: Stack;
let environment: Record<string, string>;
let before: string;
const within = (argv: readonly string[]): string[] => lab.within(argv);
const docs = (): { host: string; share: string } => ({ host: host.address, share: "docs" });
const theirs = (): { host: string; share: string } => ({ host: host.address, share: OWN_SHARE });
const files = (ssh: object = {}, more: object = {}): string => gateway("files", existingArgs(host, ssh, more));
const docsOf = (args: object = {}): string => share("files", "docs", { alice: "full" }, args);
const create = (text: string, options: { project?: string } = {}): Promise<Stack> =>
    Stack.create({ ...options, runDirectory: runDirectory(), program: { text }, within, environment });
const write = (...lines: string[]): void => stack.write(program(...lines));
const refusal = async (...lines: string[]): Promise<string> => (write(...lines), (await stack.up({ fails: true })).output);

beforeAll(async () => {
    lab = await labUp();
    await removeGuests(FIRST, LAST);
    // Made once; both hosts need it.
    await sshKey(".pub");
    [host, bare] = await Promise.all([makeHost(FIRST, "10.86.0.180").then(withOwnSamba), makeHost(FIRST + 1, "10.86.0.181", "standard")]);
    environment = await onlySsh(host, bare);
    before = await manifest(host);
    stack = await create(program(files(), user("files", alice), docsOf()));
});
afterAll(async () => {
    stack?.dispose();
    await removeGuests(FIRST, LAST);
});

describe("as root", () => {
    test("a first share beside the host's own, which a client uses meanwhile", async () => {
        const session = await SmbSession.open(within, theirs(), OWNER);
        try {
            await stack.up();
            expect(await session.run("ls")).toContain("old.txt");
        } finally {
            session.close();
        }
        await putFile(within, docs(), alice, "new.txt", "hello\n");
        expect(await getFile(within, docs(), alice, "new.txt")).toBe("hello\n");
        // `force user` of the host's [global] does not reach our share.
        expect(await host.run("stat -c %U /srv/pvesmb/docs/new.txt")).toBe("alice\n");
        expect((await smbclient(within, theirs(), alice, "ls")).output).toContain("NT_STATUS_ACCESS_DENIED");
        expect(await getFile(within, theirs(), OWNER, "old.txt")).toBe("written before\n");
        expect(await host.run("cat /etc/samba/smb.conf")).toBe(`include = /etc/samba/pvesmb/beside.conf\n${OWN_CONFIG}`);
        await stack.settled();
    });

    test("what the host serves itself is refused by name, and nothing is changed", async () => {
        const all = [files(), user("files", alice), docsOf()];
        expect(await refusal(...all, share("files", "other", { alice: "full" }, { name: "THEIRS" }))).toContain(
            'name: the host itself serves "THEIRS"; choose another name, or take the host\'s own share out of its configuration first',
        );
        expect(await refusal(...all, user("files", { user: "owner", password: "another 1 pass" }))).toMatch(
            /already has an account owner that pvesmb did not create/,
        );
        expect(await refusal(...all, share("files", "open", { alice: "full" }, { guest: true }))).toContain("guests are not let in");
        const workgroup = { samba: { manageGlobal: true, workgroup: "FILES" } };
        expect(await refusal(files({}, workgroup), user("files", alice), docsOf())).toContain(
            "sets `workgroup = ACME`, and the program wants FILES (`samba`)",
        );
        expect(await refusal(files({}, { samba: { signing: "auto" } }), user("files", alice), docsOf())).toContain(
            "is a setting of the host's whole Samba; leave it out",
        );
        expect(await getFile(within, theirs(), OWNER, "old.txt")).toBe("written before\n");
        write(...all);
        await stack.up();
        await stack.settled();
    });

    test("names of every kind, groups, an ACL and a recycle bin", async () => {
        const name = "a'b $(x) ä&";
        const odd = { host: host.address, share: name };
        const team = 'const team = new pvesmb.SmbGroup("team", { gateway: files, members: [alice.name] });';
        // Who may write by one entry writes, though another one only lets her read.
        const readers = 'const readers = new pvesmb.SmbGroup("readers", { gateway: files, members: [alice.name] });';
        const grant =
            "access: [{ group: readers.name, level: 'read' }, { group: team.name, level: 'change' }, { user: bob.name, level: 'read' }]";
        const limit = async (): Promise<string> => host.run("testparm -s 2>/dev/null | grep 'max smbd processes' || true");
        write(
            files({}, { samba: { manageGlobal: true, maxProcesses: 500 } }),
            user("files", alice),
            user("files", bob),
            docsOf(),
            readers,
            team,
            `new pvesmb.SmbShare("odd", { gateway: files, name: ${JSON.stringify(name)}, path: "/srv/pvesmb/odd", ${grant}, recycle: {}, encryptionRequired: true, aclEntries: [{ group: team.name, permissions: "rwx" }, { user: bob.name, permissions: "r-x" }] });`,
        );
        await stack.up();
        expect(await limit()).toBe("\tmax smbd processes = 500\n");
        await putFile(within, odd, alice, "a.txt", "a\n");
        expect(await getFile(within, odd, bob, "a.txt")).toBe("a\n");
        const plain = (who: { share: string }, login: Login): Promise<{ output: string }> =>
            smbclient(within, { host: host.address, ...who }, login, "ls", ["-m", "SMB2_10"]);
        expect((await plain(odd, alice)).output).toContain("NT_STATUS_ACCESS_DENIED");
        expect((await plain(theirs(), OWNER)).output).toContain("old.txt");
        expect((await smbclient(within, odd, bob, "rm a.txt")).output).toMatch(/NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)/);
        expect((await smbclient(within, odd, alice, "rm a.txt")).output).not.toContain("NT_STATUS");
        expect(await host.run("find /srv/pvesmb/odd -name a.txt")).toContain(".recycle/alice/a.txt");
        await stack.settled();
        // Who loses access loses the open session; the host's own clients keep theirs.
        const [his, own] = [await SmbSession.open(within, odd, bob), await SmbSession.open(within, theirs(), OWNER)];
        try {
            write(files(), user("files", alice), docsOf());
            await stack.up();
            await his.ended();
            expect(await own.run("ls")).toContain("old.txt");
        } finally {
            his.close();
            own.close();
        }
        expect(await limit()).toBe("");
        expect(await host.run("getent passwd bob; getent group team readers; pdbedit -L | grep bob || true")).toBe("");
    });

    test("what people reported of Samba elsewhere is right here, too", async () => {
        const anna = { user: "Anna.Keller", password: "Anna's long p4ssword" };
        const at = (name: string): { host: string; share: string } => ({ host: host.address, share: name });
        const client = async (to: string, login: Login, commands: string): Promise<string> =>
            (await smbclient(within, at(to), login, commands)).output;
        const people = (bobs: object = {}): string[] => [
            files(),
            user("files", alice, { home: "/srv/pvesmb/folk/alice" }),
            user("files", bob, bobs),
            `const anna = new pvesmb.SmbUser("anna", { gateway: files, name: ${JSON.stringify(anna.user)}, password: ${JSON.stringify(anna.password)} });`,
            docsOf(),
        ];
        const homes = (name: string): string => share("files", name, { alice: "full" }, { purpose: "homes", recycle: {} });
        const plans = (args: object = {}): string => share("files", "plans", { alice: "full", anna: "read" }, args);
        const others = [
            share("files", "drop", { alice: "change", bob: "full" }, { purpose: "dropBox" }),
            share("files", "scans", { anna: "change" }, { name: "scan$", purpose: "scanner", audit: {} }),
            share("files", "look", { anna: "read" }, { path: "/srv/pvesmb/plans", readOnly: true }),
            homes("folk"),
        ];
        write(...people(), plans(), ...others);
        await stack.up();

        await putFile(within, at("drop"), alice, "hers.txt", "x\n");
        expect(await getFile(within, at("drop"), bob, "hers.txt")).toBe("x\n");
        // Whatever letters the client takes.
        await putFile(within, at("scan$"), { ...anna, user: "anna.keller" }, "page.pdf", "x\n");
        expect(await client("scan$", anna, "rename page.pdf bill.pdf")).not.toContain("NT_STATUS");
        expect(await host.run("journalctl -t smbd_audit -o cat")).toMatch(/\|scan\$\|renameat\|ok\|.*page\.pdf/);
        await putFile(within, at("plans"), alice, "Report.TXT", "hers\n");
        expect(await getFile(within, at("look"), anna, "Report.TXT")).toBe("hers\n");
        expect(await client("look", anna, "del Report.TXT")).toMatch(/NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)/);
        await putFile(within, at("alice"), alice, "mine.txt", "x\n");
        expect(await client("alice", alice, "del mine.txt")).not.toContain("NT_STATUS");
        expect(await host.run("cd /srv/pvesmb/folk/alice && find .recycle -type f")).toContain("mine.txt");
        // Homes are those of pvesmb's users, not of the host's.
        expect(await client("owner", OWNER, "ls")).toMatch(/NT_STATUS_(ACCESS_DENIED|BAD_NETWORK_NAME)/);
        expect(await getFile(within, theirs(), OWNER, "old.txt")).toBe("written before\n");
        await stack.settled();

        const number = await host.run("id -u bob");
        write(
            ...people({ name: "rob" }),
            plans({ caseHandling: "lower" }),
            ...others,
            homes("pupils"),
            share("files", "inner", { alice: "full" }, { path: "/srv/pvesmb/plans/inner" }),
            user("files", { user: "staff", password: "the staff's long p4ss" }),
        );
        const { output } = await stack.up({ fails: true, flags: ["--continue-on-error"] });
        expect(output).toMatch(/homes: share homes \(\/srv\/pvesmb\/folk\) already serves homes/);
        expect(output).toMatch(/path: \/srv\/pvesmb\/plans\/inner is inside .*share plans \(/);
        expect(output).toMatch(/caseHandling: with `lower` clients would no longer find .*: Report\.TXT/);
        expect(output).toContain("already has a group staff that pvesmb did not create");
        // What was right is done all the same: a user is renamed in place.
        expect(await host.run("id -u rob; getent passwd bob || true")).toBe(number);
        expect(await getFile(within, at("drop"), { ...bob, user: "rob" }, "hers.txt")).toBe("x\n");
        write(files(), user("files", alice), docsOf());
        await stack.up();
        expect(await host.run("getent passwd rob Anna.Keller staff; ls /etc/samba/pvesmb/shares.d || true")).toBe("docs.conf\n");
        await host.run("cd /srv/pvesmb && rm -r drop 'scan$' plans folk");
    });

    test("changes by hand to ours are drift, those to the host's own are not", async () => {
        await host.run(
            "printf '[more]\\n  path = /home/theirs\\n  valid users = owner\\n' >> /etc/samba/smb.conf; sed -i 's/log level = 1/log level = 2/' /etc/samba/smb.conf; smbcontrol smbd reload-config",
        );
        await stack.settled();
        await host.run("sed -i 's/read only = no/read only = yes/' /etc/samba/pvesmb/shares.d/docs.conf");
        await host.run("sed -i 1d /etc/samba/smb.conf; echo 'include = /etc/samba/pvesmb/beside.conf' >> /etc/samba/smb.conf");
        await stack.refresh();
        const drift = (await stack.resources()).flatMap(({ inputs }) => (inputs?.["drift"] ?? []) as string[]).join("\n");
        expect(drift).toContain("/etc/samba/smb.conf: `include = /etc/samba/pvesmb/beside.conf` is not its first line");
        await stack.up();
        expect(await host.run("head -n 1 /etc/samba/smb.conf; grep -c pvesmb /etc/samba/smb.conf")).toBe(
            "include = /etc/samba/pvesmb/beside.conf\n1\n",
        );
        await putFile(within, docs(), alice, "again.txt", "again\n");
        await stack.settled();
        await host.run("sed -i '/^\\[more\\]/,$d; s/log level = 2/log level = 1/' /etc/samba/smb.conf; smbcontrol smbd reload-config");
    });

    test("a batch that would change the host's own share takes itself back", async () => {
        // A share of the administrator's with the name that the program adds next, in a file that appears between look and activation.
        await host.run("printf '[late]\\n  path = /home/theirs\\n' >> /etc/samba/smb.conf");
        expect(await refusal(files(), user("files", alice), docsOf(), share("files", "late", { alice: "full" }))).toContain(
            'the host itself serves "late"',
        );
        expect(await host.run("ls /etc/samba/pvesmb/shares.d; ls -d /srv/pvesmb/late 2>&1 || true")).toMatch(/^docs.conf\n.*No such file/);
        await host.run("sed -i '/^\\[late\\]/,$d' /etc/samba/smb.conf");
        write(files(), user("files", alice), docsOf());
        await stack.up();
    });

    test("a file system that is not mounted is neither served nor written to", async () => {
        const path = "/srv/pvesmb/disk";
        const disk = share("files", "disk", { alice: "full" }, { previousVersions: {} });
        await host.run(`mkdir -p ${path} && mount -t tmpfs none ${path}`);
        write(files(), user("files", alice), docsOf(), disk);
        await stack.up();
        const unc = { host: host.address, share: "disk" };
        await putFile(within, unc, alice, "on-disk.txt", "x\n");
        // A snapshot that the host's own tools made.
        const snapshot = `${path}/.snapshots/@GMT-2025.01.02-03.04.05`;
        await host.run(`mkdir -p ${snapshot} && echo old > ${snapshot}/on-disk.txt && chmod -R a+rX ${path}/.snapshots`);
        expect((await smbclient(within, unc, alice, "allinfo on-disk.txt")).output).toContain("@GMT-2025.01.02-03.04.05");
        expect(await getFile(within, unc, alice, "@GMT-2025.01.02-03.04.05/on-disk.txt")).toBe("old\n");
        await stack.settled();
        await host.run(`umount -l ${path}`);
        expect((await smbclient(within, unc, alice, "put /etc/hostname lost.txt")).output).toContain("NT_STATUS");
        expect(
            await refusal(
                files(),
                user("files", alice),
                docsOf(),
                share("files", "disk", { alice: "full" }, { comment: "x", previousVersions: {} }),
            ),
        ).toContain(`${path} is not mounted: nothing was changed in the directory that is there instead`);
        expect(await host.run(`ls -A ${path}; stat -c '%a %U' ${path}`)).toBe("755 root\n");
        write(files(), user("files", alice), docsOf());
        await stack.up();
    });

    test("a directory that NFS exports keeps its owner and ACL unless that is allowed", async () => {
        const path = "/srv/pvesmb/unix";
        const both = { host: host.address, share: "unix" };
        const unix = (more: object): string => share("files", "unix", { alice: "full" }, more);
        await host.run(`mkdir -m 2775 ${path} && chown owner ${path} && printf '/srv/pvesmb 10.0.0.0/8(rw)\n' > /etc/exports`);
        const was = await host.run(`stat -c '%a %U' ${path}; getfacl -cp ${path}`);
        expect(await refusal(files(), user("files", alice), docsOf(), unix({}))).toContain(
            `the host exports the directory by NFS as well: /srv/pvesmb (/etc/exports); nothing was changed`,
        );
        expect(await host.run(`stat -c '%a %U' ${path}; getfacl -cp ${path}`)).toBe(was);
        write(files(), user("files", alice), docsOf(), unix({ allowNfsExport: true }));
        await stack.up();
        await putFile(within, both, alice, "a.txt", "a\n");
        await stack.settled();
        await host.run("rm /etc/exports");
        write(files(), user("files", alice), docsOf());
        await stack.up();
    });

    test("a share of the host's own is taken over as the refusal says", async () => {
        const all = [files(), user("files", alice), docsOf()];
        const taken = share("files", "theirs", { alice: "full" }, { adopt: true });
        const said = await refusal(...all, taken);
        expect(said).toContain("smb.conf has a section [theirs] itself. To take it over: remove that section, mount /home/theirs at");
        await host.run(
            "sed -i '/^\\[theirs\\]/,$d' /etc/samba/smb.conf; smbcontrol smbd reload-config; mkdir -p /srv/pvesmb/theirs; mount --bind /home/theirs /srv/pvesmb/theirs",
        );
        write(...all, taken);
        await stack.up();
        expect(await getFile(within, theirs(), alice, "old.txt")).toBe("written before\n");
        // The guard knows the bind mount, too.
        await host.run("umount -l /srv/pvesmb/theirs");
        expect((await smbclient(within, theirs(), alice, "ls")).output).toContain("NT_STATUS");
        await host.run("mount --bind /home/theirs /srv/pvesmb/theirs");
        write(...all);
        await stack.up();
        await host.run(`umount /srv/pvesmb/theirs; chown -R owner: /home/theirs; setfacl -Rb /home/theirs
cat > /etc/samba/smb.conf <<'END'
include = /etc/samba/pvesmb/beside.conf
${OWN_CONFIG}END
smbcontrol smbd reload-config`);
        expect(await getFile(within, theirs(), OWNER, "old.txt")).toBe("written before\n");
    });

    test("a second gateway on the host is refused; shares of another program are not, and keep it", async () => {
        const other = await create(program(gateway("mine", existingArgs(host))), { project: "other" });
        try {
            expect((await other.up({ fails: true })).output).toMatch(/is the host of another gateway already \(urn:pulumi:dev::test::/);
            const { ref } = (await exported("files.ref")) as { ref: object };
            other.write(program(`new pvesmb.SmbShare("plans", { gateway: ${JSON.stringify(ref)} as pvesmb.GatewayRef });`));
            await other.up();
            write(files());
            expect((await stack.destroy({ fails: true })).output).toContain("still has shares, users or groups of other programs");
            await other.destroy();
        } finally {
            other.dispose();
        }
    });

    test("destroy puts the host back and leaves the data", async () => {
        write(files(), user("files", alice), docsOf());
        await stack.up();
        await stack.destroy();
        expect(await manifest(host)).toBe(before);
        expect(await host.run("pdbedit -L; cat /srv/pvesmb/docs/new.txt; ls /var/lib/pvesmb /run/pvesmb 2>/dev/null || true")).toBe(
            "owner:1000:\nhello\n",
        );
        expect(await getFile(within, theirs(), OWNER, "old.txt")).toBe("written before\n");
        expect((await smbclient(within, docs(), OWNER, "ls")).output).toContain("NT_STATUS_BAD_NETWORK_NAME");
    });
});

/** Values of the program, as outputs of the stack. */
async function exported(expression: string): Promise<Record<string, unknown>> {
    stack.write(`${program(files(), user("files", alice), docsOf())}export const ref = ${expression};\n`);
    await stack.up();
    return stack.outputs();
}

describe("as a user with sudo, through a jump host", () => {
    const USER = "ops";

    test("with the rights that `npx pvesmb permissions` prints, interrupted and run again", async () => {
        const main = join(await installed(runDirectory()), "node_modules/pvesmb/dist/provider/cli/main.js");
        const rights = [
            "--feature",
            "existing-host",
            "--only",
            "node",
            "--ssh-user",
            USER,
            "--ssh-public-key",
            (await sshKey(".pub")).trim(),
        ];
        const printed = (await run([process.execPath, main, "permissions", ...rights])).stdout;
        expect(printed).toContain("# On the host of the gateway, as root.");
        await host.run(`apt-get -q update >/dev/null\n${printed}`);
        // The user comes in through the other host only.
        await host.run(`echo 'AllowUsers root ${USER}@${bare.address}' > /etc/ssh/sshd_config.d/ops.conf && systemctl reload ssh`);
        const with_ = await manifest(host);
        const ssh = { user: USER, jump: { host: bare.address } };

        // samba's own database cannot be opened at the first attempt: half of the work is done then.
        await host.run(
            "mv /usr/bin/pdbedit /usr/bin/pdbedit.away && printf '#!/bin/sh\\nexit 1\\n' > /usr/bin/pdbedit && chmod 755 /usr/bin/pdbedit",
        );
        write(files(ssh), user("files", alice), docsOf());
        await stack.up({ fails: true });
        await host.run("mv /usr/bin/pdbedit.away /usr/bin/pdbedit");
        await stack.up();
        expect(await getFile(within, docs(), alice, "new.txt")).toBe("hello\n");
        await stack.settled();
        await inJournal(host, "-u ssh", new RegExp(`Accepted publickey for ops from ${bare.address.replaceAll(".", "\\.")} `));
        await stack.destroy();
        expect(await manifest(host)).toBe(with_);
    });
});

test("a host without Samba gets what is missing, and gives it back when asked", async () => {
    const empty = await manifest(bare);
    const fresh = await create(
        program(gateway("files", existingArgs(bare, {}, { packages: { onDelete: "remove" } })), user("files", alice), docsOf()),
        {
            project: "bare",
        },
    );
    try {
        await fresh.up();
        await putFile(within, { host: bare.address, share: "docs" }, alice, "a.txt", "a\n");
        await fresh.refresh({ flags: ["--expect-no-changes"] });
        await fresh.destroy();
        expect(await bare.run("dpkg-query -W -f '${db:Status-Status}' samba 2>/dev/null || true")).not.toBe("installed");
        expect(await bare.run("cat /srv/pvesmb/docs/a.txt")).toBe("a\n");
        expect(difference(empty, await manifest(bare))).toEqual([]);
    } finally {
        fresh.dispose();
    }
});
