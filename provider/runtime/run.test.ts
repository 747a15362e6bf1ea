import { PvesmbError } from "../base/errors";
import type { AnyHandler, Context } from "../base/handler";
import type { Log } from "../base/log";
import { userModel } from "../model";
import type { Tree } from "../model/tree";
import { OperationFailed } from "./failure";
import { answered } from "./process";
import { operations, type Operations } from "./run";

const quiet: Log = { info: () => undefined, warn: () => undefined, warnOnce: () => undefined };
const inputs: Tree = { name: "alice", password: "Tr0ub4dor&3", gateway: { id: "pve1/101/0123456789abcdef" } };
const URN = "urn:pulumi:dev::p::t::alice";
const never = (): never => {
    throw new Error("not expected");
};

function serve(handler: Partial<AnyHandler>): Operations {
    return operations(
        userModel,
        () => ({ create: never, read: never, update: never, delete: never, ...handler }),
        () => quiet,
    );
}

async function failure(work: Promise<unknown>): Promise<OperationFailed> {
    const outcome = await work.then(
        () => new Error("it did not fail"),
        (error: unknown) => error,
    );
    if (outcome instanceof OperationFailed) return outcome;
    throw outcome;
}

test("an error, its log and its kind of bug are printable", async () => {
    for (const error of [
        new PvesmbError("RemoteFailed", "smbd says \u001b[31mno", { log: ["line\rover"] }),
        new Error("smbd says \u001b[31mno line\rover"),
    ]) {
        const { message, stack } = await failure(serve({ create: () => Promise.reject(error) }).create(URN, inputs));
        for (const text of [message, stack]) {
            expect(text).toContain("\\u001b[31mno");
            expect(text).toContain("line\\u000dover");
            expect(text).not.toMatch(/[\u001b\r]/);
        }
    }
});

