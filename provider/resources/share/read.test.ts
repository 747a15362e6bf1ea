import { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { FailureKind } from "../../base/errors";
import type { Context } from "../../base/handler";
import { Session } from "../../base/session";
import { keepGateway } from "../../gateway/session";
import type { HostSession } from "../../hosts";
import type { Found, Machine } from "../../machines/machine";
import { shareModel } from "../../model";
import { filled } from "../../model/schema";
import { lines } from "../../../test/support/proxmox/harness";
import { readShare } from "./read";
import type { Outputs, ShareState } from "./types";

/** The state that a read leaves of a share when its gateway, which has that address, fails to answer. */
async function stateAfter(kind: FailureKind, paths: Outputs, address?: string): Promise<Outputs | undefined> {
    const ref = { id: "pve1/105/0123456789abcdef" };
    const read = () => Promise.reject(new PvesmbError(kind, "connection refused", { dispatched: false }));
    const hostSession = { name: "CT 105", snapshot: { read } } as unknown as HostSession;
    const machine = { name: "CT 105", address } as unknown as Machine;
    const log = lines();
    const ctx = { log, deadline: Deadline.in(5_000), checkpoint: () => undefined } as unknown as Context<Outputs>;
    const state = { ...(filled(shareModel.inputs, { gateway: ref, name: "docs" }) as ShareState), ...paths };
    const session = new Session();
    return session
        .run(async () => {
            keepGateway(ref.id, { state: "ready", host: {}, nonce: "", as: () => machine } as unknown as Found, hostSession);
            return (await readShare(ctx, "0123456789abcdef", state))?.state;
        })
        .finally(() => session.close());
}

const old = { unc: "\\\\10.0.0.5\\docs", uncByAddress: "\\\\10.0.0.5\\docs" };

test("a gateway that does not answer yet at its new address: the paths are those of the new one", async () => {
    for (const kind of ["Unreachable", "Timeout", "Busy"] as const)
        expect(await stateAfter(kind, old, "10.0.0.9")).toMatchObject({ unc: "\\\\10.0.0.9\\docs", uncByAddress: "\\\\10.0.0.9\\docs" });
});

test("of a member of a domain only the path by address", async () => {
    const named = { unc: "\\\\files.ad.example.com\\docs", uncByAddress: "\\\\10.0.0.5\\docs" };
    expect(await stateAfter("Unreachable", named, "10.0.0.9")).toMatchObject({ unc: named.unc, uncByAddress: "\\\\10.0.0.9\\docs" });
});

test("they stay when another machine answers there, when nobody knows the address, and in a state that has none", async () => {
    expect(await stateAfter("HostKeyMismatch", old, "10.0.0.9")).toMatchObject(old);
    expect(await stateAfter("Unreachable", old)).toMatchObject(old);
    expect(await stateAfter("Unreachable", {}, "10.0.0.9")).not.toHaveProperty("unc");
});
