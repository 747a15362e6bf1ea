import { type Guest, inGuest } from "./support/guests";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { anonymously, changePassword, getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Result, Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** Users and groups: every property through the CLI, checked by a client or on the gateway. */

const vmids = { from: 5600, to: 5619 };
const host = "10.86.0.90";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5600 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const files = gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid });
const docs = { host, share: "docs" };

/** Only the group team has access to docs. */
const team = (args: string): string => `const team = new pvesmb.SmbGroup("team", { gateway: files, ${args} });`;
const shared = `const docs = new pvesmb.SmbShare("docs", { gateway: files, access: [{ group: team.name, level: "change" }] });`;

/** What was reported about adopted objects. */
const told = ({ diagnostics }: Result): string[] =>
    diagnostics.map(({ message }) => message.trim()).filter((message) => message.includes("taken over"));

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const up = (...lines: string[]) => (stack.write(program(files, ...lines)), stack.up());
const status = async (login: typeof alice): Promise<string> =>
    /NT_STATUS_\w+/.exec((await smbclient(within, docs, login, "ls")).output)?.[0] ?? "fine";

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(program(files, user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared));
    await stack.up();
});
afterAll(() => place?.dispose());

test("a group with members lets in whom it names", async () => {
    expect([await status(alice), await status(bob)]).toEqual(["fine", "NT_STATUS_ACCESS_DENIED"]);
    expect(await inGuest(guest, "getent group team")).toBe("team:x:20100:alice\n");
    await stack.settled();
});

test("who leaves the group loses the open session, nobody else does", async () => {
    await up(user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name, bob.name]"), shared);
    const [hers, his] = [await SmbSession.open(within, docs, alice), await SmbSession.open(within, docs, bob)];
    try {
        await up(user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared);
        expect(await hers.run("ls")).not.toContain("NT_STATUS");
        await his.ended();
    } finally {
        hers.close();
        his.close();
    }
});

test("membership has one writer", async () => {
    stack.write(
        program(files, user("files", alice, { groups: ["team"] }), user("files", bob), team("gid: 20100, members: [alice.name]"), shared),
    );
    expect((await stack.up({ fails: true })).output).toMatch(/groups: the SmbGroup team lists its members itself/);
    stack.write(program(files, team("gid: 20100, members: []"), user("files", bob), user("files", alice), shared));
    await stack.up();
    await up(
        team("gid: 20100"),
        `const bob = new pvesmb.SmbUser("bob", { gateway: files, password: ${JSON.stringify(bob.password)}, groups: [team.name] });`,
        user("files", alice),
        shared,
    );
    expect([await status(alice), await status(bob)]).toEqual(["NT_STATUS_ACCESS_DENIED", "fine"]);
    await stack.settled();
    stack.write(
        program(files, user("files", bob, { groups: ["team"] }), user("files", alice), team("gid: 20100, members: [alice.name]"), shared),
    );
    expect((await stack.up({ fails: true })).output).toMatch(/members: some users list team in their `groups`/);
    await up(user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared);
    expect([await status(alice), await status(bob)]).toEqual(["fine", "NT_STATUS_ACCESS_DENIED"]);
});

test("a member that there is not is refused, and nothing is written", async () => {
    stack.write(program(files, user("files", alice), user("files", bob), team('gid: 20100, members: ["alice", "carol"]'), shared));
    expect((await stack.up({ fails: true })).output).toMatch(/members: no such account on the gateway .*: user carol/);
    expect(await inGuest(guest, "getent group team")).toBe("team:x:20100:alice\n");
});

