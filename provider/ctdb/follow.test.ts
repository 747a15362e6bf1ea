import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { followProgram } from "./follow";

/** What brings a gateway in step, with folders in place of gateways and commands that only say that they were called. */

const NONCE = "0123456789abcdef";
let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "follow-"));
    mkdirSync(join(folder, "bin"));
    for (const name of ["smbcontrol", "useradd", "usermod", "userdel", "groupadd", "groupdel", "gpasswd"]) {
        writeFileSync(join(folder, "bin", name), `#!/bin/sh\necho "${name} $*" >> ${folder}/called\n`);
        chmodSync(join(folder, "bin", name), 0o755);
    }
    writeFileSync(join(folder, "owner"), JSON.stringify({ v: 1, nonce: NONCE }).replaceAll(" ", ""));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...parts: string[]): string => join(folder, ...parts);
const read = (...parts: string[]): string => readFileSync(at(...parts), "utf8");

/** A gateway of the test. */
function gateway(name: string, nonce = NONCE) {
    for (const part of ["shares.d", "users.d"]) mkdirSync(at(name, part), { recursive: true });
    const settings = {
        ...{
            nonce,
            owner: at("owner"),
            state: at("state"),
            objects: at(name, "cluster.d"),
            account: ["-M"],
            applied: at(name, "applied"),
            lock: at(name, "run/lock"),
        },
        assemble: [
            {
                from: at(name, "shares.d"),
                suffix: ".conf",
                more: [{ from: at(name, "users.d"), suffix: ".conf" }],
                to: at(name, "shares.conf"),
                header: "# all\n",
                mode: "0644",
            },
        ],
    };
    writeFileSync(at(name, "settings"), JSON.stringify(settings));
    return {
        run(...how: string[]) {
            const path = `${at("bin")}:${process.env["PATH"]}`;
            const done = spawnSync("python3", ["-I", "-c", followProgram(), at(name, "settings"), ...how], {
                encoding: "utf8",
                env: { ...process.env, PATH: path },
            });
            return { code: done.status, out: done.stdout, fault: done.stderr.trim() };
        },
        /** As a batch of pvesmb leaves it before it publishes. */
        has(share: string, text: string | undefined) {
            const [object, fragment] = [at(name, "cluster.d", `share-${share}.json`), at(name, "shares.d", `${share}.conf`)];
            mkdirSync(at(name, "cluster.d"), { recursive: true });
            for (const [path, content] of [
                [object, text === undefined ? undefined : line(name, share, text)],
                [fragment, text],
            ] as const)
                if (content === undefined) rmSync(path, { force: true });
                else writeFileSync(path, content, { mode: 0o600 });
        },
        fragments: () => Object.fromEntries(readdirSync(at(name, "shares.d")).map((file) => [file, read(name, "shares.d", file)])),
    };
}
/** Paths are the same on all gateways; here they are those of the follower. */
const line = (_name: string, share: string, text: string): string =>
    `${JSON.stringify({ v: 1, kind: "share", name: share, file: `share-${share}.json`, files: { [at("two", "shares.d", `${share}.conf`)]: ["0644", text] } })}\n`;

test("what one gateway publishes, another one follows: new, changed, gone", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    expect(two.run()).toMatchObject({ code: 0, fault: "" });
    one.has("docs", "[docs]\n");
    one.has("plans", "[plans]\n");
    expect(one.run("publish")).toMatchObject({ code: 0, fault: "" });
    expect(JSON.parse(two.run("check").out)).toEqual([at("two/shares.d/docs.conf"), at("two/shares.d/plans.conf"), at("two/shares.conf")]);
    expect(two.run()).toMatchObject({ code: 0, fault: "" });
    expect(two.fragments()).toEqual({ "docs.conf": "[docs]\n", "plans.conf": "[plans]\n" });
    expect(read("two/shares.conf")).toBe("# all\n[docs]\n[plans]\n");
    expect(read("called")).toBe("smbcontrol smbd reload-config\nsmbcontrol smbd ping\n");

    one.has("docs", "[docs]\ncomment = new\n");
    one.has("plans", undefined);
    one.run("publish");
    two.run();
    expect(two.fragments()).toEqual({ "docs.conf": "[docs]\ncomment = new\n" });
    expect(two.run("check").out).toBe("[]\n");
    expect([read("two/applied"), read("one/applied")]).toEqual([read("state"), read("state")]);
});

