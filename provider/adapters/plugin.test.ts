import type { ServiceError } from "@grpc/grpc-js";
import { Plugin, remainsOf } from "../../test/support/adapters/plugin";

const __provider = 'exports.handler=()=>require("pvesmb/runtime/v1").SmbUser';
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Without the URN, as in states. */
const plain = { name: "alice", password: "Tr0ub4dor&3", gateway: { id: "pve1/101/0123456789abcdef" }, __provider };
const inputs = { ...plain, key: "urn:pulumi:dev::proj::pulumi-nodejs:dynamic/pvesmb:SmbUser::alice" };
/** The engine compares the inputs. */
const UNKNOWN_CHANGES = 0;

let plugin: Plugin;
beforeAll(async () => {
    plugin = await Plugin.start({
        "pvesmb:endpoint": "https://pve1:8006",
        "pvesmb:apiToken": "svc@pve!gw=0123",
        "pvesmb:ssh": '{"agent":true,"agentSocket":"/run/agent"}',
    });
}, 30_000);
afterAll(() => plugin?.stop());

async function failure(work: Promise<unknown>): Promise<ServiceError> {
    const outcome = await work.then(
        () => new Error("it did not fail"),
        (error: unknown) => error,
    );
    if (outcome instanceof Error && "metadata" in outcome) return outcome as ServiceError;
    throw outcome;
}

test("check gives inputs back as they came, and failures", async () => {
    expect(await plugin.check(inputs)).toEqual({ inputs, failures: [] });
    expect((await plugin.check({ ...inputs, name: "A B" })).failures).toEqual([
        { property: "name", reason: expect.stringContaining("must be 1 to 32") as string },
    ]);
    expect((await plugin.check({ ...inputs, gateway: UNKNOWN, groups: [UNKNOWN] })).failures).toEqual([]);
});

test("the first calls, at the same time, all find stack config", async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => plugin.create(inputs)));
    for (const { state } of made) expect(state["sid"]).toBe("https://pve1:8006");
});

test("a life: create, diff, read without and with drift", async () => {
    const { id, state } = await plugin.create(inputs);
    expect(id).toBe("id-1");
    expect(state).toEqual({ ...plain, uid: 10001, gid: 10001, sid: "https://pve1:8006", closing: [] });

    expect(await plugin.diff(state, inputs)).toMatchObject({ changes: UNKNOWN_CHANGES, replaces: [] });
    expect(await plugin.diff(state, { ...inputs, gateway: { id: "pve1/102/0123456789abcdef" } })).toEqual({
        changes: UNKNOWN_CHANGES,
        replaces: ["gateway"],
        deleteBeforeReplace: true,
    });
    const refused = await failure(plugin.diff(state, { ...inputs, uid: 10002, gid: 10003 }));
    expect(refused.message).toMatch(/uid: is 10001 and cannot be changed to 10002: .*; gid: is 10001 and cannot be changed to 10003: /);

    expect(await plugin.read(id, state)).toEqual({ id, inputs: {}, state });
    const drifted = await plugin.read(id, { ...state, enabled: false });
    expect(drifted.inputs).toEqual({ ...plain, enabled: true });
    expect(await plugin.read("gone", state)).toMatchObject({ id: "" });
});

test("a failed create leaves what is there, provider included, and no secret in its text", async () => {
    const error = await failure(plugin.create({ ...inputs, fullName: "fails" }));
    expect(error.message).toContain("cannot use [secret]");
    const { id, state, reasons } = remainsOf(error)!;
    expect({ id, state }).toEqual({ id: "id-1", state: { ...plain, fullName: "fails", unfinished: true } });
    expect(reasons.join()).toContain("cannot use [secret]");
});

test("an error that nobody caught fails the call; the server alone would never answer", async () => {
    const [forgotten, rejected] = await Promise.all([
        failure(plugin.create({ ...inputs, fullName: "forgets" })),
        failure(plugin.create({ ...inputs, fullName: "rejects" })),
    ]);
    for (const error of [forgotten, rejected]) expect(error.message).toMatch(/thrown in a callback|rejected by nobody/);
    expect(remainsOf(forgotten)?.id).toBe("id-1");
});

test("what Pulumi prints of a failed delete is kind and message, once, without the secret", async () => {
    await failure(plugin.delete(plain));
    const printed = (): string[] =>
        plugin
            .output()
            .split("\n")
            .filter((line) => line.includes("delete of"));
    // The answer and the output arrive on different channels.
    for (const end = Date.now() + 10_000; printed().length === 0 && Date.now() < end;) await new Promise((done) => setTimeout(done, 20));
    expect(printed()).toEqual([expect.stringMatching(/^Bug: delete of \[secret\] \(this is a bug/)]);
    expect(plugin.output()).not.toContain("Tr0ub4dor");
});

test("state of a newer version is refused with words", async () => {
    expect((await failure(plugin.diff({ ...plain, v: 9 }, inputs))).message).toContain("newer pvesmb (state format 9");
});

test("SIGINT: sockets closed, gone within a second", async () => {
    const other = await Plugin.start({});
    try {
        await other.create({ ...inputs, fullName: "listens" });
        const began = Date.now();
        const ended = new Promise((resolve) => other.process.once("exit", resolve));
        other.process.kill("SIGINT");
        await ended;
        expect(Date.now() - began).toBeLessThan(1000);
    } finally {
        await other.stop();
    }
}, 30_000);
