import type { Step, Word } from "../hosts/batch";
import { section } from "./text";

/**
 * For Samba's tools: not the gateway's configuration with its shares. None of what they need to find smbd is the program's to set, and they
 * have loaded their libraries, most of what they take, when they come to read it.
 */
export const ITS_OWN_CONFIG: Word[] = ["-s", { pipe: section("global") }];

/** Messages are taken in order, and smbd hands the first on before it answers the second. One that runs and still was not told fails here. */
export const TOLD: Step = { do: "run", argv: ["smbcontrol", ...ITS_OWN_CONFIG, "smbd", "ping"], changes: false };

/**
 * Tells smbd that its files have changed, or starts it. A client that connects afterwards is served by them: a new process of smbd reads
 * its files. `awaited`: the processes of open sessions have read them too.
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
