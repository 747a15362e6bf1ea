import { type Guest, inGuest } from "./support/guests";
import { gateway, program, smallArgs, user } from "./support/program";
import { putFile, smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** File permissions: declared ones, and Windows ACLs. */

const vmids = { from: 5660, to: 5679 };
const host = "10.86.0.93";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5660 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const at = (name: string) => ({ host, share: name });
const head = [
    gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid }),
    user("files", alice),
    user("files", bob),
    'const team = new pvesmb.SmbGroup("team", { gateway: files, members: [bob.name] });',
];
const share = (name: string, args: string): string =>
    `const ${name} = new pvesmb.SmbShare("${name}", { gateway: files, ${args} }, { dependsOn: [alice, bob, team] });`;
const access = 'access: [{ user: "alice", level: "full" }, { group: "team", level: "change" }]';

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const client = async (name: string, login: typeof alice, commands: string): Promise<string> =>
    (await smbclient(within, at(name), login, commands)).output;

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(program(...head, share("win", `acl: "windows", ${access}`), share("posix", access)));
    await stack.up();
});
afterAll(() => place?.dispose());

test("unknown users and groups are refused before anything is written", async () => {
    const ghosts = share("ghost", 'owner: "dave", access: [{ user: "carol", level: "read" }, { group: "nobodies", level: "read" }]');
    stack.write(program(...head, share("win", `acl: "windows", ${access}`), share("posix", access), ghosts));
    expect((await stack.up({ fails: true })).output).toMatch(
        /owner, access\[0\]\.user, access\[1\]\.group: no such account on the gateway .*: user dave, user carol, group nobodies/,
    );
    expect(await inGuest(guest, "ls /srv/pvesmb /etc/samba/pvesmb/shares.d")).not.toContain("ghost");
});

test("a group has the access that it is given", async () => {
    await putFile(within, at("posix"), bob, "x.txt", "x\n");
    expect(await client("posix", bob, "del x.txt")).not.toContain("NT_STATUS");
});

describe("Windows' ACLs", () => {
    /** Runs smbcacls on the gateway itself; it takes the password from a file. */
    const cacls = (args: string): Promise<string> =>
        inGuest(
            guest,
            `umask 077; printf "username=alice\\npassword=%s\\n" "${alice.password}" > /run/auth; smbcacls //127.0.0.1/win ${args} -A /run/auth; rm /run/auth`,
        );

    test("are set by a client, kept in user.NTACL and obeyed", async () => {
        await putFile(within, at("win"), alice, "plan.txt", "x\n");
        expect(await client("win", bob, "get plan.txt /dev/null")).not.toContain("NT_STATUS");
        await cacls("plan.txt -a 'ACL:bob:DENIED/0/FULL'");
        expect(await cacls("plan.txt")).toMatch(/bob:DENIED/i);
        expect(await inGuest(guest, "getfattr -m user.NTACL /srv/pvesmb/win/plan.txt 2>/dev/null")).toContain("user.NTACL");
        expect(await client("win", bob, "get plan.txt /dev/null")).toContain("NT_STATUS_ACCESS_DENIED");
    });

    test("cannot be forged as an extended attribute", async () => {
        expect(await client("win", bob, "setea mine.txt NTACL forged")).toMatch(/NT_STATUS/);
        await putFile(within, at("win"), bob, "mine.txt", "x\n");
        const before = await inGuest(guest, "getfattr -d -m - -e hex /srv/pvesmb/win/mine.txt 2>/dev/null");
        expect(await client("win", bob, "setea mine.txt NTACL forged")).toMatch(/NT_STATUS/);
        expect(await inGuest(guest, "getfattr -d -m - -e hex /srv/pvesmb/win/mine.txt 2>/dev/null")).toBe(before);
    });

    test("of the root directory are the clients' from then on", async () => {
        await cacls("/ -a 'ACL:bob:ALLOWED/OI|CI/READ'");
        const after = await inGuest(guest, "getfacl -c /srv/pvesmb/win");
        stack.write(program(...head, share("win", `acl: "windows", ${access}`), share("posix", access)));
        await stack.settled();
        stack.write(program(...head, share("win", `acl: "windows", comment: "Windows", ${access}`), share("posix", access)));
        await stack.up();
        expect(await inGuest(guest, "getfacl -c /srv/pvesmb/win")).toBe(after);
    });
});

test("entries of one's own, handed down only when asked", async () => {
    await putFile(within, at("posix"), alice, "old.txt", "x\n");
    // Samba creates files that are executable by their owner; a file without x stays that way.
    await inGuest(guest, "cd /srv/pvesmb/posix && chmod 640 old.txt && mkdir sub && ln -s /etc/hostname link");
    const before = await inGuest(guest, "stat -c '%U:%G %a' /etc/hostname");
    const entries = 'owner: "bob", group: "team", mode: "0750", aclEntries: [{ user: "alice", permissions: "r-x" }]';
    const up = (more: string) => {
        stack.write(
            program(...head, share("win", `acl: "windows", comment: "Windows", ${access}`), share("posix", `${entries}, ${access}${more}`)),
        );
        return stack.up();
    };
    await up("");
    expect(await inGuest(guest, "getfacl -cE /srv/pvesmb/posix")).toContain("user:alice:r-x");
    expect(await inGuest(guest, "stat -c %U /srv/pvesmb/posix/old.txt /srv/pvesmb/posix")).toBe("alice\nbob\n");
    await up(", recursive: true");
    expect(await inGuest(guest, "stat -c %U:%G /srv/pvesmb/posix/old.txt /srv/pvesmb/posix/sub")).toBe("bob:team\nbob:team\n");
    const [file, folder] = await Promise.all(["old.txt", "sub"].map((name) => inGuest(guest, `getfacl -cE /srv/pvesmb/posix/${name}`)));
    expect(file).toContain("user:alice:r--");
    expect(file).not.toContain("other::r");
    expect(folder).toContain("default:user:alice:r-x");
    expect(await inGuest(guest, "stat -c '%U:%G %a' /etc/hostname")).toBe(before);
    await stack.settled();
    await inGuest(guest, "setfacl -m u:bob:rwx /srv/pvesmb/posix");
    expect((await stack.refresh({ flags: ["--diff"] })).output).toMatch(/the directory's access ACL is .*user:bob:rwx/);
    await stack.up();
    expect(await inGuest(guest, "getfacl -c /srv/pvesmb/posix")).not.toContain("user:bob");
});
