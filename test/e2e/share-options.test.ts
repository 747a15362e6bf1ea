import { type Guest, inGuest, inJournal } from "./support/guests";
import { run } from "./support/process";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { hasDebiansSamba } from "./support/samba-version";
import { getFile, listShares, putFile, rpcclient, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Stack } from "./support/stack";
import { smbtorture } from "./support/torture";
import { type Workplace, workplace } from "./support/workplace";

/** Optional features of shares, each checked by a real client. All shares are on one gateway. */

const vmids = { from: 5620, to: 5639 };
const host = "10.86.0.91";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5620 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const carol = { user: "carol", password: "carol's long p4ssword" };
const host6 = "fd00:86::91";
const network = { bridge: "vmbr0", address: `${host}/24`, address6: `${host6}/64` };
/** smbtorture assumes these settings of a server for Macs. */
const MAC_LIKE = { "fruit:copyfile": "yes", "fruit:nfs_aces": "yes" };
const files = [
    gateway("files", { ...smallArgs(host, vmids), network, vmid: guest.vmid, samba: { minProtocol: "SMB2_10", options: MAC_LIKE } }),
    user("files", alice, { home: "/srv/pvesmb/people/alice" }),
    user("files", bob),
    user("files", carol),
    share("files", "drop", { alice: "change", carol: "change", bob: "full" }, { purpose: "dropBox" }),
    'const crew = new pvesmb.SmbGroup("crew", { gateway: files, members: [alice.name, bob.name] });',
    'new pvesmb.SmbShare("plans", { gateway: files, access: [{ group: crew.name, level: "read" }, { user: alice.name, level: "change" }] });',
];
const both = { alice: "full", bob: "full" } as const;
const at = (name: string) => ({ host, share: name });

type ShareSettings = NonNullable<Parameters<typeof share>[3]>;

const shares: Record<string, ShareSettings> = {
    bin: { recycle: { keepFor: "1m", exclude: ["*.tmp"] } },
    watched: { audit: {}, catia: {} },
    snaps: { previousVersions: {} },
    sanoid: { previousVersions: { folder: ".sanoid", prefix: "autosnap", format: "_%Y-%m-%d_%H:%M:%S" } },
    scans: { name: "scan$", purpose: "scanner", audit: {} },
    kept: { purpose: "archive" },
    local: { hostsAllow: ["127.0.0.1"] },
    shut: { hostsDeny: ["0.0.0.0/0"] },
    near: { hostsAllow: ["10.86.0.77/24"] },
    far: { hostsDeny: ["10.86.0.0/16", "fd00::/8"] },
    one6: { hostsAllow: ["fd00:86::2/128"] },
    net6: { hostsAllow: ["fd00:86::/64"] },
    other6: { hostsAllow: ["fd00:87::/64"] },
    shut6: { hostsDeny: ["fd00:86::/112"] },
    secret: { encryptionRequired: true },
    tidy: { vetoFiles: ["*.exe"], hideFiles: ["*.bak"] },
    lower: { caseHandling: "lower" },
    db: { purpose: "database" },
    people: { purpose: "homes", recycle: { keepFor: "1m" } },
    media: { purpose: "media" },
    backups: { purpose: "timeMachine", timeMachine: { maxSize: "1GiB" } },
    few: { maxConnections: 1 },
    signs: { dfsLinks: { elsewhere: [`${host}\\tidy`] } },
    plain: {},
};
const declared = (more: Record<string, ShareSettings> = {}): string[] =>
    Object.entries<ShareSettings>({ ...shares, ...more }).map(([name, args]) => share("files", name, both, args));

const mine = 'new pvesmb.SmbShare("mine", { gateway: files, access: [{ user: bob.name, level: "read" }], accessBasedEnumeration: true });';

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const client = async (name: string, login: typeof alice, commands: string, flags: string[] = []): Promise<string> =>
    (await smbclient(within, at(name), login, commands, flags)).output;

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(program(...files, ...declared(), mine));
    await stack.up();
});
afterAll(() => place?.dispose());

test("who may write by one entry writes, though a group with the same member only reads", async () => {
    expect(await client("plans", alice, "mkdir hers")).toBe("");
    expect(await client("plans", bob, "ls; mkdir his")).toMatch(/hers[\s\S]*NT_STATUS_ACCESS_DENIED/);
});

test("right after up there is nothing to do, and no state is over 4 kB", async () => {
    await stack.settled();
    const sizes = (await stack.resources()).filter(({ type }) => type.endsWith("SmbShare")).map((each) => JSON.stringify(each).length);
    expect(Math.max(...sizes)).toBeLessThan(4096);
});

