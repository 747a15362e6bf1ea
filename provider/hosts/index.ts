export type * from "./batch";
export { CommitQueue, type CommitOptions, type Committed } from "./commit";
export { executorFor, Executor, type ExecutorStats } from "./executor/executor";
export type { Channel, ExecResult, Host } from "./host";
export { APT, MISSING } from "./packages";
export { pctHost } from "./pct";
export { joined, onceSeen } from "./looks";
export { mountHolding, MOUNTS, mountsIn, parseMounts, type MountEntry } from "./mount-table";
export { ensurePackages } from "./packages";
export { answersAt } from "./probe/knock";
export { neighboursOn } from "./probe/neighbours";
export { hasRoute } from "./probe/route";
export { silenceDuring } from "./probe/silence";
export { Snapshot, type SnapshotOptions } from "./snapshot";
export { fingerprint } from "./ssh/host-keys";
export { knownKeys } from "./ssh/known-hosts";
export { quote } from "./ssh/quote";
export { sshHost, type SshHost } from "./ssh/ssh-host";
export type { SshTarget } from "./ssh/target";
export { within } from "./within";
export { hostSessionOn, type HostSession } from "./host-session";

import { closeExecutors } from "./executor/executor";
import { closeAll as closeConnections } from "./ssh/pool";

/** Ends agents and connections within a second; called at exit and at SIGINT. */
export async function closeAll(): Promise<void> {
    closeExecutors();
    await closeConnections();
}
