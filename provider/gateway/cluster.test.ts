import type { Context } from "../base/handler";
import { Deadline } from "../base/deadline";
import { PvesmbError } from "../base/errors";
import { Session } from "../base/session";
import { CTDB, markText } from "../ctdb";
import type { Host } from "../hosts";
import type { GatewayRef } from "../model";
import { openCluster } from "./cluster";
import type { Gateway, Ready } from "./ready";

/** Which gateway of a cluster makes the changes, and what the cluster is when some cannot. */

const NONCE = "0123456789abcdef";
const refs = [101, 102, 103].map((vmid) => ({ id: `pve1/${vmid}/fedcba987654321${vmid % 10}` }));
const ctx = {
    log: { info: jest.fn(), warn: jest.fn(), warnOnce: jest.fn() },
    deadline: Deadline.in(10_000),
} as unknown as Context<unknown>;

interface Answer {
    mark?: string | undefined;
    healthy?: boolean;
    running?: boolean;
}
const formed = markText({ key: "urn:files", nonce: NONCE, phase: "formed" });

function gateway({ id }: GatewayRef, { mark = formed, healthy = true, running = true }: Answer): Ready {
    const name = `CT ${id.split("/")[1]}`;
    const command = (fine: boolean): object => ({ code: fine ? 0 : 1, stdout: "", stderr: "" });
    const files = { ...(mark === "" ? {} : { [CTDB.mark]: mark }), [CTDB.publicAddresses]: "10.86.0.171/24 eth0\n10.86.0.172/24 eth0\n" };
    const gather = async (): Promise<object> => ({ files, commands: { healthy: command(healthy), running: command(running) } });
    return {
        state: "ready",
        machine: { name, hostname: "files", address: "10.86.0.150", mounts: {}, volumes: {}, below: {} },
        hostSession: { name, executor: { gather } },
    } as unknown as Ready;
}

type Seen = Answer | "gone" | "away" | "silent";
const opened = (...seen: Seen[]): Promise<Gateway> =>
    new Session().run(() => {
        const open = async (_: Context<unknown>, ref: GatewayRef): Promise<Gateway> => {
            const found = seen[refs.findIndex(({ id }) => id === ref.id)] ?? "gone";
            if (found === "silent") throw new PvesmbError("Unreachable", `${ref.id.slice(5, 8)} does not answer`);
            if (found === "gone") return { state: "gone" };
            return found === "away" ? { state: "away", why: `gateway CT ${ref.id.slice(5, 8)} is stopped` } : gateway(ref, found);
        };
        const hostOf = async ({ id }: GatewayRef): Promise<Host> => ({ id, name: `CT ${id.slice(5, 8)}` }) as Host;
        return openCluster(ctx, { id: `ctdb:${NONCE}`, gateways: refs }, open, hostOf);
    });
const head = async (...seen: Seen[]): Promise<string> => {
    const found = await opened(...seen);
    return found.state === "ready" ? found.hostSession.name : found.state;
};

test("the first healthy gateway makes the changes, or else one on which CTDB runs", async () => {
    expect(await head({}, {}, {})).toBe("CT 101");
    expect(await head({ healthy: false }, {}, {})).toBe("CT 102");
    expect(await head({ healthy: false, running: false }, { healthy: false }, "away")).toBe("CT 102");
    expect(await head("silent", "away", {})).toBe("CT 103");
});

test("one that is not wholly in the cluster, or in another one, makes none", async () => {
    const forming = markText({ key: "urn:files", nonce: NONCE, phase: "forming" });
    const foreign = markText({ key: "urn:other", nonce: "f".repeat(16), phase: "formed" });
    expect(await head({ mark: forming }, { mark: foreign }, {})).toBe("CT 103");
});

test("clients reach the cluster by its first floating address, and it has no volumes and no node of its own", async () => {
    const { machine, store } = (await opened({}, {}, {})) as Ready;
    expect(machine).toMatchObject({ name: "the cluster of CT 101", address: "10.86.0.171", hostname: "files" });
    expect([machine.volumes, machine.below]).toEqual([undefined, undefined]);
    expect(store.spread).toBeDefined();
});

test("without a gateway that can make changes it is away, and says why; without one that is in it, it is gone", async () => {
    expect(await opened("away", "silent", { running: false, healthy: false })).toEqual({
        state: "away",
        why: "no gateway of the cluster can make changes: gateway CT 101 is stopped; 102 does not answer; CTDB does not run on CT 103",
    });
    expect(await head("gone", { mark: "" }, "gone")).toBe("gone");
    expect(await head("gone", { mark: "" }, "away")).toBe("away");
});

test("a caller with little time gives up alone: who has more gets what was looked up for both", async () => {
    let looks = 0;
    const open = async (given: Context<unknown>, ref: GatewayRef): Promise<Gateway> => {
        looks++;
        await given.deadline.sleep(300);
        return gateway(ref, {});
    };
    const hostOf = async ({ id }: GatewayRef): Promise<Host> => ({ id, name: "CT 101" }) as Host;
    const caller = (ms: number) =>
        openCluster({ ...ctx, deadline: Deadline.in(ms) }, { id: `ctdb:${NONCE}`, gateways: refs.slice(0, 1) }, open, hostOf);
    const [hasty, patient] = await new Session().run(() => Promise.allSettled([caller(50), caller(10_000)]));
    expect(hasty).toMatchObject({ status: "rejected", reason: { message: expect.stringMatching(/looking for the cluster/) as string } });
    expect(patient).toMatchObject({ status: "fulfilled", value: { state: "ready" } });
    // Once for both, and the head again for the one that goes on.
    expect(looks).toBe(2);
});
