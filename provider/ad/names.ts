import { LONGEST_NETBIOS } from "../model/domain-names";
import { finding } from "./finding";
import type { Finding } from "./finding";

export { domainFault, LONGEST_NETBIOS, workgroupFault } from "../model/domain-names";

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

/** Kerberos's name of a domain. */
export const realmOf = (domain: string): string => domain.toUpperCase();

/** A member's full name in DNS. */
export const dnsNameOf = ({ computerName, domain }: { computerName: string; domain: string }): string =>
    `${computerName}.${domain}`.toLowerCase();

/** Of a distinguished name. */
export const parentOf = (dn: string): string => dn.slice(dn.indexOf(",") + 1);

/** The same place in the directory: without case, and without blanks behind commas. */
export const sameUnit = (one: string, other: string): boolean => plainName(one) === plainName(other);

const plainName = (dn: string): string =>
    dn
        .split(",")
        .map((part) => part.trim())
        .join(",")
        .toLowerCase();

export const sameDomain = (one: string, other: string): boolean =>
    one.replace(/\.$/, "").toLowerCase() === other.replace(/\.$/, "").toLowerCase();
