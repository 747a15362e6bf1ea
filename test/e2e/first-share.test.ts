import { configureExample } from "./support/example";
import { type Lab, labUp } from "./support/lab";
import { leastRights } from "./support/least-rights";
import { runDirectory } from "./support/run-directory";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { Stack } from "./support/stack";

/** examples/first-share from creation to destroy, as `make demo` shows it. */

const host = "10.86.0.100";
const docs = { host, share: "docs" };
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };

let lab: Lab;
let stack: Stack;

beforeAll(async () => {
    lab = await labUp();
    stack = await Stack.create({
        runDirectory: runDirectory(),
        program: { example: "first-share" },
        within: lab.within,
        environment: { ...lab.environment, ...(await leastRights("all")) },
    });
    await configureExample(stack, lab, { template: "debian-12-samba", address: host, dataSize: "1GiB" }, [alice, bob]);
});
afterAll(() => stack?.dispose());

test("up makes a gateway, two users and a share, and says where it is", async () => {
    const { steps } = await stack.up({ preview: true });
    expect(steps.map(({ op, kind, name }) => `${op} ${kind} ${name}`).sort()).toEqual([
        "create SmbGateway files",
        "create SmbShare docs",
        "create SmbUser alice",
        "create SmbUser bob",
    ]);
    expect(await stack.outputs()).toEqual({ unc: `\\\\${host}\\docs` });
});

test("who has access writes and reads", async () => {
    await putFile(lab.within, docs, alice, "hello.txt", "hello\n");
    expect(await getFile(lab.within, docs, alice, "hello.txt")).toBe("hello\n");
});

test.each([
    ["a wrong password", { ...alice, password: "wrong" }, "NT_STATUS_LOGON_FAILURE"],
    ["an account without access", bob, "NT_STATUS_ACCESS_DENIED"],
])("%s is refused", async (_who, login, status) => {
    const outcome = await smbclient(lab.within, docs, login, "ls");
    expect(outcome.code).not.toBe(0);
    expect(outcome.output).toContain(status);
});

test("right after up there is nothing to do", async () => {
    const preview = await stack.preview({ flags: ["--expect-no-changes"] });
    expect(new Set(preview.steps.map(({ op }) => op))).toEqual(new Set(["same"]));
    await stack.settled();
});

test("the state holds no password in clear", async () => {
    const state = JSON.stringify(await stack.exportState());
    expect(state).not.toContain(alice.password);
    expect(state).not.toContain(bob.password);
});

test("the state says where in the program each resource stands, and nothing of who runs the program", async () => {
    for (const { urn, sourcePosition, stackTrace } of await stack.resources()) {
        expect([urn, sourcePosition]).toEqual([urn, expect.stringMatching(/^project:\/\/\/index\.ts#\d+,\d+$/)]);
        expect(stackTrace).toEqual([{ sourcePosition }]);
    }
});

test("destroy leaves nothing in the state and nobody at the address", async () => {
    await stack.destroy({ preview: true });
    expect(await stack.resources()).toEqual([]);
    expect((await smbclient(lab.within, docs, alice, "ls")).code).not.toBe(0);
});
