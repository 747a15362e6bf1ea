import type { Pve } from "./client/client";
import { row, text } from "./values/scalars";

export interface Version {
    /** `9.2.11` */
    version: string;
    major: number;
    minor: number;
}

export async function readVersion(pve: Pve): Promise<Version> {
    const version = text(row(await pve.get("/version"))["version"]) ?? "";
    const [major = 0, minor = 0] = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
    return { version, major, minor };
}