describe("state", () => {
    const made = { uid: 10001, gid: 10001 };
    const stored = { ...inputs, ...made };

    test("create: inputs to the letter, whatever the handler filled in", async () => {
        const run = serve({
            create: (_, given) =>
                Promise.resolve({ id: "x", state: { ...given, ...made, passwordMustChange: false, enabled: true, sid: undefined } }),
        });
        expect(await run.create(URN, inputs)).toEqual({ id: "x", state: stored });
    });

    test("read: nothing drifted, nothing changes, to the letter", async () => {
        const run = serve({
            read: (_, __, state) =>
                Promise.resolve({ inputs: { enabled: true, passwordMustChange: false, fullName: "", uid: 10001 }, state }),
        });
        expect(await run.read(URN, "x", stored)).toEqual({ state: stored });
        const first = { ...stored, key: "urn:x", nonce: "n", v: 1, chosen: ["uid", "gid"] };
        expect((await run.read(URN, "x", first))?.state).toBe(first);
    });

    test("read: the URN of the mark on the host is told beside the inputs, for adapters that do not know it", async () => {
        const run = serve({ read: (_, __, state) => Promise.resolve({ inputs: { enabled: false, urn: "urn:x" }, state }) });
        expect(await run.read(undefined, "x", stored)).toEqual({
            inputs: { ...inputs, enabled: false },
            state: { ...stored, enabled: false },
            urn: "urn:x",
        });
    });

    test("what hosts say is printable in drift, inputs and outputs; what the user wrote stays to the letter", async () => {
        const written = { ...inputs, comment: "", fullName: "Ali\u202ece" };
        const hostile = { sid: "S-1\u001b[2J", uid: 10001, gid: 10001 };
        const run = serve({
            create: () => Promise.resolve({ id: "x", state: { ...hostile, fullName: "Ali\u202ece" } }),
            read: (_, __, state) =>
                Promise.resolve({
                    inputs: { fullName: "Ali\u202ece", home: "/srv/pvesmb/\u009bx", drift: ["path: \u001b]0;owned\u0007"] },
                    state: { ...state, ...hostile },
                }),
        });
        expect((await run.create(URN, written)).state).toMatchObject({ sid: "S-1\\u001b[2J", fullName: "Ali\u202ece" });
        const found = await run.read(URN, "x", { ...written, uid: 10001, gid: 10001 });
        expect(found?.inputs).toMatchObject({
            fullName: "Ali\u202ece",
            home: "/srv/pvesmb/\\u009bx",
            drift: ["path: \\u001b]0;owned\\u0007"],
        });
        expect(found?.state).toMatchObject({ sid: "S-1\\u001b[2J" });
    });

    test("read: drift stands in inputs and outputs, and goes when it is gone", async () => {
        const drifted = serve({ read: (_, __, state) => Promise.resolve({ inputs: { enabled: false, drift: ["no password"] }, state }) });
        const first = await drifted.read(URN, "x", stored);
        const after = { ...inputs, enabled: false, drift: ["no password"] };
        expect(first).toEqual({ inputs: after, state: { ...stored, ...after } });

        const repaired = serve({ read: (_, __, state) => Promise.resolve({ inputs: { enabled: true, drift: [] }, state }) });
        expect((await repaired.read(URN, "x", first!.state))!.inputs).toEqual({ ...inputs, enabled: true });
    });

    test("what the program ignores is no difference, whatever else there is; nor is it the handler's to repair", async () => {
        const drift = ["enabled: x", "data.volume: x", "sam[0].y: x", "database: x", "enabledness: x", "the account is gone"];
        const ignored = ["enabled", "data", "sam"];
        const rest = ["database: x", "enabledness: x", "the account is gone"];
        let seen: Tree = {};
        const run = serve({
            read: (_, __, state) => Promise.resolve({ inputs: { drift }, state }),
            update: (_, __, state) => ((seen = state), Promise.resolve({})),
        });
        expect((await run.read(URN, "x", { ...stored, ignored }))!.inputs).toMatchObject({ drift: rest });
        // A refresh before the option was set stored all drift.
        await run.update(URN, "x", { ...stored, drift }, { ...inputs, ignored });
        expect(seen["drift"]).toEqual(rest);
        await run.update(URN, "x", { ...stored, drift, ignored }, inputs);
        expect(seen["drift"]).toEqual(drift);
    });

    test("read: gone", async () => {
        expect(await serve({ read: () => Promise.resolve(undefined) }).read(URN, "x", stored)).toBeUndefined();
    });

    test("update: new inputs, chosen values kept, marks of refresh cleared; the handler gets everything with defaults", async () => {
        let seen: Tree[] = [];
        const run = serve({ update: (_, __, state, news) => ((seen = [state, news]), Promise.resolve({ sid: "S-1" })) });
        const state = await run.update(URN, "x", { ...stored, drift: ["x"], unfinished: true }, { ...inputs, enabled: false });
        expect(state).toEqual({ ...inputs, enabled: false, uid: 10001, gid: 10001, sid: "S-1" });
        const defaults = { adopt: false, enabled: true, fullName: "", passwordMustChange: false };
        expect(seen).toEqual([
            { ...defaults, ...stored, drift: ["x"] },
            { ...defaults, ...inputs, enabled: false },
        ]);
    });

    test("of a newer version: refused before the handler sees it", async () => {
        for (const work of [
            serve({}).read(URN, "x", { v: 3 }),
            serve({}).update(URN, "x", { v: 3 }, inputs),
            serve({}).delete(URN, "x", { v: 3 }),
        ])
            expect((await failure(work)).message).toContain("newer pvesmb");
    });
});

