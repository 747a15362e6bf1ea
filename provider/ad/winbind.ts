import { domainFault, realmOf, workgroupFault } from "./names";
import { PvesmbError } from "../base/errors";
import { idmapLines } from "./idmap";
import type { IdmapSettings } from "./idmap";
import type { GlobalLines } from "./lines";

export interface MemberSettings {
    /** The domain's DNS name, and its NetBIOS name as a controller said it. */
    domain: string;
    workgroup: string;
    idmap: IdmapSettings;
    /** Controllers to be asked first; others are found by DNS all the same. */
    servers?: readonly string[] | undefined;
    /** Accounts of other domains; only with a range for each. */
    trusted?: boolean;
    homeDirectory?: string;
    shell?: string;
}

/** What makes smbd and winbindd a member of the domain. They stand in place of `workgroup` and `server role` of a stand-alone server. */
export function memberLines(settings: MemberSettings): GlobalLines {
    const { domain, workgroup, idmap, servers = [], trusted = false, homeDirectory, shell } = settings;
    refuse("domain", domain, domainFault(domain));
    refuse("workgroup", workgroup, workgroupFault(workgroup));
    for (const server of servers) refuse("servers", server, serverFault(server));
    return [
        ["workgroup", workgroup.toUpperCase()],
        ["realm", realmOf(domain)],
        ["server role", "member server"],
        ["security", "ads"],
        // Keys come from secrets.tdb: no keytab that gets old when winbindd changes the machine's password.
        ["kerberos method", "secrets only"],
        // Neither RC4 nor DES, whatever the domain still takes.
        ["kerberos encryption types", "strong"],
        ["client ldap sasl wrapping", "seal"],
        ["winbind use default domain", false],
        ["winbind enum users", false],
        ["winbind enum groups", false],
        ["allow trusted domains", trusted],
        ["template homedir", homeDirectory ?? "/nonexistent"],
        ["template shell", shell ?? "/usr/sbin/nologin"],
        // Without the star the list would end the search for others (smb.conf(5), "password server").
        ...(servers.length > 0 ? ([["password server", [...servers, "*"].join(" ")]] satisfies GlobalLines) : []),
        ...idmapLines(idmap),
    ];
}

function serverFault(server: string): string | undefined {
    return /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(server) ? undefined : "must be the name of a domain controller";
}

function refuse(property: string, value: string, fault: string | undefined): void {
    if (fault !== undefined) throw new PvesmbError("InvalidInput", `${property} ${JSON.stringify(value)} ${fault}`, { property });
}