test("a group of the distribution is taken only when asked", async () => {
    const lines = [user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared];
    stack.write(program(files, ...lines, 'new pvesmb.SmbGroup("games", { gateway: files });'));
    expect((await stack.up({ fails: true })).output).toMatch(/already has a group games that pvesmb did not create/);
    // A user does not get the gid of such a group either, adopted or not.
    const named = ["video", "staff"].map((name, i) => user("files", { user: name, password: "a long p4ssword" }, { adopt: i === 1 }));
    stack.write(program(files, ...lines, ...named));
    const { output } = await stack.up({ fails: true, flags: ["--continue-on-error"] });
    for (const name of ["video", "staff"])
        expect(output).toContain(`already has a group ${name} that pvesmb did not create, and the primary group`);
    expect(await inGuest(guest, "getent passwd video staff || true")).toBe("");
    const before = await inGuest(guest, "getent group games");
    const taken = await up(...lines, 'new pvesmb.SmbGroup("games", { gateway: files, adopt: true, members: [alice.name] });');
    expect(told(taken)).toEqual(['SmbGroup games: taken over (adopt); changed: members: [] -> ["alice"]']);
    expect(await inGuest(guest, "getent group games")).toBe(before.replace("\n", "alice\n"));
    await stack.settled();
    await up(...lines);
    expect(await inGuest(guest, "getent group games")).toBe(before);
});

test("an account made by hand is taken over with its number, and what differed is told", async () => {
    const lines = [user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared];
    const carol = { user: "carol", password: "carol's long p4ssword" };
    await inGuest(
        guest,
        "useradd -M -s /usr/sbin/nologin -c 'Carol C' carol && printf 'x1y2z3\\nx1y2z3\\n' | smbpasswd -s -a carol && smbpasswd -d carol",
    );
    const uid = (await inGuest(guest, "id -u carol")).trim();
    stack.write(program(files, ...lines, user("files", carol)));
    expect((await stack.up({ fails: true })).output).toMatch(/already has an account carol that pvesmb did not create/);
    stack.write(program(files, ...lines, user("files", carol, { adopt: true, uid: 20200 })));
    expect((await stack.up({ fails: true })).output).toContain(`uid: the existing account carol has the number ${uid}`);
    const taken = await up(...lines, user("files", carol, { adopt: true, fullName: "Carol" }));
    expect(told(taken)).toEqual([
        'SmbUser carol: taken over (adopt); changed: fullName: "Carol C" -> "Carol"; home: "/home/carol" -> (none); enabled: false -> true; password: another one',
    ]);
    expect(taken.output).not.toContain(carol.password);
    expect(await inGuest(guest, "id -u carol")).toBe(`${uid}\n`);
    expect(await status(carol)).toBe("NT_STATUS_ACCESS_DENIED");
    await stack.settled();
    await up(...lines);
});

