import { createHash, randomBytes } from "node:crypto";
import type { SmbShareArgs } from "../../sdk/nodejs/generated/smb-share";
import { type Guest, inGuest } from "./support/guests";
import { HeldFile } from "./support/held-file";
import { withBroken } from "./support/broken-program";
import { type Grants, gateway, program, share, smallArgs, user } from "./support/program";
import { sharesec } from "./support/sharesec";
import { smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** Clients with open files while shares and accounts change: a client that loses access is disconnected, and nobody else notices. */

const soak = process.env["PVESMB_SOAK"] === "1";
const vmids = { from: 5680, to: 5699 };
const host = "10.86.0.96";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5680 };
const login = (name: string) => ({ user: name, password: `${name}'s long p4ssword` });
const people = ["alice", "bob", "carol", "dave"];
const both: Grants = { alice: "full", bob: "full" };

/** By resource name: who has access, and further arguments of the share. */
type Shares = Record<string, [grants: Grants, args?: Omit<SmbShareArgs, "gateway" | "access">]>;

const files = gateway("files", {
    ...smallArgs(host, vmids),
    vmid: guest.vmid,
    data: { storage: "tank", size: soak ? "2GiB" : "512MiB" },
});
function declared(shares: Shares, { team = ["alice", "dave"], carol = true, vic = false, more = "" } = {}): string {
    return program(
        files,
        ...people.map((name) => user("files", login(name), name === "carol" ? { enabled: carol } : {})),
        // The user declares the membership: when the account is deleted, no group or share changes.
        'const lot = new pvesmb.SmbGroup("lot", { gateway: files });',
        'new pvesmb.SmbShare("lots", { gateway: files, access: [{ group: lot.name, level: "full" }, { user: alice.name, level: "full" }] });',
        ...(vic
            ? [`new pvesmb.SmbUser("vic", { gateway: files, password: ${JSON.stringify(login("vic").password)}, groups: [lot.name] });`]
            : []),
        `const team = new pvesmb.SmbGroup("team", { gateway: files, members: [${team.map((name) => `${name}.name`).join()}] });`,
        'new pvesmb.SmbShare("pool", { gateway: files, access: [{ group: team.name, level: "full" }] });',
        ...Object.entries(shares).map(([name, [grants, args]]) => share("files", name, grants, args)),
        more,
    );
}

const before: Shares = {
    steady: [{ ...both, carol: "full" }],
    wider: [{ alice: "full", bob: "read" }],
    taken: [both],
    lowered: [both],
    moved: [{ alice: "full" }],
    gone: [{ alice: "full" }],
    sealed: [{ alice: "full" }],
    frozen: [{ alice: "full" }],
    named: [{ alice: "full" }],
    fenced: [{ alice: "full" }],
    off: [{ alice: "full" }],
    odd: [both, { name: "Größe & co's #1" }],
    people: [both, { purpose: "homes" }],
};
const { gone: _gone, ...kept } = before;
const after: Shares = {
    ...kept,
    wider: [
        { alice: "full", bob: "full", carol: "read" },
        { comment: "For more people", recycle: {} },
    ],
    taken: [{ alice: "full" }],
    lowered: [{ alice: "full", bob: "read" }],
    moved: [{ alice: "full" }, { path: "/srv/pvesmb/elsewhere" }],
    sealed: [{ alice: "full" }, { encryptionRequired: true }],
    frozen: [{ alice: "full" }, { readOnly: true }],
    named: [{ alice: "full" }, { name: "renamed" }],
    fenced: [{ alice: "full" }, { hostsAllow: ["127.0.0.1"] }],
    off: [{ alice: "full" }, { enabled: false }],
    odd: [{ alice: "full" }, { name: "Größe & co's #1" }],
    people: [{ alice: "full" }, { purpose: "homes" }],
};

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const held = new Map<string, HeldFile>();
/** The open files on the gateway: on shares, and in homes. */
const HELD = "/srv/pvesmb/*/held-by-* /srv/pvesmb/people/*/held-by-*";