test("shares that are declared on the gateway alone stay", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    writeFileSync(at("two/shares.d/own.conf"), "[own]\n");
    one.has("docs", "[docs]\n");
    one.run("publish");
    two.run();
    one.has("docs", undefined);
    one.run("publish");
    two.run();
    expect(two.fragments()).toEqual({ "own.conf": "[own]\n" });
    expect(read("two/shares.conf")).toBe("# all\n[own]\n");
});

test("a gateway that leaves has nothing of the cluster any more, and all of its own; leaving twice changes nothing", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    writeFileSync(at("two/shares.d/own.conf"), "[own]\n");
    one.has("docs", "[docs]\n");
    one.run("publish");
    two.run();
    for (const _ of [1, 2]) {
        expect(two.run("leave")).toMatchObject({ code: 0, fault: "" });
        expect(two.fragments()).toEqual({ "own.conf": "[own]\n" });
        expect(read("two/shares.conf")).toBe("# all\n[own]\n");
        expect([readdirSync(at("two/cluster.d")), existsSync(at("two/applied"))]).toEqual([[], false]);
    }
    // The cluster goes on.
    expect(read("state")).toContain("docs");
});

test("changes by hand are told, and undone when it follows again", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    one.has("docs", "[docs]\n");
    one.run("publish");
    two.run();
    writeFileSync(at("two/shares.d/docs.conf"), "[docs]\nguest ok = yes\n");
    expect(JSON.parse(two.run("check").out)).toEqual([at("two/shares.d/docs.conf"), at("two/shares.conf")]);
    expect(two.run().code).toBe(0);
    expect(read("two/shares.d/docs.conf")).toContain("guest ok");
    two.run("repair");
    expect(two.fragments()).toEqual({ "docs.conf": "[docs]\n" });
    expect(two.run("check").out).toBe("[]\n");
});

test("a rolled back batch that publishes again does not undo what others have published since", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    one.has("docs", "[docs]\n");
    one.run("publish");
    two.run();
    two.has("docs", "[docs]\ncomment = newer\n");
    two.run("publish");
    expect(one.run("publish").code).toBe(0);
    expect(read("state")).toContain("newer");
});

test("without the shared file system nothing is done, and what was there is not taken for deleted", () => {
    const [one, two] = [gateway("one"), gateway("two")];
    one.has("docs", "[docs]\n");
    one.run("publish");
    two.run();
    rmSync(at("state"));
    expect(two.run()).toMatchObject({ code: 1, fault: expect.stringContaining("state is missing") as string });
    rmSync(at("owner"));
    expect(two.run()).toMatchObject({
        code: 1,
        fault: expect.stringContaining("does not say that this is the cluster's file system") as string,
    });
    expect(two.run("held").code).toBe(1);
    expect(two.fragments()).toEqual({ "docs.conf": "[docs]\n" });
});

test("what another cluster left beside the lock is not followed", () => {
    const one = gateway("one");
    writeFileSync(at("state"), `{"v": 1, "cluster": "fedcba9876543210"}\n${line("two", "old", "[old]\n")}`);
    const two = gateway("two");
    expect(two.run().code).toBe(0);
    expect(two.fragments()).toEqual({});
    one.has("docs", "[docs]\n");
    one.run("publish");
    expect(read("state")).not.toContain("old");
    expect(existsSync(at("one/applied"))).toBe(true);
});