test("a deleted file is in the user's part of the bin, and goes in time; an excluded one is gone", async () => {
    for (const [login, name] of [
        [alice, "a.txt"],
        [bob, "b.txt"],
        [bob, "c.tmp"],
    ] as const) {
        await putFile(within, at("bin"), login, name, "kept\n");
        expect(await client("bin", login, `del ${name}`)).not.toContain("NT_STATUS");
    }
    expect(await inGuest(guest, "cd /srv/pvesmb/bin/.recycle && find . -type f | sort")).toBe("./alice/a.txt\n./bob/b.txt\n");
    await putFile(within, at("alice"), alice, "home.txt", "kept\n");
    expect(await client("alice", alice, "del home.txt")).not.toContain("NT_STATUS");
    expect(await inGuest(guest, "cd /srv/pvesmb/people && find . -type f; ls -A")).toBe("./alice/.recycle/alice/home.txt\nalice\n");
    expect(await client("bin", alice, "ls .recycle/bob/*")).toContain("NT_STATUS_ACCESS_DENIED");
    expect(await getFile(within, at("bin"), bob, ".recycle/bob/b.txt")).toBe("kept\n");
    expect(await inGuest(guest, "systemctl is-active systemd-tmpfiles-clean.timer")).toBe("active\n");
    await inGuest(guest, "sleep 61; systemctl start systemd-tmpfiles-clean.service");
    expect(await inGuest(guest, "find /srv/pvesmb/bin/.recycle /srv/pvesmb/people/alice/.recycle -type f")).toBe("");
});

test("what is audited is in the journal, with user, address and share", async () => {
    await putFile(within, at("watched"), alice, "x.txt", "x\n");
    await client("watched", alice, "rename x.txt y.txt; del y.txt");
    await inJournal(guest, "-t smbd_audit", /alice\|10\.86\.\d+\.\d+\|watched\|renameat\|ok\|.*x\.txt\|.*y\.txt/);
    await inJournal(guest, "-t smbd_audit", /alice\|.*\|watched\|unlinkat\|ok\|.*y\.txt/);
});

test("a snapshot is a previous version", async () => {
    await inGuest(
        guest,
        "cd /srv/pvesmb && mkdir -p .snapshots/@GMT-2025.01.02-03.04.05/snaps && echo old > .snapshots/@GMT-2025.01.02-03.04.05/snaps/f && echo new > snaps/f && chmod -R a+rX .snapshots && chmod 666 snaps/f",
    );
    expect(await client("snaps", alice, "allinfo f")).toContain("@GMT-2025.01.02-03.04.05");
    expect(await getFile(within, at("snaps"), alice, "@GMT-2025.01.02-03.04.05/f")).toBe("old\n");
});

test("all snapshots of a tool are previous versions, whatever it calls their kinds", async () => {
    const made = ["autosnap_2025-01-02_03:04:05_daily", "autosnap_2025-01-02_04:00:00_hourly", "other_2025-01-02_05:00:00_daily"];
    const each = made.map((name) => `mkdir -p .sanoid/${name}/sanoid && echo ${name} > .sanoid/${name}/sanoid/f`).join(" && ");
    await inGuest(guest, `cd /srv/pvesmb && ${each} && echo new > sanoid/f && chmod -R a+rX .sanoid && chmod 666 sanoid/f`);
    const shown = await client("sanoid", alice, "allinfo f");
    expect(shown.match(/@GMT-[\d.-]+/g)?.sort()).toEqual(["@GMT-2025.01.02-03.04.05", "@GMT-2025.01.02-04.00.00"]);
    expect(await getFile(within, at("sanoid"), alice, "@GMT-2025.01.02-04.00.00/f")).toBe(`${made[1]}\n`);
});

test("only clients that are allowed connect, and only encrypted where it is required", async () => {
    for (const name of ["local", "shut", "far"])
        expect([name, await client(name, alice, "ls")]).toEqual([name, expect.stringContaining("NT_STATUS_ACCESS_DENIED")]);
    expect(await client("near", alice, "ls")).toContain("blocks");
    await run(within(["ip", "-6", "address", "replace", "fd00:86::2/64", "dev", "eth0", "nodad"]));
    const by6 = async (name: string): Promise<string> => (await smbclient(within, { host: host6, share: name }, alice, "ls")).output;
    for (const name of ["one6", "net6"]) expect([name, await by6(name)]).toEqual([name, expect.stringContaining("blocks")]);
    for (const name of ["other6", "shut6", "far"])
        expect([name, await by6(name)]).toEqual([name, expect.stringContaining("NT_STATUS_ACCESS_DENIED")]);
    // SMB 2.1 has no encryption.
    expect(await client("plain", alice, "ls", ["-m", "SMB2_10"])).not.toContain("NT_STATUS");
    expect(await client("secret", alice, "ls", ["-m", "SMB2_10"])).toContain("NT_STATUS_ACCESS_DENIED");
    expect(await client("secret", alice, "ls")).not.toContain("NT_STATUS");
});

