import { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import type { Gather, GatherResult, HostSession, Unit } from "../hosts";
import { FOLLOW_LOOK } from "../ctdb";
import { forAll } from "./followers";
import type { Member } from "./followers";

/** A change of a cluster: on one gateway, then on all others. */

const command = Object.keys({ [FOLLOW_LOOK.commands?.[0]?.name ?? ""]: 0 })[0] ?? "";
let done: string[];
let warned: string[];
let cluster = 0;
beforeEach(() => {
    done = [];
    warned = [];
    cluster++;
});

const answer = (code: number, stderr = ""): GatherResult => ({
    ...{ files: {}, stat: {}, statvfs: {}, ms: 1 },
    commands: { [command]: { code, stdout: "", stderr } },
});

function session(name: string, gather: () => GatherResult): HostSession {
    return {
        name,
        executor: {
            gather: async ({ commands = [] }: Gather) => {
                done.push(`${name}: ${commands.map((each) => each.name).join()}`);
                return gather();
            },
        } as unknown as HostSession["executor"],
        queue: {
            submit: async ({ key }: Unit) => {
                done.push(`${name}: ${key}`);
                return { ok: true, changed: true, steps: {}, look: answer(7) };
            },
        },
        snapshot: { forget: () => undefined, readJust: async () => answer(0), read: async () => answer(0) },
    };
}
const member = (name: string, gather: () => GatherResult = () => answer(0)): Member => ({ name, session: session(name, gather) });
const log = { info: () => undefined, warn: () => undefined, warnOnce: (_key: string, text: string) => void warned.push(text) };
const change = (others: Member[], unit: Partial<Unit> = {}, lost = () => undefined) =>
    forAll(
        { log },
        `ctdb:${cluster}`,
        session("one", () => answer(9)),
        others,
        lost,
    ).queue.submit({ key: "share", steps: [], ...unit }, Deadline.in(10_000));

test("the others follow after the change, and only then who is connected is looked at", async () => {
    const { look } = await change([member("two"), member("three")], { looks: { commands: [{ name: "status", argv: [] }] } });
    expect(done).toEqual(["one: share", `two: ${command}`, `three: ${command}`, "one: status"]);
    expect(look?.commands[command]?.code).toBe(9);
    expect(warned).toEqual([]);
});

test("changes at the same time are followed once", async () => {
    const two = member("two");
    await Promise.all([change([two]), change([two]), change([two])]);
    expect(done.filter((each) => each.startsWith("two"))).toHaveLength(1);
});

test("a gateway that is away is warned of by name, and the change is made", async () => {
    const gone = new PvesmbError("Unreachable", "CT 7: no answer");
    await change([
        { name: "CT 6", why: "gateway CT 6 is stopped" },
        member("CT 7", () => {
            throw gone;
        }),
    ]);
    const later = "this gateway of the cluster is changed later: it takes over what it missed before it serves clients again";
    expect(warned).toEqual([`gateway CT 6 is stopped; ${later}`, `CT 7: no answer; ${later}`]);
});

test("one that answers and cannot follow fails the change, with its reason", async () => {
    await expect(change([member("CT 7", () => answer(1, "the account alice has the number 1000 here"))])).rejects.toThrow(
        /^CT 7: the change is made on the cluster, and this gateway cannot follow: the account alice has the number 1000 here\. Until it can/,
    );
});

test("who makes changes is asked for again when it is lost", async () => {
    const lost = jest.fn();
    const one = session("one", () => answer(0));
    one.queue.submit = async () => Promise.reject(new PvesmbError("Unreachable", "CT 5: no answer"));
    const all = forAll({ log }, `ctdb:${cluster}`, one, [member("two")], lost);
    await expect(all.queue.submit({ key: "share", steps: [] }, Deadline.in(1000))).rejects.toThrow("CT 5: no answer");
    expect(lost).toHaveBeenCalledTimes(1);
    expect(done).toEqual([]);
});