describe("renamed in place, in their groups and with their files", () => {
    const mara = { user: "mara", password: "mara's f1rst" };
    const own = { ...mara, password: "mara's 0wn choice" };
    const renamed = { ...own, user: "mara-b" };
    const numbers = { uid: 20300, gid: 20300 };
    const declared = (name: string, args: object = numbers): string =>
        `const mara = new pvesmb.SmbUser("mara", { gateway: files, password: ${JSON.stringify(mara.password)}, passwordMustChange: true, ...${JSON.stringify({ name, home: `/srv/pvesmb/homes/${name}`, ...args })} });`;
    const both = "members: [alice.name, mara.name]";
    const with_ = (name: string, crew = `gid: 20100, ${both}`, args?: object): string[] => [
        user("files", alice),
        user("files", bob),
        declared(name, args),
        team(crew),
        shared,
    ];
    const changed = ({ steps }: Result): string[] =>
        steps
            .filter(({ op }) => op !== "same")
            .map(({ op, name }) => `${op} ${name}`)
            .sort();
    const sid = (name: string): Promise<string> => inGuest(guest, `pdbedit -v -u ${name} | grep 'User SID'`);
    const reads = (login: typeof mara): Promise<string> => getFile(within, docs, login, "maras.txt");

    beforeAll(async () => {
        await up(...with_("mara"));
        await inGuest(
            guest,
            `printf '%s\\n%s\\n' "${own.password}" "${own.password}" | smbpasswd -s mara && echo diary > /srv/pvesmb/homes/mara/diary`,
        );
        await putFile(within, docs, own, "maras.txt", "mara's\n");
    });

    test("a user keeps numbers, the password of her own, identifier, groups, home and files; her open session ends", async () => {
        const before = await sid("mara");
        const session = await SmbSession.open(within, docs, own);
        try {
            expect(changed(await up(...with_("mara-b")))).toEqual(["update mara", "update team"]);
            await session.ended();
        } finally {
            session.close();
        }
        expect(await reads(renamed)).toBe("mara's\n");
        expect(await status(own)).toBe("NT_STATUS_LOGON_FAILURE");
        expect(await sid("mara-b")).toBe(before);
        expect(await inGuest(guest, "id mara-b; getent passwd mara; getent group team; cat /srv/pvesmb/homes/mara-b/diary")).toBe(
            "uid=20300(mara-b) gid=20300(mara-b) groups=20300(mara-b),20100(team)\nteam:x:20100:alice,mara-b\ndiary\n",
        );
        expect(await inGuest(guest, "ls /run/pvesmb /etc/samba/pvesmb/users.d")).not.toMatch(/import|mara\.json/);
        await stack.settled();
    });

    test("also when the run that did it could not tell, and back again", async () => {
        const state = await stack.exportState();
        await up(...with_("mara"));
        expect(await reads(own)).toBe("mara's\n");
        await stack.importState(state);
        expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/name *: "mara-b" => "mara"/);
        await up(...with_("mara-b"));
        expect(await reads(renamed)).toBe("mara's\n");
        expect(await inGuest(guest, "ls /srv/pvesmb/homes; cat /srv/pvesmb/homes/mara-b/diary")).toBe("mara-b\ndiary\n");
        // The next run needs no refresh first, whatever the interrupted run left behind.
        const again = await stack.exportState();
        await up(...with_("mara"));
        await stack.importState(again);
        await up(...with_("mara"));
        expect(await reads(own)).toBe("mara's\n");
        await stack.settled();
    });

    test("not to a name that is somebody else's, nor where something is in the way: nothing has happened then", async () => {
        const before = await sid("mara");
        await inGuest(guest, "mkdir /srv/pvesmb/homes/maria");
        stack.write(program(files, ...with_("maria")));
        expect((await stack.up({ fails: true })).output).toMatch(/cannot rename .*\/mara to .*\/maria: both exist/);
        expect([await reads(own), await status({ ...own, user: "maria" })]).toEqual(["mara's\n", "NT_STATUS_LOGON_FAILURE"]);
        expect(await sid("mara")).toBe(before);
        expect(await inGuest(guest, "rmdir /srv/pvesmb/homes/maria; cat /srv/pvesmb/homes/mara/diary; ls /run/pvesmb")).not.toMatch(
            /import/,
        );
        for (const [name, why] of [
            ["games", "already has an account games that pvesmb did not create"],
            ["bob", "another resource already has an account bob"],
        ] as const) {
            stack.write(program(files, ...with_(name)));
            expect((await stack.up({ fails: true })).output).toContain(why);
            expect(await reads(own)).toBe("mara's\n");
        }
    });

    test("a group keeps its number and members", async () => {
        expect(changed(await up(...with_("mara", `name: "crew", gid: 20100, ${both}`)))).toEqual(["update docs", "update team"]);
        expect(await inGuest(guest, "getent group crew team || true")).toBe("crew:x:20100:alice,mara\n");
        expect([await reads(own), await status(alice), await status(bob)]).toEqual(["mara's\n", "fine", "NT_STATUS_ACCESS_DENIED"]);
        await stack.settled();
        await up(...with_("mara"));
        expect(await inGuest(guest, "getent group crew team || true")).toBe("team:x:20100:alice,mara\n");
    });

    test("another number is refused in the preview, and nobody is touched", async () => {
        stack.write(program(files, ...with_("mara", `gid: 20101, ${both}`, { uid: 20377, gid: 20378 })));
        const { output } = await stack.preview({ fails: true });
        expect(output).toMatch(
            /uid: is 20300 and cannot be changed to 20377: files belong to this number, .*; gid: is 20300 and cannot be changed to 20378/,
        );
        stack.write(program(files, ...with_("mara", `gid: 20101, ${both}`)));
        expect((await stack.preview({ fails: true })).output).toMatch(/gid: is 20100 and cannot be changed to 20101/);
        await stack.up({ fails: true });
        expect([await reads(own), await status(alice)]).toEqual(["mara's\n", "fine"]);
        await up(...with_("mara"));
    });

    test("a user that is made anew is in the groups again that list it", async () => {
        const [urn] = (await stack.resources())
            .filter(({ type }) => type.endsWith("SmbUser"))
            .map(({ urn }) => urn)
            .filter((each) => each.endsWith("::alice"));
        expect((await stack.up({ flags: [`--target-replace=${urn}`] })).steps.map(({ op }) => op)).toContain("replace");
        expect(await inGuest(guest, "getent group team")).toMatch(/:(alice,mara|mara,alice)\n/);
        expect(await status(alice)).toBe("fine");
        await stack.settled();
    });

    afterAll(() => up(user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name]"), shared));
});

