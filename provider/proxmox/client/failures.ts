import { scrub } from "../../base/scrub";
import { row, text as textOf } from "../values/scalars";
import { meaningOf, PveError } from "./known-errors";

/** An HTTP response. */
export interface Answer {
    status: number;
    /** The reason phrase; before PVE 8.4 only it held the error text (pve-api.md 1.2). */
    reason: string;
    /** Parsed JSON, or undefined. */
    body: unknown;
}

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The request, for messages. */
export interface Attempt {
    method: Method;
    path: string;
    endpoint: string;
    /** `user@realm` or `user@realm!token`. */
    identity: string;
    /** Where its credentials were given. */
    authSource?: string;
}

/** The failure for an answer other than 200. */
export function failureOf(answer: Answer, attempt: Attempt): PveError {
    const { status, reason } = answer;
    const said = cleaned(textOf(row(answer.body)["message"]) ?? reason);
    const details = { status, reason: scrub(reason), errors: errorsOf(answer.body) };
    const make = (kind: PveError["kind"], message: string, more: object = {}): PveError =>
        new PveError(kind, scrub(`${message} (${attempt.method} ${attempt.path} at ${attempt.endpoint})`), { ...details, ...more });

    const kept = keptForRoot(said, details.errors);
    if (kept !== undefined) return make("Denied", onlyRoot(attempt.identity, kept));
    if (status === 400) return invalid(said, details.errors, make);
    if (status === 401) return make("Denied", unauthenticated(said, attempt));
    if (status === 403) return make("Denied", forbidden(said, attempt));
    if (status === 501) return make("RemoteFailed", `this Proxmox VE does not have this API call: ${said}`, { says: "method missing" });
    // Pseudo codes of pveproxy: 595 means the node or daemon was not reached, 596 to 599 that it broke off later or took more than 30 s.
    if (status === 595)
        return make("Unreachable", `the node or its pvedaemon does not respond: ${said}`, { dispatched: false, again: true });
    if (status >= 596 && status <= 599)
        return make("Unreachable", `the API proxy timed out, the operation may still be running: ${said}`, { dispatched: true });
    if (status === 502 || status === 503 || status === 504)
        return make("Unreachable", `the proxy in front of the API returned ${status} ${said}`, { dispatched: true });
    if (status !== 500) return make("RemoteFailed", `this is not a response of the Proxmox VE API: ${status} ${said}; check the endpoint`);
    if (/^400 Parameter verification failed/.test(said)) return invalid(said, nestedErrors(said), make);

    const meaning = meaningOf(said);
    if (!meaning) return make("RemoteFailed", `Proxmox VE says: ${said}`);
    const hint = meaning.hint ? `; ${meaning.hint}` : "";
    const dispatched = meaning.kind === "Unreachable" ? true : undefined;
    return make(meaning.kind, `Proxmox VE says: ${said}${hint}`, {
        says: meaning.says,
        again: meaning.again,
        property: meaning.property,
        dispatched,
    });
}

type Make = (kind: PveError["kind"], message: string, more?: object) => PveError;

function invalid(said: string, errors: Record<string, string> | undefined, make: Make): PveError {
    const words = Object.entries(errors ?? {}).map(([name, why]) => `${name}: ${oneLine(why)}`);
    return make("InvalidInput", `Proxmox VE rejected the parameters: ${words.length > 0 ? words.join("; ") : said}`, { errors });
}

/** Parameter errors raised inside a locked section arrive as 500 with one error per line (pve-api.md 1.2). */
function nestedErrors(said: string): Record<string, string> | undefined {
    const pairs = said.split("\n").flatMap((line): [string, string][] => {
        const match = /^([\w[\]-]+): (.+)$/.exec(line);
        return match ? [[match[1] ?? "", match[2] ?? ""]] : [];
    });
    return pairs.length > 0 ? Object.fromEntries(pairs) : undefined;
}

function errorsOf(body: unknown): Record<string, string> | undefined {
    const entries = Object.entries(row(row(body)["errors"]));
    return entries.length > 0 ? Object.fromEntries(entries.map(([name, why]) => [name, scrub((textOf(why) ?? "").trim())])) : undefined;
}

function unauthenticated(said: string, { identity, endpoint, authSource = "" }: Attempt): string {
    const rejected = `Proxmox VE at ${endpoint} rejected the credentials of ${identity} (${said || "no reason given"}): they may be wrong, expired or disabled`;
    if (authSource === "") return rejected;
    // What the environment says holds for every operation; all else refresh and destroy take from the state.
    return authSource.startsWith("environment")
        ? `${rejected}; they come from the ${authSource}`
        : `${rejected}; they come from ${authSource}, of which refresh and destroy still use the value of the last \`pulumi up\`: correct it and run that first, or set PROXMOX_VE_API_TOKEN, or PROXMOX_VE_USERNAME and PROXMOX_VE_PASSWORD`;
}

/**
 * PVE's text when only root@pam may do this: in a 403, for VMs a 500, for some parameters a 400 (pve-api.md 2.1). One such parameter
 * decides, whatever else is wrong.
 */
function keptForRoot(said: string, errors: Record<string, string> = {}): string | undefined {
    const words = /only allowed for root@pam|^only root can set '|^Only root can pass |^Only root may (?:use|set) this option/;
    if (words.test(said)) return said;
    const found = Object.entries(errors).find(([, why]) => words.test(why));
    return found && `${found[0]}: ${found[1]}`;
}

const onlyRoot = (identity: string, said: string): string =>
    `${identity} is not allowed to do this; only root@pam with a password is, no API token: ${said}`;

/** A 403 names only the first missing privilege (pve-api.md 2.3). */
function forbidden(said: string, { identity }: Attempt): string {
    if (said.includes("not available with API token")) return `API tokens cannot use this call; log in with a password instead: ${said}`;
    const missing = /\((\/[^,)]*), ([^)]+)\)/.exec(said);
    return missing
        ? lacking(identity, (missing[2] ?? "").replaceAll("|", " or "), missing[1] ?? "")
        : `${identity} is not allowed to do this: ${said}`;
}

export function lacking(identity: string, privilege: string, path: string): string {
    const hint = identity.includes("!")
        ? `; a token with privilege separation (the default) needs it twice, for the user and for the token: pveum acl modify ${path} --tokens '${identity}' --roles ROLE`
        : "";
    return `${identity} is missing the privilege ${privilege} on ${path}${hint}`;
}

/** Removes ` at FILE line N`, which Perl appends to texts without a line end (pve-api.md 1.2). */
function cleaned(said: string): string {
    return said.trim().replace(/ at \/usr\/\S+ line \d+\.?$/, "");
}

function oneLine(said: string): string {
    return said
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && line !== "invalid format - format error")
        .join(", ");
}
