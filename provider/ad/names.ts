import { finding } from "./finding";
import type { Finding } from "./finding";

/** A computer's account is its NetBIOS name and `$`; 15 bytes are what the name service and the NetBIOS field of a ticket hold. */
export const LONGEST_NETBIOS = 15;

/** Words that the directory and Windows keep for themselves (Microsoft's "Naming conventions in Active Directory", table of reserved words). */
const RESERVED = new Set(
    [
        ...["ANONYMOUS", "BATCH", "BUILTIN", "DIALUP", "DOMAIN", "ENTERPRISE", "INTERACTIVE", "INTERNET", "LOCAL", "NETWORK", "NULL"],
        ...["PROXY", "RESTRICTED", "SELF", "SERVER", "SERVICE", "SYSTEM", "USERS", "WORLD"],
    ].map((word) => word.toLowerCase()),
);

/** Why a computer cannot have this name in a domain; `property` is the input that it comes from. */
export function computerNameFindings(name: string, workgroup: string | undefined, property: string): Finding[] {
    const found: Finding[] = [];
    if (Buffer.byteLength(name) > LONGEST_NETBIOS)
        found.push(
            finding(
                "name-too-long",
                property,
                `${JSON.stringify(name)} has ${Buffer.byteLength(name)} characters and a computer's name in a domain at most ${LONGEST_NETBIOS}; ` +
                    `set ${property} to a shorter one, it may differ from the host name`,
            ),
        );
    // What DNS takes as well: one name for both, or tickets and names do not meet.
    if (!/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name))
        found.push(
            finding(
                "name-not-allowed",
                property,
                `${JSON.stringify(name)} has other signs than letters, digits and "-" within; DNS and Kerberos need the same name as the computer account`,
            ),
        );
    else if (/^[0-9]+$/.test(name))
        found.push(finding("name-not-allowed", property, `${JSON.stringify(name)} is digits only, which Windows takes for an address`));
    else if (RESERVED.has(name.toLowerCase()))
        found.push(finding("name-not-allowed", property, `${JSON.stringify(name)} is a word that Active Directory keeps for itself`));
    if (workgroup !== undefined && name.toLowerCase() === workgroup.toLowerCase())
        found.push(
            finding(
                "name-is-workgroup",
                property,
                `${JSON.stringify(name)} is the domain's own NetBIOS name; the computer needs another one`,
            ),
        );
    return found;
}

/** Why a text is no DNS name of a domain. */
export function domainFault(domain: string): string | undefined {
    if (domain.length > 253) return "must have at most 253 characters";
    const labels = domain.split(".");
    if (labels.length < 2) return "must be the domain's full DNS name, such as ad.example.com, not its short one";
    const wrong = labels.find((label) => !/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label));
    return wrong === undefined ? undefined : `must be a DNS name: ${JSON.stringify(wrong)} cannot stand between its dots`;
}

/** Why a text is no NetBIOS name of a domain. Windows allows a dot in old domains; Samba and DNS suffixes do not get along with it. */
export function workgroupFault(workgroup: string): string | undefined {
    if (workgroup === "" || Buffer.byteLength(workgroup) > LONGEST_NETBIOS) return `must have 1 to ${LONGEST_NETBIOS} characters`;
    return /^[A-Za-z0-9]([A-Za-z0-9_&'!$()~^{}@-]*[A-Za-z0-9_])?$/.test(workgroup)
        ? undefined
        : "must be a NetBIOS name: letters, digits and few signs, no blank and no dot";
}

/** Kerberos's name of a domain. */
export const realmOf = (domain: string): string => domain.toUpperCase();

export const sameDomain = (one: string, other: string): boolean =>
    one.replace(/\.$/, "").toLowerCase() === other.replace(/\.$/, "").toLowerCase();
