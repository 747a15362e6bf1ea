import type { Deadline } from "../base/deadline";
import { perSession } from "../base/session";
import type { Batch, Gather, Unit } from "./batch";
import { CommitQueue, type Committed } from "./commit";
import { executorFor, type Executor } from "./executor/executor";
import type { Host } from "./host";
import { joined } from "./looks";
import { Snapshot } from "./snapshot";

/** What works on a host in one role. All roles of a host share its executor, its queue and what was seen of it. */
export interface Workshop {
    /** Of the host, for messages. */
    name: string;
    executor: Executor;
    /** Changes, which go to the host in batches. */
    queue: { submit(unit: Unit, deadline: Deadline): Promise<Committed> };
    /** What a refresh looks at; `read` includes the role's own look. */
    snapshot: Pick<Snapshot, "forget" | "read" | "readJust">;
}

/** What a host is used as: a gateway, or the node below one. */
export interface Role {
    /** Tells roles of one host apart; one that is taken up again goes on. */
    key: string;
    /** What every reader in this role needs. */
    look: Gather;
    /** The batch around units of this role. */
    build: (units: Unit[]) => Batch;
}

interface Shared {
    executor: Executor;
    queue: CommitQueue;
    snapshot: Snapshot;
    builds: Map<string, Role["build"]>;
}

const hosts = perSession(() => new Map<string, Shared>());

/** A role on a host. What was seen of the host so far no longer counts. */
export function workshopOn(host: Host, { key, look, build }: Role): Workshop {
    const shared = hosts().get(host.id) ?? shareOf(host);
    hosts().set(host.id, shared);
    const { executor, queue, snapshot, builds } = shared;
    snapshot.forget();
    const own = builds.get(key) ?? build;
    builds.set(key, own);
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
    const snapshot = new Snapshot({ host: host.name, gather: (gather, deadline) => executor.gather(gather, deadline), base: {} });
    const run = (batch: Batch, deadline: Deadline) => executor.batch(batch, deadline);
    return { executor, snapshot, queue: new CommitQueue({ host: host.name, run, snapshot }), builds: new Map() };
}
