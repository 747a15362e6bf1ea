import { isKind } from "../base/errors";
import type { Pve } from "./client/client";
import { isKnown } from "./client/known-errors";
import { flag, row } from "./values/scalars";

/** Path -> privileges of the caller there -> whether they propagate to paths below. */
export type Permissions = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/**
 * The caller's privileges at one path, inherited ones included, or at every path that an ACL or pool names. Privileges through a guest's
 * pool exist only while the guest does (pve-api.md 2.3).
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
    /** Set once the answer has arrived. */
    value?: Permissions;
}
const known = new WeakMap<object, Answer>();

/** The caller's privileges, read once per connection and again when `stale` is the cached value; undefined when not readable. */
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
        if (isKnown(error, "method missing") || (isKind(error, "Denied") && error.details.status === 403)) return undefined;
        throw error;
    }
}

/** Whether the caller has a privilege. A path without an ACL inherits from the nearest path above that has one. */
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
 * All paths that may grant the same right: for a virtual network the ACL path contains its zone, not `localnetwork` (PVE::GuestHelpers
 * check_vnet_access), and only callers with rights on SDN see the zone.
 */
export function alternatives(permissions: Permissions, path: string): string[] {
    const bridge = /^\/sdn\/zones\/localnetwork(\/.*)$/.exec(path)?.[1];
    if (bridge === undefined) return [path];
    const zones = [...permissions.keys()].flatMap((at) => /^\/sdn\/zones\/([^/]+)/.exec(at)?.[1] ?? []);
    return [path, ...[...new Set(zones)].map((zone) => `/sdn/zones/${zone}${bridge}`)];
}
