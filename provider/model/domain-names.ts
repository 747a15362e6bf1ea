/** A computer's account is its NetBIOS name and `$`; 15 bytes are what the name service and the NetBIOS field of a ticket hold. */
export const LONGEST_NETBIOS = 15;

/** A range of uids and gids: `60000-65533`. */
export const ID_RANGE = /^[1-9]\d{0,9}-[1-9]\d{0,9}$/;

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

/**
 * Why a text is no organizational unit that `net` can make an account in. It takes a path of units with `/` between them, so names in it
 * cannot hold one (ads_build_path() in source3/libads/ldap.c).
 */
export function unitFault(dn: string, domain: string | undefined): string | undefined {
    const parts = unitParts(dn);
    if (parts === undefined)
        return "must be the distinguished name of an organizational unit, such as OU=Gateways,OU=Servers,DC=ad,DC=example,DC=com, without escaped signs";
    const base = parts.domain.toLowerCase();
    return domain === undefined || base === domain.toLowerCase()
        ? undefined
        : `must be in the domain ${domain.toLowerCase()}, and is in ${base}`;
}

/** `OU=A,OU=B,DC=x,DC=y` as names from the inside out, and the domain. */
export function unitParts(dn: string): { units: string[]; domain: string } | undefined {
    const parts = dn.split(",").map((part) => /^\s*(OU|DC)=([^\\/"+<>;=#]+?)\s*$/i.exec(part));
    const units: string[] = [];
    const labels: string[] = [];
    for (const part of parts) {
        if (part === null) return undefined;
        const [, kind = "", name = ""] = part;
        if (kind.toUpperCase() === "OU") {
            if (labels.length > 0) return undefined;
            units.push(name.trim());
        } else labels.push(name.trim());
    }
    return units.length > 0 && labels.length > 1 ? { units, domain: labels.join(".") } : undefined;
}
