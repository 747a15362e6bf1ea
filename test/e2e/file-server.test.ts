import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configureExample } from "./support/example";
import { type Lab, labUp } from "./support/lab";
import { leastRights } from "./support/least-rights";
import { repository } from "./support/package";
import { runDirectory } from "./support/run-directory";
import { getFile, listShares, putFile, smbclient } from "./support/smb-client";
import { Stack } from "./support/stack";

/** examples/file-server: everything from one object. */

const host = "10.86.0.94";
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const MIB = 2 ** 20;
const example = readFileSync(join(repository, "examples/file-server/index.ts"), "utf8");

let lab: Lab;
let stack: Stack;
const at = (share: string) => ({ host, share });

/** The example with one place changed. */
function changed(what: RegExp, to: string): string {
    const text = example.replace(what, to);
    if (text === example) throw new Error(`the example has no ${what.source}`);
    return text;
}

beforeAll(async () => {
    lab = await labUp();
    stack = await Stack.create({
        runDirectory: runDirectory(),
        program: { example: "file-server" },
        within: lab.within,
        // `make lint` checks its types.
        environment: { ...lab.environment, ...(await leastRights("all")), PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    });
    await configureExample(stack, lab, { template: "debian-12-samba", address: host, dataSize: "256MiB" }, [alice, bob]);
});
afterAll(() => stack?.dispose());

test("a name that nobody has stops the program before anything is made", async () => {
    stack.write(changed(/user: "alice"/, 'user: "alcie"'));
    const { output } = await stack.up({ fails: true });
    expect(output).toContain("shares.books.access[0].user: there is no alcie in `users` (alice, bob)");
    expect(await stack.resources()).toEqual([]);
    stack.write(example);
});

test("one up makes all of it, and says where the shares are", async () => {
    const { steps } = await stack.up({ preview: true });
    expect(steps.map(({ op, kind, name }) => `${op} ${kind} ${name}`).sort()).toEqual([
        "create FileServer office",
        "create Quota office-media",
        "create SmbGateway office",
        "create SmbGroup office-team",
        "create SmbShare office-books",
        "create SmbShare office-docs",
        "create SmbShare office-media",
        "create SmbUser office-alice",
        "create SmbUser office-bob",
    ]);
    const paths = Object.fromEntries(["docs", "books", "media"].map((share) => [share, `\\\\${host}\\${share}`]));
    expect(await stack.outputs()).toEqual({ address: host, paths });
});

test("clients see users, group, shares and the limit", async () => {
    expect(await listShares(lab.within, host, bob)).toEqual({ docs: "What the team works on", books: "Accounts", media: "" });
    await putFile(lab.within, at("docs"), alice, "hello.txt", "hello\n");
    expect(await getFile(lab.within, at("docs"), bob, "hello.txt")).toBe("hello\n");
    expect((await smbclient(lab.within, at("books"), alice, "ls")).code).toBe(0);
    expect((await smbclient(lab.within, at("books"), bob, "ls")).output).toContain("NT_STATUS_ACCESS_DENIED");
    const [, blocks, size] = /(\d+) blocks of size (\d+)/.exec((await smbclient(lab.within, at("media"), bob, "du")).output) ?? [];
    expect(Number(blocks) * Number(size)).toBeGreaterThan(80 * MIB);
    expect(Number(blocks) * Number(size)).toBeLessThanOrEqual(128 * MIB);
});

test("a second up changes nothing", async () => {
    await stack.settled();
    await stack.up({ flags: ["--expect-no-changes"] });
});

test("a share that is taken out of the object goes, alone, and its files stay", async () => {
    await putFile(lab.within, at("books"), alice, "kept.txt", "kept\n");
    stack.write(changed(/^ *books: .*\n/m, ""));
    const { steps } = await stack.up();
    expect(steps.filter(({ op, kind }) => op !== "same" && kind !== "Stack").map(({ op, name }) => `${op} ${name}`)).toEqual([
        "delete office-books",
    ]);
    expect(Object.keys(await listShares(lab.within, host, alice)).sort()).toEqual(["docs", "media"]);
    stack.write(example);
    await stack.up();
    expect(await getFile(lab.within, at("books"), alice, "kept.txt")).toBe("kept\n");
});

test("destroy leaves nothing in the state and nobody at the address", async () => {
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
    expect((await smbclient(lab.within, at("docs"), alice, "ls")).code).not.toBe(0);
});