/** Closes all open files and removes them. */
async function drop(): Promise<void> {
    for (const each of held.values()) each.close();
    held.clear();
    await inGuest(guest, `rm -f ${HELD}`);
}

/** Opens files under the given names, each on a share as a user: `bob on taken`. */
async function hold(...names: string[]): Promise<void> {
    await drop();
    for (const name of names) {
        const [who = "", on = ""] = name.split(" on ");
        held.set(name, new HeldFile(within, { host, share: on }, login(who), `held-by-${who}`));
    }
    const open = async (): Promise<number> => (await inGuest(guest, `ls -1d ${HELD} 2>/dev/null || true`)).split("\n").length - 1;
    await until(`${names.length} files are open`, async () => (await open()) === names.length);
}

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(declared(before, { vic: true }));
    await stack.up();
    await inGuest(guest, "cd /srv/pvesmb/people && for one in alice bob; do install -d -m 0700 -o $one $one; done");
});
afterAll(async () => {
    for (const each of held.values()) each.close();
    await place?.dispose();
});

describe("much is tightened at once", () => {
    const stays = [
        "alice on steady",
        "bob on steady",
        "alice on wider",
        "alice on taken",
        "alice on lowered",
        "alice on Größe & co's #1",
        "alice on alice",
        "alice on pool",
        "alice on lots",
    ];
    const ends: [why: string, who: string][] = [
        ["access is taken away", "bob on taken"],
        ["access is taken away, on a share with an odd name", "bob on Größe & co's #1"],
        ["access to homes is taken away", "bob on bob"],
        ["full becomes read", "bob on lowered"],
        ["the share is moved", "alice on moved"],
        ["the share is deleted", "alice on gone"],
        ["the share requires encryption", "alice on sealed"],
        ["the share becomes read only", "alice on frozen"],
        ["the share is renamed", "alice on named"],
        ["only other clients may connect", "alice on fenced"],
        ["the share is disabled", "alice on off"],
        ["the user is disabled", "carol on steady"],
        ["the user leaves the group", "dave on pool"],
        ["the user is removed", "vic on lots"],
    ];
    beforeAll(async () => {
        await hold(...stays, ...ends.map(([, name]) => name));
        stack.write(declared(after, { team: ["alice"], carol: false }));
        await stack.up();
    });

    test.each(ends)("%s: %s loses the file", async (_why, name) => {
        expect(await held.get(name)?.end("too late\n")).toMatch(/NT_STATUS_(NETWORK_NAME_DELETED|CONNECTION_\w+|USER_SESSION_DELETED)/);
    });

    test.each(stays)("%s goes on", async (name) => {
        expect(await held.get(name)?.end(`written by ${name}\n`)).not.toContain("NT_STATUS");
        expect(await inGuest(guest, `cat ${HELD}`)).toContain(`written by ${name}\n`);
    });

    test("nothing came from those who lost theirs", async () => {
        expect(await inGuest(guest, `grep -l "too late" ${HELD} || true`)).toBe("");
        await drop();
    });
});

/** The state after `much is tightened at once`, with further changes. */
const then = (changes: Shares, more = ""): string => declared({ ...after, ...changes }, { team: ["alice"], carol: false, more });
const letGo = async (): Promise<void> => {
    for (const [name, each] of held)
        expect([name, await each.end("to the end\n")]).not.toEqual([name, expect.stringContaining("NT_STATUS")]);
    await drop();
};

test("twenty shares are added and changed while a client copies: nothing is lost", async () => {
    const [rounds, each, mebibytes] = soak ? [20, 1, 1024] : [2, 10, 64];
    const chunk = randomBytes(2 ** 20);
    const hash = createHash("sha256");
    await hold("alice on steady", "alice on wider");
    const copy = held.get("alice on steady");
    const some = async (): Promise<void> => {
        for (let i = 0; i < mebibytes / rounds; i++) {
            await copy?.write(chunk);
            hash.update(chunk);
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
    };
    const added: Shares = {};
    for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < each; i++) {
            // Adds the first half of the shares, then widens access to all of them.
            const name = `more${(round * each + i) % 10}`;
            added[name] = name in added ? [both, { comment: `Of round ${round}` }] : [{ alice: "full" }];
        }
        stack.write(
            then({
                ...added,
                wider: [
                    { ...both, carol: "full" },
                    { comment: `Round ${round}`, recycle: {} },
                ],
            }),
        );
        await Promise.all([stack.up(), some()]);
    }
    expect(await copy?.end()).not.toContain("NT_STATUS");
    expect(await inGuest(guest, "sha256sum < /srv/pvesmb/steady/held-by-alice")).toContain(hash.digest("hex"));
    held.delete("alice on steady");
    await letGo();
});

