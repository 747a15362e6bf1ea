import * as z from "zod";
import { workgroupFault } from "./domain-names";
import { parseSid } from "./sid";
import type { Sid } from "./sid";
import { accountName, CONTROL, HALF } from "./text";

/** Who is meant, as a program writes it: a local name, `DOMAIN\user`, `user@realm` or a SID. */
export type Principal =
    | { kind: "local"; name: string }
    | { kind: "domain"; domain: string; name: string }
    /** The suffix may be the realm or one that the forest has for its users: only a controller can tell. */
    | { kind: "upn"; name: string; suffix: string }
    | { kind: "sid"; sid: Sid };

/** Signs that no account's name has in a domain (sAMAccountName, [MS-SAMR] 3.1.1.6); blanks, `'`, `&` and letters of all scripts it may have. */
const FORBIDDEN = /["/\\[\]:;|=,+*?<>]/;
/** In bytes: what wbinfo keeps of a name and cuts off behind (fstring in lib/util/fault.h: 256 with the end). */
const LONGEST_NAME = 255;

/** `s-1-team` is a local account. */
const BEGINS_LIKE_A_SID = /^s-1-[0-9]+-[0-9]/i;

/** The principal, or why the text is none. */
export function parsePrincipal(text: string): Principal | { fault: string } {
    if (BEGINS_LIKE_A_SID.test(text)) {
        const sid = parseSid(text);
        return sid === undefined
            ? { fault: "must be a whole SID, such as S-1-5-21-1-2-3-1105, since it begins like one" }
            : { kind: "sid", sid };
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
            return { fault: `must have a realm or another suffix of the domain behind its @, not ${JSON.stringify(suffix)}` };
        return nameFault(name) ?? { kind: "upn", name, suffix };
    }
    return nameFault(text) ?? { kind: "local", name: text };
}

function nameFault(name: string): { fault: string } | undefined {
    if (name === "") return { fault: "must have the name of an account" };
    if (Buffer.byteLength(name) > LONGEST_NAME) return { fault: `must have at most ${LONGEST_NAME} bytes in the name of an account` };
    if (CONTROL.test(name) || HALF.test(name)) return { fault: "must be one line without control characters" };
    if (name !== name.trim() || name.endsWith(".")) return { fault: "must not begin or end with a blank, or end with a dot" };
    const sign = FORBIDDEN.exec(name)?.[0];
    return sign === undefined ? undefined : { fault: `must not contain ${sign} in the name of an account` };
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

/** A local account by its name, or one of the gateway's domain: `DOMAIN\\name`, `name@realm`, SID. Whether it exists turns out on the gateway. */
export const principalName = (): z.ZodString =>
    z.string().check((ctx) => {
        const principal = parsePrincipal(ctx.value);
        const local = "fault" in principal ? !/[\\@]/.test(ctx.value) && !BEGINS_LIKE_A_SID.test(ctx.value) : principal.kind === "local";
        const fault = local
            ? accountName()
                  .safeParse(ctx.value)
                  .error?.issues.map(({ message }) => `${message}; an account of a domain is DOMAIN\\name, name@realm or a SID`)[0]
            : "fault" in principal
              ? principal.fault
              : undefined;
        if (fault !== undefined) ctx.issues.push({ code: "custom", message: fault, input: ctx.value });
    });

/** Whether a name that the model has accepted is of a domain. */
export function isOfDomain(name: string): boolean {
    const principal = parsePrincipal(name);
    return !("fault" in principal) && principal.kind !== "local";
}