test("vetoed names cannot be made, hidden ones are hidden, new names are lower case", async () => {
    expect(await client("tidy", alice, "put /etc/hostname virus.exe")).toMatch(/NT_STATUS_(OBJECT_NAME|OBJECT_PATH|ACCESS|NO_SUCH)/);
    await putFile(within, at("tidy"), alice, "x.bak", "x\n");
    expect(await client("tidy", alice, "ls")).toMatch(/x\.bak +A?H/);
    await putFile(within, at("lower"), alice, "Report.TXT", "x\n");
    expect(await inGuest(guest, "ls /srv/pvesmb/lower")).toBe("report.txt\n");
});

test("one case of names is refused while there are others, with their names, and nothing is hidden", async () => {
    expect(await client("plain", alice, "mkdir Archive; put /etc/hostname Report2025.TXT")).not.toContain("NT_STATUS");
    const folded = program(...files, ...declared({ plain: { caseHandling: "lower" } }), mine);
    stack.write(folded);
    expect((await stack.up({ fails: true })).output).toMatch(
        /caseHandling: with `lower` clients would no longer find .*: Archive, Report2025\.TXT/,
    );
    expect(
        await client("plain", alice, "get Report2025.TXT /dev/null; rename Report2025.TXT report; rename Archive archive"),
    ).not.toContain("NT_STATUS");
    await stack.up();
    expect(await client("plain", alice, "get REPORT /dev/null; rmdir Archive; del report")).not.toContain("NT_STATUS");
    stack.write(program(...files, ...declared(), mine));
    await stack.up();
});

test("a drop box gives what was dropped to who collects it, and nobody sees more than one's own", async () => {
    await putFile(within, at("drop"), alice, "hers.txt", "x\n");
    expect(await client("drop", alice, "mkdir work")).toBe("");
    await putFile(within, at("drop"), alice, "work/page.txt", "y\n");
    expect(await client("drop", alice, "ls")).toContain("hers.txt");
    expect(await client("drop", carol, "ls")).not.toMatch(/hers\.txt|work/);
    expect(await client("drop", carol, "get hers.txt /dev/null; del hers.txt; ls work\\*")).not.toContain("page.txt");
    expect(await inGuest(guest, "ls /srv/pvesmb/drop")).toBe("hers.txt\nwork\n");
    expect(await getFile(within, at("drop"), bob, "hers.txt")).toBe("x\n");
    expect(await getFile(within, at("drop"), bob, "work/page.txt")).toBe("y\n");
});

test("who works on media together changes the other's files, and leaves no litter", async () => {
    await putFile(within, at("media"), alice, "film", "hers\n");
    await putFile(within, at("media"), bob, "film", "his\n");
    expect(await getFile(within, at("media"), alice, "film")).toBe("his\n");
    expect(await client("media", bob, "put /etc/hostname .DS_Store")).toContain("NT_STATUS");
    // Files that Macs left there are deleted with their folder; a folder with visible files stays.
    expect(await client("media", alice, "mkdir album; mkdir mixed")).toBe("");
    await putFile(within, at("media"), alice, "mixed/song", "x\n");
    await inGuest(guest, "cd /srv/pvesmb/media && touch album/.DS_Store mixed/Thumbs.db");
    expect(await client("media", bob, "rmdir album; rmdir mixed")).toContain(
        "NT_STATUS_DIRECTORY_NOT_EMPTY removing remote directory file \\mixed",
    );
    expect(await inGuest(guest, "cd /srv/pvesmb/media && ls -A . mixed")).toBe(".:\nfilm\nmixed\n\nmixed:\nThumbs.db\nsong\n");
});

test("what a scanner puts down others sort out, and the audit has the share's own name", async () => {
    await putFile(within, at("scan$"), alice, "scan0001.pdf", "page\n");
    expect(await client("scan$", bob, "mkdir bills; rename scan0001.pdf bills/power.pdf")).toBe("");
    await putFile(within, at("scan$"), bob, "bills/power.pdf", "page, rotated\n");
    expect(await client("scan$", alice, "del bills/power.pdf; rmdir bills; ls")).not.toMatch(/NT_STATUS|bills/);
    await inJournal(guest, "-t smbd_audit", /bob\|.*\|scan\$\|renameat\|ok\|.*scan0001\.pdf/);
});

