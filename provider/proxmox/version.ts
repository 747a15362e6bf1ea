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

/** For differences between releases (pve-api.md 1.5): atLeast(version, 9, 1). */
export function atLeast(version: Version, major: number, minor = 0): boolean {
    return version.major > major || (version.major === major && version.minor >= minor);
}