test("members changed by hand are named and put right", async () => {
    await inGuest(guest, "gpasswd -M bob team");
    expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/members/);
    await stack.up();
    expect(await inGuest(guest, "getent group team")).toBe("team:x:20100:alice\n");
    await stack.settled();
});

describe("a user's own settings", () => {
    const lines = (args: object, given: object = { password: bob.password }, options: object = {}): string[] => [
        user("files", alice),
        `const bob = new pvesmb.SmbUser("bob", ${JSON.stringify({ ...given, ...args }).replace(/^\{/, "{ gateway: files, ")}, ${JSON.stringify(options)});`,
        team("gid: 20100, members: [alice.name, bob.name]"),
        shared,
    ];

    test("expiry, full name and home", async () => {
        await up(...lines({ expires: "2020-01-01", fullName: "Bob B", home: "/srv/pvesmb/homes/bob" }));
        expect(await status(bob)).toBe("NT_STATUS_ACCOUNT_EXPIRED");
        expect(await inGuest(guest, "stat -c '%U %a' /srv/pvesmb/homes/bob; getent passwd bob")).toMatch(
            /^bob 700\nbob:x:\d+:\d+:Bob B:\/srv\/pvesmb\/homes\/bob:/,
        );
        await stack.settled();
        await inGuest(guest, "pdbedit -u bob -K never");
        expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/expires/);
        await stack.up();
        expect(await status(bob)).toBe("NT_STATUS_ACCOUNT_EXPIRED");
        await up(...lines({ expires: "2034-12-31", fullName: "Bob B", home: "/srv/pvesmb/homes/bob" }));
        expect(await status(bob)).toBe("fine");
        await up(...lines({}));
        expect(await status(bob)).toBe("fine");
        await stack.settled();
    });

    test("disabling ends the open session and refuses a new one", async () => {
        await up(...lines({}));
        const session = await SmbSession.open(within, docs, bob);
        try {
            await up(...lines({ enabled: false }));
            await session.ended();
            expect(await status(bob)).toBe("NT_STATUS_ACCOUNT_DISABLED");
        } finally {
            session.close();
        }
        await up(...lines({}));
        expect(await status(bob)).toBe("fine");
    });

    test("an NT hash in place of the password, with the same identifier", async () => {
        const sid = await inGuest(guest, "pdbedit -v -u bob | grep 'User SID'");
        // The published hash of "password".
        await up(...lines({ ntHash: "8846f7eaee8fb117ad06bdd830b7586c" }, {}));
        expect(await status({ ...bob, password: "password" })).toBe("fine");
        expect(await status(bob)).toBe("NT_STATUS_LOGON_FAILURE");
        expect(await inGuest(guest, "pdbedit -v -u bob | grep 'User SID'")).toBe(sid);
        expect(await inGuest(guest, "ls /run/pvesmb")).not.toContain("import");
        await stack.settled();
    });

    test("a password from the environment is in no state; another one is noticed by a refresh", async () => {
        const given = { passwordFrom: { env: "BOB_PASSWORD" } };
        const [first, second] = ["first of b0b's", "second of b0b's"];
        stack.write(program(files, ...lines(given, {})));
        await stack.up({ environment: { BOB_PASSWORD: first } });
        expect(await status({ ...bob, password: first })).toBe("fine");
        expect(JSON.stringify(await stack.exportState())).not.toContain(first);
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await stack.up({ flags: ["--refresh"], environment: { BOB_PASSWORD: second } });
        expect(await status({ ...bob, password: second })).toBe("fine");
        stack.write(program(files, ...lines({ ...given, fullName: "B" }, {})));
        const { output } = await stack.up({ fails: true });
        expect(output).toMatch(/passwordFrom\.env: the environment variable BOB_PASSWORD contains no password/);
    });

    test("a password that the program ignores is the user's own, until it no longer does", async () => {
        const ignoring = (args: object): string[] => lines(args, undefined, { ignoreChanges: ["password"] });
        const own = { ...bob, password: "b0b's own choice" };
        await up(...lines({}));
        await inGuest(guest, `printf "b0b's own choice\\nb0b's own choice\\n" | smbpasswd -s bob`);
        // A refresh without the option reports it; after that the option also applies to it.
        expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/password: no longer the declared one/);
        await up(...ignoring({}));
        expect(await status(own)).toBe("fine");
        await stack.settled();
        await up(...ignoring({ fullName: "Bob B" }));
        expect(await status(own)).toBe("fine");
        await inGuest(guest, "usermod -c Bobby bob");
        expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/fullName/);
        await up(...ignoring({ fullName: "Bob B" }));
        expect(await status(own)).toBe("fine");
        stack.write(program(files, ...lines({})));
        await stack.up({ flags: ["--refresh"] });
        expect([await status(own), await status(bob)]).toEqual(["NT_STATUS_LOGON_FAILURE", "fine"]);
    });

    test("a password that must be changed is changed at the client, and then is the user's own", async () => {
        const chosen = "my 0wn choice";
        expect(await anonymously(within, host, "getusername")).toContain("NT_STATUS_ACCESS_DENIED");
        await up(...lines({ passwordMustChange: true }));
        expect(await status(bob)).toBe("NT_STATUS_PASSWORD_MUST_CHANGE");
        // Without a login nobody learns anything, and the shares stay encrypted.
        for (const list of ["netshareenum", "enumdomusers", "querydominfo"])
            expect([list, await anonymously(within, host, list)]).toEqual([list, expect.stringContaining("ACCESS_DENIED")]);
        const session = await SmbSession.open(within, docs, alice);
        try {
            const { tcons } = JSON.parse(await inGuest(guest, "smbstatus --json")) as {
                tcons: Record<string, { service: string; encryption: object }>;
            };
            const [tcon] = Object.values(tcons).filter(({ service }) => service === "docs");
            expect(tcon?.encryption).toEqual({ cipher: expect.stringMatching(/^AES-/) as string, degree: "full" });
        } finally {
            session.close();
        }
        expect(await changePassword(within, host, { ...bob, password: "not his" }, chosen)).not.toContain("Password changed");
        expect(await changePassword(within, host, bob, chosen)).toContain("Password changed for user bob");
        expect(await status({ ...bob, password: chosen })).toBe("fine");
        await stack.settled();
        await up(...lines({ passwordMustChange: true, fullName: "Bob" }));
        expect(await status({ ...bob, password: chosen })).toBe("fine");
        // A later change needs no help: the user can log in.
        const later = "an0ther choice";
        await up(...lines({}, undefined, { ignoreChanges: ["password", "passwordMustChange"] }));
        expect(await changePassword(within, host, { ...bob, password: chosen }, later)).toContain("Password changed for user bob");
        expect(await status({ ...bob, password: later })).toBe("fine");
        await up(...lines({}));
        expect(await status(bob)).toBe("fine");
        expect(await anonymously(within, host, "getusername")).toContain("NT_STATUS_ACCESS_DENIED");
        await stack.settled();
    });
});