test("an archive gives back what somebody deleted, for 90 days", async () => {
    await putFile(within, at("kept"), alice, "contract.txt", "signed\n");
    expect(await client("kept", bob, "del contract.txt; ls")).not.toContain("contract");
    expect(await client("kept", bob, "rename .recycle/bob/contract.txt contract.txt")).toBe("");
    expect(await getFile(within, at("kept"), alice, "contract.txt")).toBe("signed\n");
    const ages = async (): Promise<string[]> =>
        (await inGuest(guest, "cat /etc/tmpfiles.d/pvesmb-*")).split("\n").filter((line) => line.includes("/srv/pvesmb/kept/"));
    expect(await ages()).toEqual(['e "/srv/pvesmb/kept/.recycle" - - - 90d']);
    // One that a killed create has left gives way to the new one.
    await stack.forget("kept");
    await stack.up();
    expect(await ages()).toEqual(['e "/srv/pvesmb/kept/.recycle" - - - 90d']);
});

test("a Mac sees as much room for backups as it may use, and keeps metadata and resource forks as on its own disk", async () => {
    expect(await client("backups", alice, "du")).toMatch(/1048576 blocks of size 1024\./);
    const { good, bad, output } = await smbtorture(within, at("backups"), alice, ["vfs.fruit", "vfs.fruit_file_id"]);
    expect([good.length, output]).toEqual([expect.any(Number), expect.not.stringContaining("Cannot connect")]);
    expect(good).toEqual(
        expect.arrayContaining(
            [
                "fruit.read metadata",
                "fruit.write metadata",
                "fruit.resource fork IO",
                "fruit.stream names",
                "fruit.copyfile",
                "fruit.delete AFP_AfpInfo by writing all 0",
                "fruit_file_id.zero file id if AAPL negotiated",
            ].map((name) => `vfs.${name}`),
        ),
    );
    // These need local access to the share's files (torture:localdir), or a share that is not for Time Machine.
    const foreign = /^vfs\.fruit\.(OS X AppleDouble|delete_trigger_convert|SMB2\/CREATE context AAPL)/;
    // The workstation's smbtorture is 4.17 and does not know the answers of newer servers.
    const newer = (await hasDebiansSamba(guest)) ? [] : ["vfs.fruit.rename_dir_openfile"];
    expect(Object.fromEntries(Object.entries(bad).filter(([name]) => !foreign.test(name) && !newer.includes(name)))).toEqual({});
});

test("characters that Windows does not have are others to clients", async () => {
    await inGuest(guest, "touch '/srv/pvesmb/watched/what?'");
    expect(await client("watched", alice, "ls")).toContain("what\uf03f");
});

test("only so many connections as are allowed", async () => {
    const first = await SmbSession.open(within, at("few"), alice);
    try {
        expect(await first.run("ls")).not.toContain("NT_STATUS");
        expect(await client("few", bob, "ls")).toContain("NT_STATUS_INSUFFICIENT_RESOURCES");
    } finally {
        first.close();
    }
});

test("Samba's own test suite finds nothing on a share without options, and no oplocks on one for databases", async () => {
    const suites = ["mkdir", "read", "sharemode", "credits", ...(process.env["PVESMB_SOAK"] ? ["timestamps"] : [])];
    const { good, bad, output } = await smbtorture(
        within,
        at("plain"),
        alice,
        suites.map((name) => `smb2.${name}`),
    );
    expect([bad, output]).toEqual([{}, expect.any(String)]);
    for (const name of suites) expect(good.filter((test) => test.startsWith(`smb2.${name}`))).not.toEqual([]);
    const oplocked = (name: string) => smbtorture(within, at(name), alice, ["smb2.oplock.batch10"]);
    expect((await oplocked("plain")).good).toEqual(["smb2.oplock.batch10"]);
    expect((await oplocked("db")).output).toMatch(/oplock_level got 0x0/);
});

