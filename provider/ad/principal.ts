import { CONTROL } from "../model/text";
import { looksLikeSid, parseSid } from "./sid";
import type { Sid } from "./sid";
import { workgroupFault } from "./names";

/** Who is meant, as a program writes it: a local name, `DOMAIN\user`, `user@realm` or a SID. */
export type Principal =
    | { kind: "local"; name: string }
    | { kind: "domain"; domain: string; name: string }
    /** The suffix may be the realm or one that the forest has for its users: only a controller can tell. */
    | { kind: "upn"; name: string; suffix: string }
    | { kind: "sid"; sid: Sid };

/** Signs that no account's name has in a domain (sAMAccountName, [MS-SAMR] 3.1.1.6); blanks, `'`, `&` and letters of all scripts it may have. */
const FORBIDDEN = /["/\\[\]:;|=,+*?<>]/;
const LONGEST_NAME = 256;

/** The principal, or why the text is none. */
export function parsePrincipal(text: string): Principal | { fault: string } {
    if (looksLikeSid(text)) {
        const sid = parseSid(text);
        return sid === undefined ? { fault: "looks like a SID and is none: S-1-5-21-…-1105" } : { kind: "sid", sid };
    }
    const slash = text.indexOf("\\");
    if (slash >= 0) {
        const [domain, name] = [text.slice(0, slash), text.slice(slash + 1)];
        const fault = workgroupFault(domain);
        if (fault !== undefined) return { fault: `has ${JSON.stringify(domain)} before its backslash, which ${fault}` };
        return nameFault(name) ?? { kind: "domain", domain, name };
    }
    const at = text.lastIndexOf("@");
    if (at >= 0) {
        const [name, suffix] = [text.slice(0, at), text.slice(at + 1)];
        if (!/^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/.test(suffix))
            return { fault: `has ${JSON.stringify(suffix)} behind its @, which is no realm` };
        return nameFault(name) ?? { kind: "upn", name, suffix };
    }
    return nameFault(text) ?? { kind: "local", name: text };
}

function nameFault(name: string): { fault: string } | undefined {
    if (name === "") return { fault: "names nobody" };
    if (name.length > LONGEST_NAME) return { fault: `is longer than the ${LONGEST_NAME} characters that an account's name may have` };
    if (CONTROL.test(name)) return { fault: "must be one line without control characters" };
    if (name !== name.trim() || name.endsWith(".")) return { fault: "must not begin or end with a blank, or end with a dot" };
    const sign = FORBIDDEN.exec(name)?.[0];
    return sign === undefined ? undefined : { fault: `has ${sign}, which no account's name has` };
}

/** As Windows and wbinfo write it. The separator is a backslash: `winbind separator` is never set. */
export function principalText(principal: Principal): string {
    switch (principal.kind) {
        case "local":
            return principal.name;
        case "domain":
            return `${principal.domain}\\${principal.name}`;
        case "upn":
            return `${principal.name}@${principal.suffix}`;
        case "sid":
            return principal.sid;
    }
}

/** The same one under two spellings: domains and names are compared without case, as Active Directory does. */
export function samePrincipal(one: Principal, other: Principal): boolean {
    const key = (principal: Principal): string => `${principal.kind} ${principalText(principal).normalize("NFC").toLowerCase()}`;
    return key(one) === key(other);
}