test("names as companies have them: with dots and capitals, whatever letters the client takes", async () => {
    const keller = { user: "anna.keller", password: "anna's l0ng one" };
    const karl = { user: "Karl", password: "karl's l0ng one" };
    const named = (login: typeof keller, id: string, args: object = {}): string =>
        `const ${id} = new pvesmb.SmbUser("${id}", ${JSON.stringify({ name: login.user, password: login.password, ...args }).replace(/^\{/, "{ gateway: files, ")});`;
    const crew = (name = karl): string[] => [
        user("files", alice),
        user("files", bob),
        named(keller, "anna", { home: "/srv/pvesmb/homes/anna.keller" }),
        named(name, "karl", { uid: 20401, home: `/srv/pvesmb/homes/${name.user}` }),
        'const team = new pvesmb.SmbGroup("team", { gateway: files, name: "sales.north", members: [alice.name, anna.name, karl.name] });',
        shared,
        'const homes = new pvesmb.SmbShare("homes-of-all", { gateway: files, name: "people", purpose: "homes", path: "/srv/pvesmb/homes", access: [{ user: anna.name, level: "full" }, { user: karl.name, level: "full" }] });',
    ];
    await up(...crew());
    const upper = { ...karl, user: "KARL" };
    for (const login of [keller, karl, upper, { ...keller, user: "Anna.Keller" }]) expect(await status(login)).toBe("fine");
    for (const login of [keller, karl]) await putFile(within, { host, share: login.user }, login, "own.txt", `${login.user}\n`);
    expect(await getFile(within, { host, share: "karl" }, upper, "own.txt")).toBe("Karl\n");
    expect(await inGuest(guest, "stat -c '%n %U' /srv/pvesmb/homes/*/own.txt")).toBe(
        "/srv/pvesmb/homes/Karl/own.txt Karl\n/srv/pvesmb/homes/anna.keller/own.txt anna.keller\n",
    );
    await stack.settled();
    // A change of case only: a different name for Unix, the same one for Samba.
    await up(...crew({ ...karl, user: "karl" }));
    expect([await status(karl), await inGuest(guest, "id -u karl; getent passwd Karl || true")]).toEqual(["fine", "20401\n"]);
    expect(await getFile(within, { host, share: "karl" }, karl, "own.txt")).toBe("Karl\n");
    await stack.settled();
    // Samba would serve the account in lower case.
    stack.write(program(files, ...crew({ ...karl, user: "Backup" })));
    expect((await stack.up({ fails: true })).output).toContain("already has an account backup that pvesmb did not create");
    expect(await status(karl)).toBe("fine");
    await up(user("files", alice), user("files", bob), team("gid: 20100, members: [alice.name, bob.name]"), shared);
});