describe("failures", () => {
    test("before any checkpoint nothing is remembered", async () => {
        const run = serve({
            create: () => Promise.reject(new PvesmbError("Denied", "no right to password Tr0ub4dor&3", { log: ["line of a log"] })),
        });
        const error = await failure(run.create(URN, inputs));
        expect(error).toMatchObject({ name: "Denied", message: "no right to password [secret]\n  line of a log", remains: undefined });
        expect(`${error}: ${error.stack ?? ""}`).toBe(`Denied: ${error.message}`);
    });

    test("after checkpoints: the last one, unfinished", async () => {
        const run = serve({
            create(ctx) {
                ctx.checkpoint("a", { sid: "1" });
                ctx.checkpoint("b", { sid: "2", uid: 10001 });
                throw new PvesmbError("Busy", "locked");
            },
        });
        expect((await failure(run.create(URN, inputs))).remains).toEqual({
            id: "b",
            state: { ...inputs, sid: "2", uid: 10001, unfinished: true },
        });
    });

    test("an update that failed leaves the old inputs in state, so that refresh and diff see what is still to be done", async () => {
        const run = serve({
            update(ctx, id, _state, news) {
                ctx.checkpoint(id, { ...news, sid: "S-1" });
                throw new Error("Tr0ub4dor&4 did not work");
            },
        });
        const error = await failure(run.update(URN, "x", { ...inputs, sid: "S-1" }, { ...inputs, password: "Tr0ub4dor&4" }));
        expect(error.remains?.state).toEqual({ ...inputs, sid: "S-1", unfinished: true });
        expect(error.message).toMatch(/^\[secret\] did not work \(this is a bug in pvesmb: please report it/);
    });

    test("a checkpoint of an update keeps what the provider chose before, as the final state does", async () => {
        const run = serve({
            update(ctx, id) {
                ctx.checkpoint(id, { sid: "S-1" });
                throw new PvesmbError("Busy", "locked");
            },
        });
        const state = { ...inputs, uid: 10001, gid: 10001 };
        expect((await failure(run.update(URN, "x", state, inputs))).remains?.state).toEqual({ ...state, sid: "S-1", unfinished: true });
    });

    test("an unfinished resource is different at every refresh, until an update has ended well", async () => {
        const run = serve({
            read: (_, __, state) => Promise.resolve({ inputs: {}, state }),
            update: (_, __, state) => Promise.resolve(state),
        });
        const half = { ...inputs, sid: "S-1", unfinished: true };
        const first = await run.read(URN, "x", half);
        expect(first!.inputs).toEqual({ ...inputs, drift: ["the last create or update did not finish"] });
        expect(await run.read(URN, "x", first!.state)).toEqual({ state: first!.state });
        expect(await run.update(URN, "x", first!.state, inputs)).toEqual({ ...inputs, sid: "S-1" });
    });

    test("read and delete never leave a partial failure", async () => {
        const broken = (ctx: Context<Tree>): never => {
            ctx.checkpoint("x", {});
            throw new PvesmbError("Unreachable", "no route");
        };
        expect((await failure(serve({ delete: broken }).delete(URN, "x", inputs))).remains).toBeUndefined();
        expect((await failure(serve({ read: broken }).read(URN, "x", inputs))).remains).toBeUndefined();
    });
});

describe("time", () => {
    test("the deadline is that of the operation's `timeouts`", async () => {
        const left: number[] = [];
        const run = serve({
            delete: (ctx) => Promise.resolve(void left.push(ctx.deadline.left)),
            update: (ctx, _, state) => (left.push(ctx.deadline.left), Promise.resolve(state)),
        });
        await run.delete(URN, "x", inputs);
        await run.delete(URN, "x", { ...inputs, timeouts: { delete: "90s" } });
        await run.update(URN, "x", { ...inputs, timeouts: { update: "1h" } }, { ...inputs, timeouts: { update: "1m" } });
        expect(left.map((ms) => Math.round(ms / 1000))).toEqual([600, 90, 60]);
    });

    test("at the deadline the signal says so; a call that does not care ends some time after", async () => {
        let aborted = false;
        const deaf = (signal: AbortSignal): Promise<never> => {
            signal.addEventListener("abort", () => (aborted = true));
            return new Promise(() => undefined);
        };
        await expect(answered(deaf, { ms: 5, late: () => new Error("late"), graceMs: 20 })).rejects.toThrow("late");
        expect(aborted).toBe(true);
    });
});
