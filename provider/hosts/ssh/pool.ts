import type { Deadline } from "../../base/deadline";
import { perSession } from "../../base/session";
import { within } from "../within";
import { connect, direct, type Dial } from "./connect";
import { Connection } from "./connection";
import { HostKeyPolicy } from "./host-keys";
import { place, route, type SshTarget } from "./target";

/**
 * A session's connections, by route: normally one each, more when long-lived channels (agents) fill it. They do not keep the process
 * running.
 */
const routes = perSession(
    () => new Map<string, Promise<Connection>[]>(),
    (all) => closeRoutes(all),
);

/** Targets whose key policy a connection's key has passed: the policy may read known_hosts. */
const passed = new WeakMap<Connection, WeakSet<SshTarget>>();

export async function connection(target: SshTarget, deadline: Deadline, lasting = false): Promise<Connection> {
    const key = route(target);
    const open = routes().get(key) ?? [];
    for (const each of open) {
        const found = await within(deadline, `connecting to ${place(target)}`, each, { dispatched: false });
        if (found.closed) {
            forget(key, each);
            return connection(target, deadline, lasting);
        }
        // The connection may have been opened under a looser key policy. Its key stays the same, so each target asks once.
        if (!passed.get(found)?.has(target)) {
            const refusal = new HostKeyPolicy(target).refusal(found.key);
            if (refusal) throw refusal;
            passed.set(found, (passed.get(found) ?? new WeakSet<SshTarget>()).add(target));
        }
        if (!lasting || found.takeLasting()) return found;
    }
    // Unless someone else opened a connection while we waited.
    if ((routes().get(key) ?? []).length <= open.length) {
        const next = connect(target, dial(target), deadline).then((connected) => new Connection(place(target), connected));
        routes().set(key, [...(routes().get(key) ?? []), next]);
        next.catch(() => {
            forget(key, next);
        });
    }
    return connection(target, deadline, lasting);
}

function dial(target: SshTarget): Dial {
    const { jump } = target;
    if (!jump) return direct(target);
    return async (deadline) => (await connection(jump, deadline)).forward(target.address, target.port, deadline);
}

function forget(key: string, gone: Promise<Connection>): void {
    const rest = (routes().get(key) ?? []).filter((each) => each !== gone);
    if (rest.length > 0) routes().set(key, rest);
    else routes().delete(key);
}

/** Closes all connections; a peer that does not answer is cut off after 0.3 s. */
export const closeAll = (): Promise<void> => closeRoutes(routes());

async function closeRoutes(routes: Map<string, Promise<Connection>[]>): Promise<void> {
    const all = [...routes.values()].flat();
    routes.clear();
    await Promise.all(
        all.map((each) =>
            Promise.race([each, new Promise<undefined>((resolve) => setTimeout(resolve, 300, undefined))]).then(
                (connection) => connection?.close(),
                () => undefined,
            ),
        ),
    );
}
