import type { Step, Word } from "../hosts/batch";
import { CLUSTER_PART, partPath } from "./config/part";
import { option, section } from "./text";

/**
 * An empty config for Samba's tools, instead of the gateway's with all its shares. The program cannot set any option that they need to find
 * smbd. They read it only after loading their libraries, which takes most of their time.
 */
export const EMPTY_CONFIG: Word[] = ["-s", { pipe: section("global") }];

/**
 * As EMPTY_CONFIG, and what makes the gateway part of a cluster, if it is: smbd answers a program that is not in the cluster through CTDB,
 * which does not know it (messaging_send_iov_from() in source3/lib/messages.c; seen with 4.17). Samba passes over an include that is not
 * there.
 */
const MESSENGER: Word[] = ["-s", { pipe: section("global") + option("include", partPath(CLUSTER_PART)) }];

/**
 * smbcontrol gives up after 10 s by default. smbd answers later on a busy machine, and while it asks a winbind that no controller of its
 * domain answers ("No replies received", seen with 4.17).
 */
export const PING: Word[] = ["--timeout=50", "smbd", "ping"];

/** smbd handles messages in order and forwards the first before it answers the second. Fails if smbd runs but does not answer. */
export const TOLD: Step = { do: "run", argv: ["smbcontrol", ...MESSENGER, ...PING], changes: false };

/**
 * Makes smbd reread its files, or starts it. Clients that connect afterwards get the new state, since a new smbd process reads its files.
 * `awaited`: processes of open sessions have read them too.
 */
export const reload = (awaited: boolean): Step[] => [
    {
        do: "run",
        id: "started",
        argv: ["systemctl", "start", "smbd"],
        unless: ["smbcontrol", ...MESSENGER, "smbd", "reload-config"],
    },
    { ...TOLD, ...(awaited ? {} : { ifChanged: "started" }) },
];
