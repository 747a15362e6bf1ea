import { randomUUID, timingSafeEqual } from "node:crypto";
import { PveError } from "../pve/errors";
import type { User } from "./access-control";
import { userOf } from "./call";
import type { Lab } from "./lab";

function same(one: string, other: string): boolean {
    const left = Buffer.from(one);
    const right = Buffer.from(other);
    return left.length === right.length && timingSafeEqual(left, right);
}

const expired = (expire: number): boolean => expire !== 0 && expire * 1000 < Date.now();

const active = (user: User | undefined): user is User => user !== undefined && user.enable && !expired(user.expire);

/** A password, or a still valid ticket in its place (that is how tickets are renewed). */
export function authenticate(lab: Lab, username: string, secret: string): boolean {
    const user = lab.access.users.get(username);
    if (!active(user)) return false;
    if (lab.tickets.verify(secret) === username) return true;
    return user.password !== undefined && same(user.password, secret);
}

export function newSecret(): string {
    return randomUUID();
}

export interface Credentials {
    authorization?: string;
    cookie?: string;
    csrf?: string;
}

const refused = (reason: string): PveError => new PveError(401, reason);

function byToken(lab: Lab, header: string): string {
    const match = /^PVEAPIToken[= ](.+)$/.exec(decodeURIComponent(header.replace(/%(?![0-9A-Fa-f]{2})/g, "%25")));
    const [identity = "", secret] = match?.[1]?.split(/=(.*)/s) ?? [];
    const token = lab.access.token(identity);
    if (
        secret === undefined ||
        !token ||
        !active(lab.access.users.get(userOf(identity))) ||
        expired(token.expire) ||
        !same(token.secret, secret)
    )
        throw refused("Authentication failed!");
    return identity;
}

/** Who sends the request; throws 401. A cookie counts before a token (pve-http-server). */
export function identify(lab: Lab, given: Credentials, writing: boolean): string {
    const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]+)/.exec(given.cookie ?? "")?.[1];
    if (cookie === undefined) {
        if (given.authorization === undefined || !given.authorization.startsWith("PVEAPIToken")) throw refused("No ticket");
        return byToken(lab, given.authorization);
    }
    const user = lab.tickets.verify(decodeURIComponent(cookie));
    if (user === undefined || !active(lab.access.users.get(user))) throw refused("Authentication failed!");
    if (writing && !(given.csrf !== undefined && lab.tickets.verifyCsrf(given.csrf, user)))
        throw refused("Permission denied - invalid csrf token");
    return user;
}
