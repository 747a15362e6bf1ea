import type { Batch, Gather, Unit } from "./batch";
import { CommitQueue } from "./commit";
import { executorFor, type Executor } from "./executor/executor";
import type { Host } from "./host";
import { Snapshot } from "./snapshot";

/** What works on a host, shared by all resources of this process: changes go there in batches, and looks are shared. */
export interface Workshop {
    /** Of the host, for messages. */
    name: string;
    executor: Executor;
    queue: CommitQueue;
    /** What a refresh looks at. */
    snapshot: Snapshot;
}

/** `look`: what every reader needs. `build`: the batch around units. */
export function workshopOn(host: Host, { look, build }: { look: Gather; build: (units: Unit[]) => Batch }): Workshop {
    const executor = executorFor(host);
    const snapshot = new Snapshot({ host: host.name, gather: (gather, deadline) => executor.gather(gather, deadline), base: look });
    const queue = new CommitQueue({
        host: host.name,
        run: (batch, deadline) => executor.batch(batch, deadline),
        build,
        snapshot,
    });
    return { name: host.name, executor, queue, snapshot };
}
