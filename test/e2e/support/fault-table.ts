import type { RequestFault, RequestRule, TaskRule } from "../../lab/src/api/faults";
import { control } from "./control";
import { crash, cutNetwork, cutSessions, during, inCommand, interrupt, killCli, killProvider, nothing, type Strike } from "./strikes";

/**
 * When the fault strikes: in the up that creates everything, in one that changes everything, in one that only removes the share or creates
 * it again on the existing gateway, or in destroy.
 */
export type Stage = "create" | "change" | "unshare" | "share" | "destroy" | "mend" | "move" | "rename";

/**
 * One fault and the expected outcome of the command that it strikes. Whatever the outcome, the next command finishes, and everything is
 * complete or gone.
 */
export interface Row {
    stage: Stage;
    /** Where the fault strikes, and what it is. */
    what: string;
    request?: RequestRule;
    task?: TaskRule;
    strike?: Strike;
    /** Logs in as root@pam with the password; otherwise with a token of least rights. */
    login?: boolean;
    /** The command succeeds anyway, or it fails with this message. */
    outcome: "ends well" | RegExp;
    /** Part of the default run, not only of the long one. */
    fast: boolean;
}

const WORDS = "refused by a test";

/** Each kind of request fault. pvesmb handles transport faults itself and reports PVE's own errors to the user. */
const kinds: { name: string; fault: RequestFault; outcome: Row["outcome"] }[] = [
    { name: "500", fault: { kind: "answer", status: 500, reason: WORDS }, outcome: new RegExp(`Proxmox VE says: ${WORDS}`) },
    { name: "595", fault: { kind: "595" }, outcome: "ends well" },
    { name: "596", fault: { kind: "596" }, outcome: "ends well" },
    { name: "connection cut before", fault: { kind: "drop", when: "before" }, outcome: "ends well" },
    { name: "connection cut after", fault: { kind: "drop", when: "after" }, outcome: "ends well" },
    { name: "5 s late", fault: { kind: "delay", ms: 5000 }, outcome: "ends well" },
];

const LXC = "^/nodes/pve1/lxc/\\d+";

