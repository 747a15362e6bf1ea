import type { Pve } from "./client/client";
import { row } from "./values/scalars";

/** Path -> privileges that the caller has there. */
export type Permissions = Map<string, Set<string>>;

/**
 * What the caller may do: at one path with everything inherited, or at every path that an ACL names. Privileges that come from a
 * guest's pool are there only while the guest is (pve-api.md 2.3).
 */
export async function readPermissions(pve: Pve, path?: string): Promise<Permissions> {
    const data = row(await pve.get("/access/permissions", { path }));
    return new Map(Object.entries(data).map(([at, privileges]) => [at, new Set(Object.keys(row(privileges)))]));
}
