import { CONTROL } from "../../model/text";

/** What a controller says of itself and of us without a login: `net ads lookup --json` (a CLDAP ping). */
export interface ControllerFacts {
    /** Address that answered. */
    address: string;
    controller: string;
    domain: string;
    forest: string;
    /** The domain's NetBIOS name: asked, never guessed of the DNS name. */
    workgroup: string;
    /** Of the controller, and the one that our address belongs to; empty where no subnet of the domain holds it. */
    site: string;
    clientSite: string;
    writable: boolean;
}

/** Undefined when the text is none of it: an error message, half an answer. */
export function parseLookup(text: string): ControllerFacts | undefined {
    const facts = objectIn(text);
    const words = (name: string): string => wordsOf(facts?.[name]);
    const flags = facts?.["Flags"];
    const flag = (name: string): boolean =>
        typeof flags === "object" && flags !== null && (flags as Record<string, unknown>)[name] === true;
    if (words("Domain Controller") === "" || words("Pre-Win2k Domain") === "") return undefined;
    return {
        address: words("Information for Domain Controller"),
        controller: words("Domain Controller").replace(/^\\+/, ""),
        domain: words("Domain"),
        forest: words("Forest"),
        workgroup: words("Pre-Win2k Domain"),
        site: words("Server Site Name"),
        clientSite: words("Client Site Name"),
        writable: flag("Is writable"),
    };
}

/** What `net ads info --json` says, as well without a login. */
export interface DomainInfo {
    server: string;
    address: string;
    realm: string;
    kdc: string;
    /** The controller's clock less ours, in seconds. */
    offset: number;
    /** When this machine's password was changed last, in seconds since 1970; undefined: it has none. */
    passwordChanged?: number;
}

export function parseInfo(text: string): DomainInfo | undefined {
    const facts = objectIn(text);
    const words = (name: string): string => wordsOf(facts?.[name]);
    const offset = facts?.["Server time offset"];
    const changed = facts?.["Last machine account password change"];
    if (words("LDAP server name") === "" || typeof offset !== "number") return undefined;
    return {
        server: words("LDAP server name"),
        address: words("LDAP server"),
        realm: words("Realm"),
        kdc: words("KDC server"),
        offset,
        ...(typeof changed === "number" && changed > 0 ? { passwordChanged: changed } : {}),
    };
}

/** The JSON object in an output that may have warnings before it. */
function objectIn(text: string): Record<string, unknown> | undefined {
    const at = text.search(/^\{/m);
    if (at < 0) return undefined;
    try {
        const value: unknown = JSON.parse(text.slice(at, text.lastIndexOf("}") + 1));
        return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
    } catch {
        return undefined;
    }
}

/** A controller that nobody has vouched for says it: a line's end in a name would be a line of a report. */
const wordsOf = (value: unknown): string => (typeof value === "string" && !CONTROL.test(value) ? value : "");