interface Here {
    users?: Record<string, [string, string, string, string]>;
    groups?: Record<string, [string, string[]]>;
}
/** The commands that a gateway needs. */
function planned(after: object[], before: object[], { users = {}, groups = {} }: Here): string[] | string {
    const program = `${followProgram()}\nprint(json.dumps([" ".join(argv) for argv, _ in plan(*json.load(sys.stdin), ["-M"])]))`;
    const done = spawnSync("python3", ["-I", "-c", program], { input: JSON.stringify([after, before, users, groups]), encoding: "utf8" });
    return done.status === 0 ? (JSON.parse(done.stdout) as string[]) : done.stderr.trim();
}
const alice = {
    kind: "user",
    name: "alice",
    uid: 10000,
    gid: 10001,
    fullName: "Alice",
    home: "/nonexistent",
    lists: true,
    groups: { team: 10002 },
    files: {},
};
const team = { kind: "group", name: "team", gid: 10002, members: null as string[] | null, files: {} };
const there: Here = {
    users: { alice: ["10000", "10001", "Alice", "/nonexistent"] },
    groups: { alice: ["10001", []], team: ["10002", ["alice"]] },
};

test("accounts get the cluster's numbers, and nothing is done when they have them", () => {
    expect(planned([alice, team], [], {})).toEqual([
        "groupadd -g 10002 team",
        "groupadd -g 10001 alice",
        "useradd -u 10000 -M -g 10001 -d /nonexistent -c Alice alice",
        "gpasswd -M alice team",
    ]);
    expect(planned([alice, team], [alice, team], there)).toEqual([]);
    expect(planned([{ ...alice, fullName: "Alice B" }, team], [alice, team], there)).toEqual([
        "usermod -g 10001 -d /nonexistent -c Alice B alice",
    ]);
});

test("accounts that are no longer declared go, with a group of theirs; those of others stay", () => {
    expect(planned([], [alice, team], there)).toEqual(["userdel -f alice", "groupdel alice", "groupdel team"]);
    // A group that only users listed stays, as on the gateway that made the change.
    expect(planned([], [alice], there)).toEqual(["userdel -f alice", "groupdel alice"]);
    expect(planned([], [], there)).toEqual([]);
    // Somebody else's by now.
    expect(planned([], [alice], { ...there, users: { alice: ["1000", "1000", "", "/home/alice"] } })).toEqual(["groupdel alice"]);
});

test("a renamed account is another name for the same number", () => {
    const bob = { ...alice, name: "bob", groups: {} };
    expect(planned([bob], [{ ...alice, groups: {} }], { ...there, groups: { alice: ["10001", []] } })).toEqual([
        "userdel -f alice",
        "groupdel alice",
        "groupadd -g 10001 bob",
        "useradd -u 10000 -M -g 10001 -d /nonexistent -c Alice bob",
    ]);
});

test("members are those of the group, or those who list it, and a stranger stays", () => {
    const both: Here = {
        users: { ...there.users, carol: ["1000", "1000", "", "/home/carol"] },
        groups: { ...there.groups, team: ["10002", ["alice", "carol"]] },
    };
    expect(planned([{ ...alice, groups: {} }, team], [alice, team], both)).toEqual(["gpasswd -M carol team"]);
    expect(planned([{ ...alice, groups: {} }], [alice], both)).toEqual(["gpasswd -M carol team"]);
    const unlisted = { ...alice, lists: false, groups: {} };
    expect(planned([unlisted, team], [unlisted, team], both)).toEqual([]);
    expect(planned([unlisted, { ...team, members: ["alice", "nobody"] }], [unlisted, team], both)).toEqual(["gpasswd -M alice team"]);
    expect(planned([unlisted, { ...team, members: [] }], [unlisted, team], both)).toEqual(["gpasswd -M  team"]);
});

test("a number that somebody here has is named", () => {
    const other: Here = { ...there, users: { alice: ["1000", "1000", "", "/home/alice"] } };
    expect(planned([alice, team], [], other)).toBe("the account alice has the number 1000 here and 10000 in the cluster; remove it here");
    expect(planned([alice, team], [], { groups: { team: ["50", []] } })).toBe(
        "the group team has the number 50 here and 10002 in the cluster; remove it here",
    );
});