/** The requests of each stage, with those of their faults that are in the default run. */
const requests: { stage: Stage; what: string; method: string; path: string; after?: number; login?: boolean; fast?: string[] }[] = [
    { stage: "create", what: "login", method: "POST", path: "^/access/ticket$", login: true },
    { stage: "create", what: "list of storages", method: "GET", path: "^/nodes/pve1/storage$" },
    { stage: "create", what: "templates", method: "GET", path: "^/nodes/pve1/storage/local/content$" },
    { stage: "create", what: "free space", method: "GET", path: "^/nodes/pve1/storage/tank/status$" },
    { stage: "create", what: "free VMID", method: "GET", path: "^/cluster/nextid$" },
    { stage: "create", what: "create", method: "POST", path: "^/nodes/pve1/lxc$", fast: ["connection cut after"] },
    { stage: "create", what: "state of the create task", method: "GET", path: "/tasks/[^/]*vzcreate[^/]*/status$" },
    { stage: "create", what: "first look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "create", what: "settings", method: "PUT", path: `${LXC}/config$` },
    { stage: "create", what: "whether it runs", method: "GET", path: `${LXC}/status/current$` },
    { stage: "create", what: "start", method: "POST", path: `${LXC}/status/start$` },
    { stage: "create", what: "state of the start task", method: "GET", path: "/tasks/[^/]*vzstart[^/]*/status$" },
    { stage: "create", what: "the mark's last word", method: "PUT", path: `${LXC}/config$`, after: 1, fast: ["connection cut before"] },
    { stage: "create", what: "guests with an address", method: "GET", path: "^/cluster/resources$" },
    { stage: "mend", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "mend", what: "attaching", method: "PUT", path: `${LXC}/config$`, fast: ["connection cut after"] },
    { stage: "mend", what: "start", method: "POST", path: `${LXC}/status/start$` },
    { stage: "move", what: "guests with an address", method: "GET", path: "^/cluster/resources$" },
    { stage: "move", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "move", what: "the new interface", method: "PUT", path: `${LXC}/config$` },
    { stage: "change", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "change", what: "settings", method: "PUT", path: `${LXC}/config$`, fast: ["596"] },
    { stage: "change", what: "growing", method: "PUT", path: `${LXC}/resize$`, fast: ["connection cut after"] },
    { stage: "change", what: "state of the growing task", method: "GET", path: "/tasks/[^/]*resize[^/]*/status$" },
    { stage: "change", what: "what is pending", method: "GET", path: `${LXC}/pending$` },
    { stage: "unshare", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "share", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "destroy", what: "look at the config", method: "GET", path: `${LXC}/config$` },
    { stage: "destroy", what: "stop", method: "POST", path: `${LXC}/status/stop$` },
    { stage: "destroy", what: "state of the stop task", method: "GET", path: "/tasks/[^/]*vzstop[^/]*/status$" },
    { stage: "destroy", what: "destroy", method: "DELETE", path: `${LXC}$`, fast: ["connection cut after"] },
    { stage: "destroy", what: "state of the destroy task", method: "GET", path: "/tasks/[^/]*vzdestroy[^/]*/status$" },
];

const steps: { stage: Stage; type: string; step: string; fast?: boolean }[] = [
    { stage: "create", type: "vzcreate", step: "allocate" },
    { stage: "create", type: "vzcreate", step: "allocated" },
    { stage: "create", type: "vzcreate", step: "extract", fast: true },
    { stage: "create", type: "vzcreate", step: "configured" },
    { stage: "create", type: "vzstart", step: "start" },
    { stage: "create", type: "vzstart", step: "started" },
    { stage: "change", type: "resize", step: "resize" },
    { stage: "change", type: "resize", step: "resized" },
    { stage: "destroy", type: "vzstop", step: "stop" },
    { stage: "destroy", type: "vzdestroy", step: "destroy" },
    { stage: "destroy", type: "vzdestroy", step: "volume" },
];

/** Workers whose end is unknown: the node lost the last line of their logs. */
const lost: { stage: Stage; type: string }[] = [
    { stage: "create", type: "vzcreate" },
    { stage: "create", type: "vzstart" },
    { stage: "change", type: "resize" },
    { stage: "destroy", type: "vzstop" },
    { stage: "destroy", type: "vzdestroy" },
];

const KILLED = /EOF|transport is closing|connection refused|connection error/;
const CUT = /the connection was lost|stopped while|no longer running|is not running|is stopped/;

const strikes: Omit<Row, "task">[] = [
    {
        stage: "create",
        what: "state of the create task: 500, and the task goes on",
        request: { method: "GET", path: "/tasks/[^/]*vzcreate[^/]*/status$", fault: { kind: "answer", status: 500, reason: WORDS } },
        strike: during("vzcreate", "extract", nothing),
        outcome: new RegExp(`Proxmox VE says: ${WORDS}`),
        fast: true,
    },
    {
        stage: "create",
        what: "provider killed during the create task",
        strike: during("vzcreate", "extract", killProvider),
        outcome: KILLED,
        fast: true,
    },
    {
        stage: "create",
        what: "provider killed during the create task, its lease waited for",
        strike: { ...during("vzcreate", "extract", killProvider), repair: () => control("idle") },
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "create",
        what: "provider killed during the start",
        strike: during("vzstart", "started", killProvider),
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "create",
        what: "provider killed while Samba is set up",
        strike: inCommand("net", killProvider),
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "create",
        what: "Ctrl-C during the create task",
        strike: during("vzcreate", "extract", interrupt(1)),
        outcome: /cancel/i,
        fast: false,
    },
    {
        stage: "create",
        what: "Ctrl-C twice during the create task",
        strike: during("vzcreate", "extract", interrupt(2)),
        outcome: /cancel|terminat|interrupt/i,
        fast: true,
    },
    {
        stage: "create",
        what: "CLI killed during the create task",
        strike: during("vzcreate", "extract", killCli),
        outcome: /^/,
        fast: true,
    },
    { stage: "create", what: "guest killed while it boots", strike: during("vzstart", "started", crash), outcome: CUT, fast: false },
    {
        stage: "create",
        what: "SSH cut while packages are looked at",
        strike: inCommand("dpkg-query", cutSessions),
        outcome: CUT,
        fast: false,
    },
    { stage: "create", what: "SSH cut while Samba is set up", strike: inCommand("net", cutSessions), outcome: CUT, fast: false },
    {
        stage: "create",
        what: "network cut while packages are looked at",
        strike: inCommand("dpkg-query", cutNetwork),
        outcome: CUT,
        fast: false,
    },
    { stage: "create", what: "network cut while Samba is set up", strike: inCommand("net", cutNetwork), outcome: CUT, fast: false },
    {
        stage: "create",
        what: "guest killed while packages are looked at",
        strike: inCommand("dpkg-query", crash),
        outcome: CUT,
        fast: false,
    },
    { stage: "create", what: "guest killed while Samba is set up", strike: inCommand("net", crash), outcome: CUT, fast: false },
    {
        stage: "mend",
        what: "provider killed during the start",
        strike: during("vzstart", "started", killProvider),
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "move",
        what: "provider killed once it has moved",
        strike: inCommand("dpkg-query", killProvider),
        outcome: KILLED,
        fast: true,
    },
    { stage: "move", what: "network cut once it has moved", strike: inCommand("dpkg-query", cutNetwork), outcome: CUT, fast: false },
    { stage: "move", what: "guest killed once it has moved", strike: inCommand("dpkg-query", crash), outcome: CUT, fast: false },
    {
        stage: "move",
        what: "Ctrl-C twice once it has moved",
        strike: inCommand("dpkg-query", interrupt(2)),
        outcome: /cancel|terminat|interrupt/i,
        fast: false,
    },
    { stage: "rename", what: "SSH cut in the batch", strike: inCommand("smbclient", cutSessions), outcome: CUT, fast: false },
    { stage: "rename", what: "network cut in the batch", strike: inCommand("smbclient", cutNetwork), outcome: CUT, fast: false },
    { stage: "rename", what: "guest killed in the batch", strike: inCommand("smbclient", crash), outcome: CUT, fast: false },
    { stage: "rename", what: "provider killed in the batch", strike: inCommand("smbclient", killProvider), outcome: KILLED, fast: false },
    { stage: "change", what: "SSH cut in a share's batch", strike: inCommand("smbclient", cutSessions), outcome: CUT, fast: true },
    { stage: "change", what: "network cut in a share's batch", strike: inCommand("smbclient", cutNetwork), outcome: CUT, fast: false },
    { stage: "change", what: "guest killed in a share's batch", strike: inCommand("smbclient", crash), outcome: CUT, fast: false },
    {
        stage: "change",
        what: "provider killed in a share's batch",
        strike: inCommand("smbclient", killProvider),
        outcome: KILLED,
        fast: true,
    },
    { stage: "change", what: "Ctrl-C in a share's batch", strike: inCommand("smbclient", interrupt(1)), outcome: /cancel/i, fast: false },
    {
        stage: "change",
        what: "Ctrl-C twice in a share's batch",
        strike: inCommand("smbclient", interrupt(2)),
        outcome: /cancel|terminat|interrupt/i,
        fast: false,
    },
    {
        stage: "destroy",
        what: "provider killed during the stop task",
        strike: during("vzstop", "stop", killProvider),
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "destroy",
        what: "provider killed during the destroy task",
        strike: during("vzdestroy", "destroy", killProvider),
        outcome: KILLED,
        fast: false,
    },
    {
        stage: "destroy",
        what: "Ctrl-C twice during the destroy task",
        strike: during("vzdestroy", "destroy", interrupt(2)),
        outcome: /cancel|terminat|interrupt/i,
        fast: false,
    },
];

/**
 * What ends a batch half-way. The last command of a batch that adds a share is a client's tree connect; of one that removes a share, a
 * message to smbd.
 */
const batches: Omit<Row, "request" | "task">[] = [
    { name: "SSH cut", strike: cutSessions, outcome: CUT },
    { name: "network cut", strike: cutNetwork, outcome: CUT },
    { name: "guest killed", strike: crash, outcome: CUT },
    { name: "provider killed", strike: killProvider, outcome: KILLED },
    { name: "Ctrl-C", strike: interrupt(1), outcome: /cancel/i },
    { name: "Ctrl-C twice", strike: interrupt(2), outcome: /cancel|terminat|interrupt/i },
].flatMap(({ name, strike, outcome }) => [
    {
        stage: "unshare",
        what: `${name} while a share is removed`,
        strike: inCommand("smbcontrol", strike),
        outcome,
        fast: name === "SSH cut",
    },
    {
        stage: "share",
        what: `${name} while a share is added`,
        strike: inCommand("smbclient", strike),
        outcome,
        fast: name === "provider killed",
    },
]);

export const faultTable: Row[] = [
    ...requests.flatMap(({ stage, what, method, path, after, login, fast = [] }) =>
        kinds.map(({ name, fault, outcome }): Row => {
            const request: RequestRule = { method, path, fault, after };
            return { stage, what: `${what}: ${name}`, request, login, outcome, fast: fast.includes(name) };
        }),
    ),
    ...steps.map(({ stage, type, step, fast = false }): Row => {
        const task: TaskRule = { type, step, message: WORDS };
        return { stage, what: `task ${type} fails at "${step}"`, task, outcome: new RegExp(`failed: .*${WORDS}`), fast };
    }),
    ...lost.map(({ stage, type }): Row => {
        return { stage, what: `task ${type} ends unheard`, task: { type, step: "end" }, outcome: "ends well", fast: false };
    }),
    ...strikes,
    ...batches,
];
