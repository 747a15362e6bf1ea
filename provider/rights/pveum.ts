import { createHash } from "node:crypto";

/** Who gets rights. A token with privilege separation has what both it and its user have, so both are named. */
export interface Grantee {
    /** `user@realm` */
    user: string;
    /** `user@realm!tokenid` */
    token?: string;
}

export function granteeOf(identity: string): Grantee {
    const [user = ""] = identity.split("!");
    return identity === user ? { user } : { user, token: identity };
}

const AREAS: Record<string, string> = { pool: "Guests", vms: "Guests", storage: "Storage", sdn: "Network", nodes: "Node" };

/**
 * Named after what is in it, so that a role of that name that is there already is the same one. Names that begin with PVE, in whatever
 * case, are Proxmox VE's own (pve-access-control PVE/API2/Role.pm).
 */
export function roleName(path: string, privileges: readonly string[]): string {
    const area = AREAS[path.split("/")[1] ?? ""] ?? "System";
    const short = privileges.map((each) => each.slice(each.indexOf(".") + 1).replaceAll(".", ""));
    const digest = createHash("sha256").update(privileges.join()).digest("hex").slice(0, 6);
    return `Smb${area}.${short.length <= 3 ? short.join(".") : digest}`;
}

/** root@pam can do everything; only its tokens need anything. */
const whoOf = ({ user, token }: Grantee): string[] => [
    ...(user === "root@pam" && token !== undefined ? [] : ["--users", user]),
    ...(token === undefined ? [] : ["--tokens", token]),
];

/** Takes these privileges away where they were given so. The roles stay: others may have them, and by themselves they are nobody's right. */
export function revokeCommands(grants: ReadonlyMap<string, readonly string[]>, grantee: Grantee): string[][] {
    return [...grants].map(([path, privileges]) => [
        ...["pveum", "acl", "delete", path],
        ...whoOf(grantee),
        ...["--roles", roleName(path, privileges)],
    ]);
}

/** Commands that give privileges by path (see `united`): first the roles, each once, then who has them where. */
export function grantCommands(grants: ReadonlyMap<string, readonly string[]>, { user, token }: Grantee): string[][] {
    const roles = new Map([...grants].map(([path, privileges]) => [roleName(path, privileges), privileges]));
    const who = whoOf({ user, token });
    return [
        ...[...roles].map(([name, privileges]) => ["pveum", "role", "add", name, "--privs", privileges.join()]),
        ...[...grants].map(([path, privileges]) => ["pveum", "acl", "modify", path, ...who, "--roles", roleName(path, privileges)]),
    ];
}