test("a group goes, its number stays its own", async () => {
    await up(user("files", alice), user("files", bob), share("files", "docs", { alice: "full" }));
    expect(await inGuest(guest, "getent group team || echo gone")).toBe("gone\n");
    await up(user("files", alice), user("files", bob), team("members: [bob.name]"), share("files", "docs", { alice: "full" }));
    expect(await inGuest(guest, "getent group team")).toBe("team:x:20100:bob\n");
});

test("a share of another program is taken over where its files are, and is gone there", async () => {
    await putFile(within, docs, alice, "kept.txt", "kept\n");
    const id = (await stack.resources()).find(({ type }) => type.endsWith("SmbGateway"))?.id;
    const theirs = (more: string): string =>
        program(
            `new pvesmb.SmbShare("other", { gateway: { id: "${id}" }, name: "docs", comment: "Now here", access: [{ user: "alice", level: "read" }]${more} });`,
        );
    const other = await place.stack(theirs(""), { project: "other" });
    expect((await other.up({ fails: true })).output).toMatch(/another resource already has a share "docs" on this gateway; .*adopt: true/);
    other.write(theirs(", adopt: true"));
    expect(told(await other.up())).toEqual([
        'SmbShare docs: taken over (adopt); changed: comment: "" -> "Now here"; access: [{"level":"full","user":"alice"}] -> [{"level":"read","user":"alice"}]',
    ]);
    expect(await getFile(within, docs, alice, "kept.txt")).toBe("kept\n");
    await other.refresh({ flags: ["--expect-no-changes"] });
    const { steps } = await stack.refresh();
    expect(steps.filter(({ op }) => op === "delete").map(({ name }) => name)).toEqual(["docs"]);
});
