import type { Step, Word } from "../hosts/batch";
import { section } from "./text";

/**
 * An empty config for Samba's tools, instead of the gateway's with all its shares. The program cannot set any option that they need to find
 * smbd. They read it only after loading their libraries, which takes most of their time.
 */
export const ITS_OWN_CONFIG: Word[] = ["-s", { pipe: section("global") }];

/** smbd handles messages in order and forwards the first before it answers the second. Fails if smbd runs but does not answer. */
export const TOLD: Step = { do: "run", argv: ["smbcontrol", ...ITS_OWN_CONFIG, "smbd", "ping"], changes: false };

/**
 * Makes smbd reread its files, or starts it. Clients that connect afterwards get the new state, since a new smbd process reads its files.
 * `awaited`: processes of open sessions have read them too.
 */
export const reload = (awaited: boolean): Step[] => [
    {
        do: "run",
        id: "started",
        argv: ["systemctl", "start", "smbd"],
        unless: ["smbcontrol", ...ITS_OWN_CONFIG, "smbd", "reload-config"],
    },
    { ...TOLD, ...(awaited ? {} : { ifChanged: "started" }) },
];