test("Windows' own calls list shares and users; the server's list has protocol, encryption and signing of each session", async () => {
    const listed = await rpcclient(within, host, alice, "netshareenum; lookupnames alice");
    expect(listed).toMatch(/netname: plain/);
    expect(listed).toMatch(/alice S-1-5-21-[\d-]+ \(User: 1\)/);
    const session = await SmbSession.open(within, at("plain"), alice);
    try {
        await session.run("ls");
        const { sessions } = JSON.parse(await inGuest(guest, "smbstatus --json")) as { sessions: Record<string, unknown> };
        expect(Object.values(sessions)).toContainEqual(
            expect.objectContaining({
                username: "alice",
                session_dialect: "SMB3_11",
                encryption: expect.objectContaining({ cipher: expect.stringMatching(/^AES-/) as string, degree: "full" }) as object,
                signing: expect.objectContaining({ cipher: expect.stringMatching(/^AES-/) as string }) as object,
            }),
        );
    } finally {
        session.close();
    }
});

test("each user has a home under the own name", async () => {
    await putFile(within, at("alice"), alice, "mine.txt", "x\n");
    expect(await inGuest(guest, "ls /srv/pvesmb/people/alice")).toBe("mine.txt\n");
    expect(await client("alice", bob, "ls")).toMatch(/NT_STATUS/);
});

test("a DFS link leads to the other share", async () => {
    await putFile(within, at("tidy"), alice, "there.txt", "x\n");
    expect(await client("signs", alice, "ls elsewhere\\*")).toContain("there.txt");
});

test("lists show a share to those who may connect", async () => {
    expect(Object.keys(await listShares(within, host, bob))).toContain("mine");
    expect(Object.keys(await listShares(within, host, alice))).not.toContain("mine");
    expect(Object.keys(await listShares(within, host, alice))).not.toContain("people");
});

test("a setting changed by hand is named with its property, and repaired", async () => {
    await inGuest(guest, "sed -i 's/recycle:versions = yes/recycle:versions = no/' /etc/samba/pvesmb/shares.d/bin.conf");
    // A user of the share may do this: the recycle folder then belongs to a user.
    await inGuest(guest, "cd /srv/pvesmb/bin && mv .recycle away && mkdir -m 777 .recycle && chown bob:bob .recycle");
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toContain("recycle: recycle:versions = no instead of yes");
    expect(output).toContain("recycle: /srv/pvesmb/bin/.recycle is bob:bob 777 instead of root:root 1777: somebody has replaced it");
    await stack.up();
    expect(await inGuest(guest, "stat -c '%U %a' /srv/pvesmb/bin/.recycle")).toBe("root 1777\n");
    expect(await inGuest(guest, "testparm -s --section-name=bin 2>/dev/null")).toContain("recycle:versions = yes");
    await stack.refresh({ flags: ["--expect-no-changes"] });
});

test("an option that Samba does not know is refused with its name, and nothing has changed", async () => {
    const before = await inGuest(guest, "cat /etc/samba/pvesmb/shares.conf");
    const options = async (given: Record<string, string>): Promise<string> => {
        stack.write(program(...files, ...declared({ plain: { options: given } })));
        return (await stack.up({ fails: true })).output;
    };
    // No Samba version has it: the preview reports it.
    stack.write(program(...files, ...declared({ plain: { options: { "strct sync": "no", workgroup: "OTHER" } } })));
    const { output } = await stack.preview({ fails: true });
    expect(output).toMatch(/options\["strct sync"\]: is not an option of Samba; did you mean "strict sync"\?/);
    expect(output).toMatch(/options\.workgroup: is an option of the server as a whole, not of a share/);
    // A later Samba version has it.
    if (await hasDebiansSamba(guest)) {
        expect(await options({ "server addresses": host })).toMatch(
            /options: Samba on the gateway does not accept .*Unknown parameter encountered: "server addresses"/,
        );
        expect(await inGuest(guest, "cat /etc/samba/pvesmb/shares.conf")).toBe(before);
    } else {
        stack.write(program(...files, ...declared({ plain: { options: { "server addresses": host } } })));
        await stack.up();
        await client("plain", alice, "ls");
    }
});

test("requiring encryption ends open connections to that share and no other", async () => {
    const [there, other] = [await SmbSession.open(within, at("plain"), alice), await SmbSession.open(within, at("db"), alice)];
    try {
        stack.write(program(...files, ...declared({ plain: { encryptionRequired: true }, db: { purpose: "database", recycle: {} } })));
        const { output } = await stack.preview({ flags: ["--diff"] });
        for (const words of [
            "SmbShare plain: encryptionRequired: open connections to the share are closed",
            "SmbShare db: recycle: open connections may continue unchanged until they reconnect",
        ])
            expect(output.split(words)).toHaveLength(2);
        expect(await there.run("ls")).not.toContain("NT_STATUS");
        await stack.up();
        await there.ended();
        expect(await other.run("ls")).not.toContain("NT_STATUS");
    } finally {
        there.close();
        other.close();
    }
});
