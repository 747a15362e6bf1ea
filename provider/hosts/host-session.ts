import type { Deadline } from "../base/deadline";
import { perSession } from "../base/session";
import type { Batch, Gather, GatherResult, Unit } from "./batch";
import { CommitQueue, type Committed } from "./commit";
import { executorFor, type Executor } from "./executor/executor";
import type { Host } from "./host";
import { joined } from "./looks";
import { Snapshot } from "./snapshot";

/** Access to a host in one role. All roles of a host share its executor, queue and snapshot. */
export interface HostSession {
    /** The host's name, for messages. */
    name: string;
    executor: Executor;
    /** Changes; sent to the host in batches. */
    queue: { submit(unit: Unit, deadline: Deadline): Promise<Committed> };
    /** The host's state for a refresh; `read` includes the role's own look. */
    snapshot: Pick<Snapshot, "forget" | "readJust"> & { read(deadline: Deadline, extra?: Gather): Promise<GatherResult> };
}

/** What a host is used as: a gateway, or the node that runs one. */
export interface Role {
    /** Identifies the role on its host; the first `build` of a key is kept. */
    key: string;
    /** Default gather of every reader in this role. */
    look: Gather;
    /** Wraps the batch around units of this role; default: nothing around them. */
    build?: (units: Unit[]) => Batch;
}

interface Shared {
    executor: Executor;
    queue: CommitQueue;
    snapshot: Snapshot;
    builds: Map<string, NonNullable<Role["build"]>>;
}

const hosts = perSession(() => new Map<string, Shared>());

/** Opens a host in a role. Invalidates what was seen of the host before. */
export function hostSessionOn(host: Host, { key, look, build }: Role): HostSession {
    const shared = hosts().get(host.id) ?? shareOf(host);
    hosts().set(host.id, shared);
    const { executor, queue, snapshot, builds } = shared;
    snapshot.forget();
    const own = builds.get(key) ?? build;
    if (own !== undefined) builds.set(key, own);
    return {
        name: host.name,
        executor,
        queue: { submit: (unit, deadline) => queue.submit(unit, deadline, own) },
        snapshot: {
            forget: () => snapshot.forget(),
            read: (deadline, extra) => snapshot.readJust(deadline, extra === undefined ? look : joined([look, extra])),
            readJust: (deadline, wanted) => snapshot.readJust(deadline, wanted),
        },
    };
}

function shareOf(host: Host): Shared {
    const executor = executorFor(host);
    const snapshot = new Snapshot({ host: host.name, gather: (gather, deadline) => executor.gather(gather, deadline) });
    const run = (batch: Batch, deadline: Deadline) => executor.batch(batch, deadline);
    return { executor, snapshot, queue: new CommitQueue({ host: host.name, run, snapshot }), builds: new Map() };
}
