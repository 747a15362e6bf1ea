import { existsSync, readFileSync } from "node:fs";
import { accessFile } from "./machine/layout";

/** What one needs to know to use a running lab; kept in a file that only root can read. */
export interface LabAccess {
    /** PVE version the API plays: 8.4, 9.1 or 9.2. */
    version: string;
    /** Nodes in order, with their API endpoints: `https://10.86.0.11:8006`. */
    nodes: { name: string; address: string; endpoint: string; fingerprint: string }[];
    /** The cluster's CA certificate (PEM file). */
    caFile: string;
    username: "root@pam";
    password: string;
    /** Private key that logs in to every node as root. */
    nodeKey: string;
    /** Unix socket of the API's control (faults, log of requests). */
    controlSocket: string;
    /** Unix socket of the machinery's control (power, crashes). */
    machineSocket: string;
}

/** Rejects with advice when no lab is up. */
export function labAccess(): LabAccess {
    if (!existsSync(accessFile)) throw new Error("the lab is not up: `make lab-up` starts it");
    return JSON.parse(readFileSync(accessFile, "utf8")) as LabAccess;
}
