import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { says } from "./client/sayings";
import { flag, row } from "./values/scalars";

/** Path -> privileges that the caller has there -> whether paths below inherit them. */
export type Permissions = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/**
 * What the caller may do: at one path with everything inherited, or at every path that an ACL or pool names. Privileges that come from a
 * guest's pool are there only while the guest is (pve-api.md 2.3).
 */
export async function readPermissions(pve: Pve, path?: string): Promise<Permissions> {
    const data = row(await pve.get("/access/permissions", { path }));
    return new Map(
        Object.entries(data).map(([at, privileges]) => [
            at,
            new Map(Object.entries(row(privileges)).map(([privilege, propagates]) => [privilege, flag(propagates)])),
        ]),
    );
}

interface Answer {
    asked: Promise<Permissions | undefined>;
    /** Once it is there. */
    value?: Permissions;
}
const known = new WeakMap<object, Answer>();

/** The same, asked once per connection, and again for one who finds it `stale`; undefined when Proxmox VE does not tell. */
export function knownPermissions(pve: Pve, stale?: Permissions): Promise<Permissions | undefined> {
    const before = known.get(pve.connection);
    if (before && (stale === undefined || before.value !== stale)) return before.asked;
    const answer: Answer = { asked: ask(pve) };
    known.set(pve.connection, answer);
    answer.asked.then(
        (value) => (answer.value = value),
        () => known.delete(pve.connection),
    );
    return answer.asked;
}

async function ask(pve: Pve): Promise<Permissions | undefined> {
    try {
        return await readPermissions(pve);
    } catch (error) {
        if (says(error, "method missing") || (isKind(error, "Denied") && error.details.status === 403)) return undefined;
        throw error;
    }
}

/** A path that no ACL names has what the nearest one above it hands down. */
export function holds(permissions: Permissions, path: string, privilege: string): boolean {
    const here = permissions.get(path);
    if (here) return here.has(privilege);
    for (let above = parent(path); above !== undefined; above = parent(above)) {
        const held = permissions.get(above);
        if (held) return held.get(privilege) === true;
    }
    return false;
}

function parent(path: string): string | undefined {
    if (path === "/") return undefined;
    return path.slice(0, path.lastIndexOf("/")) || "/";
}

/**
 * Paths that stand for the same thing: a virtual network has its zone's path in place of `localnetwork` (PVE::GuestHelpers
 * check_vnet_access), and only those who may look at SDN can tell which zone that is.
 */
export function alternatives(permissions: Permissions, path: string): string[] {
    const bridge = /^\/sdn\/zones\/localnetwork(\/.*)$/.exec(path)?.[1];
    if (bridge === undefined) return [path];
    const zones = [...permissions.keys()].flatMap((at) => /^\/sdn\/zones\/([^/]+)/.exec(at)?.[1] ?? []);
    return [path, ...[...new Set(zones)].map((zone) => `/sdn/zones/${zone}${bridge}`)];
}