/** Hashes of all files that define who may access what. */
const configuration = (): Promise<string> =>
    inGuest(guest, "cd /etc; find samba passwd group shadow gshadow -type f | sort | xargs sha256sum; pdbedit -L -w");

describe("a change that cannot be made", () => {
    beforeEach(() => hold("alice on taken", "alice on wider", "bob on steady"));

    test("because a module is missing: its share stays as it was, others are changed", async () => {
        const module = (await inGuest(guest, "find /usr/lib -path '*/samba/vfs/full_audit.so'")).trim();
        const section = (): Promise<string> =>
            inGuest(
                guest,
                `cat /etc/samba/pvesmb/shares.d/taken.conf; testparm -s --section-name=taken 2>/dev/null; ${sharesec("taken", "--view")}`,
            );
        stack.write(then({ taken: [{ alice: "full", carol: "change" }] }));
        await stack.up();
        const was = await section();
        await inGuest(guest, `mv ${module} /root/`);
        const changes: Shares = {
            taken: [
                { alice: "full", bob: "change" },
                { comment: "Watched", audit: {} },
            ],
            wider: [both, { comment: "Changed" }],
        };
        stack.write(then(changes));
        expect((await stack.up({ fails: true, flags: ["--continue-on-error"] })).output).toMatch(/taken[^]*NT_STATUS_/);
        expect(await section()).toBe(was);
        expect(await inGuest(guest, "testparm -s --section-name=wider 2>/dev/null")).toContain("comment = Changed");
        await letGo();
        await inGuest(guest, `mv /root/full_audit.so ${module}`);
        await stack.up();
        expect(await section()).toContain("comment = Watched");
    });

    test("because the disk is full: everything stays as it was", async () => {
        const was = await configuration();
        const left = "$(($(df --output=avail -B1 / | tail -1) * 95 / 100))";
        await inGuest(
            guest,
            `fallocate -l ${left} /fill1; for size in 64K 4K; do dd if=/dev/zero of=/fill$size bs=$size status=none || true; done`,
        );
        const changes: Shares = { wider: [both, { comment: "Too much" }], late: [{ alice: "full" }] };
        const erin = user("files", login("erin"));
        try {
            stack.write(then(changes, erin));
            expect((await stack.up({ fails: true, flags: ["--continue-on-error"] })).output).toMatch(/No space left on device/);
            expect(await configuration()).toBe(was);
            expect((await smbclient(within, { host, share: "wider" }, login("bob"), "ls")).output).toContain("blocks");
            await letGo();
        } finally {
            await inGuest(guest, "rm -f /fill*");
        }
        await stack.up();
        expect((await smbclient(within, { host, share: "late" }, login("alice"), "ls")).output).toContain("blocks");
        await stack.settled();
    });
});

test("smbd cannot be told: everything stays as it was", async () => {
    const was = await configuration();
    stack.write(then({ told: [{ alice: "full" }] }));
    const { output } = await withBroken(guest, "smbcontrol", () => stack.up({ fails: true }));
    expect(output).toMatch(/smbcontrol -s \/proc\/self\/fd\/\.\. --timeout=50 smbd ping: exit code 1: \\u001b\]0;broken by the test/);
    expect(await configuration()).toBe(was);
    await stack.up();
    expect((await smbclient(within, { host, share: "told" }, login("alice"), "ls")).output).toContain("blocks");
});

