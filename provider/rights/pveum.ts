import { createHash } from "node:crypto";

/** The user or token that gets rights. A token with privilege separation has only what both it and its user have, so both are named. */
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
 * Named after its content, so that an existing role of that name is the same. Names that begin with PVE in any case are reserved
 * (pve-access-control PVE/API2/Role.pm).
 */
export function roleName(path: string, privileges: readonly string[]): string {
    const area = AREAS[path.split("/")[1] ?? ""] ?? "System";
    const short = privileges.map((each) => each.slice(each.indexOf(".") + 1).replaceAll(".", ""));
    const digest = createHash("sha256").update(privileges.join()).digest("hex").slice(0, 6);
    return `Smb${area}.${short.length <= 3 ? short.join(".") : digest}`;
}

/** root@pam needs no rights; its tokens do. */
const whoOf = ({ user, token }: Grantee): string[] => [
    ...(user === "root@pam" && token !== undefined ? [] : ["--users", user]),
    ...(token === undefined ? [] : ["--tokens", token]),
];

/** Removes these privileges where they were granted. The roles stay: others may use them, and alone they grant nothing. */
export function revokeCommands(grants: ReadonlyMap<string, readonly string[]>, grantee: Grantee): string[][] {
    return [...grants].map(([path, privileges]) => [
        ...["pveum", "acl", "delete", path],
        ...whoOf(grantee),
        ...["--roles", roleName(path, privileges)],
    ]);
}

/** Commands that grant privileges by path (see `united`): first each role once, then the ACLs. */
export function grantCommands(grants: ReadonlyMap<string, readonly string[]>, { user, token }: Grantee): string[][] {
    const roles = new Map([...grants].map(([path, privileges]) => [roleName(path, privileges), privileges]));
    const who = whoOf({ user, token });
    return [
        ...[...roles].map(([name, privileges]) => ["pveum", "role", "add", name, "--privs", privileges.join()]),
        ...[...grants].map(([path, privileges]) => ["pveum", "acl", "modify", path, ...who, "--roles", roleName(path, privileges)]),
    ];
}