describe("who is connected cannot be told", () => {
    test("what was taken away is taken, and said; the next run ends the sessions, a refresh between or not", async () => {
        stack.write(then({ wider: [both] }));
        await stack.up();
        await hold("bob on wider", "alice on wider");
        stack.write(then({ wider: [{ alice: "full" }] }));
        const { output } = await withBroken(guest, "smbstatus", () => stack.up({ fails: true }));
        expect(output).toMatch(/cannot find out who is connected[^]*smbstatus ended with 1: \\u001b\]0;broken by the test/);
        expect(output).not.toContain("\u001b]0;");
        expect((await smbclient(within, { host, share: "wider" }, login("bob"), "ls")).output).toContain("NT_STATUS_ACCESS_DENIED");
        await stack.refresh();
        await stack.up();
        expect(await held.get("bob on wider")?.end("too late\n")).toContain("NT_STATUS");
        held.delete("bob on wider");
        await letGo();
        await stack.preview({ flags: ["--expect-no-changes"] });
    });

    test("a group goes only once its members' sessions can be ended", async () => {
        const team = 'new pvesmb.SmbGroup("crew", { gateway: files, members: [alice.name] });';
        stack.write(then({}, team));
        await stack.up();
        stack.write(then({}));
        const { output } = await withBroken(guest, "smbstatus", () => stack.up({ fails: true }));
        expect(output).toContain("nothing was removed, because pvesmb cannot find out who is connected");
        expect(await inGuest(guest, "getent group crew")).toContain(":alice");
        await stack.up();
        expect(await inGuest(guest, "getent group crew || true")).toBe("");
    });

    test("a user goes only once the sessions can be ended, and another run does both", async () => {
        stack.write(declared(after, { team: ["alice"], carol: false, vic: true }));
        await stack.up();
        await hold("vic on lots", "alice on lots");
        stack.write(then({}));
        const { output } = await withBroken(guest, "smbstatus", () => stack.up({ fails: true }));
        expect(output).toContain("nothing was removed, because pvesmb cannot find out who is connected");
        expect((await smbclient(within, { host, share: "lots" }, login("vic"), "ls")).output).toContain("blocks");
        // The account is deleted, then the run ends before it can notify smbd: the next run still knows whose session it is.
        await withBroken(guest, "smbcontrol", () => stack.up({ fails: true }), 9);
        expect(await inGuest(guest, "getent passwd vic || smbstatus --json")).toMatch(/"username": "\d+"/);
        await stack.up();
        expect(await inGuest(guest, "getent passwd vic || true")).toBe("");
        expect(await held.get("vic on lots")?.end("too late\n")).toContain("NT_STATUS");
        held.delete("vic on lots");
        await letGo();
    });

    test("nobody is connected while no smbd runs; it is started with the next share", async () => {
        await inGuest(guest, "systemctl stop smbd");
        expect(JSON.parse(await inGuest(guest, "smbstatus --json"))).toMatchObject({ sessions: {} });
        stack.write(then({ started: [{ alice: "full" }] }));
        await stack.up();
        expect((await smbclient(within, { host, share: "started" }, login("alice"), "ls")).output).toContain("blocks");
    });
});

test("smbd is killed while a share is proven: it is there again, with the change", async () => {
    const main = '"$(systemctl show -p MainPID --value smbd)"';
    const killing = `#!/bin/sh\nmv /usr/bin/smbclient.real /usr/bin/smbclient\nkill -9 ${main}\nexec smbclient "$@"\n`;
    await inGuest(guest, `cd /usr/bin && mv smbclient smbclient.real && cat > smbclient <<'END' && chmod 755 smbclient\n${killing}END\n`);
    stack.write(then({ wider: [both, { comment: "Survived" }], late: [{ alice: "full" }] }));
    await stack.up();
    expect(await inGuest(guest, "test ! -e /usr/bin/smbclient.real; testparm -s --section-name=wider 2>/dev/null")).toContain(
        "comment = Survived",
    );
    for (const [on, who] of [
        ["wider", "bob"],
        ["steady", "alice"],
    ] as const)
        expect((await smbclient(within, { host, share: on }, login(who), "ls")).output).toContain("blocks");
    await stack.refresh({ flags: ["--expect-no-changes"] });
});
