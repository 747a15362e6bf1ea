import type { Value } from "../pve/validate";
import type { Lab } from "./lab";

export type Params = Record<string, Value>;

/** One API call, past all checks that come before the method's own code. */
export interface Call {
    lab: Lab;
    /** `user@realm` or `user@realm!token`. */
    identity: string;
    /** The node whose pveproxy took the request. */
    via: string;
    params: Params;
}

export type Method = (call: Call) => unknown;
export type Methods = Record<string, Method>;

export function text(call: Call, key: string): string | undefined {
    const value = call.params[key];
    return typeof value === "string" ? value : undefined;
}

/** A parameter that the schema demands. */
export function need(call: Call, key: string): string {
    const value = text(call, key);
    if (value === undefined) throw new Error(`parameter '${key}' is not there although the schema demands it`);
    return value;
}

export function number(call: Call, key: string): number | undefined {
    const value = text(call, key);
    return value === undefined ? undefined : Number(value);
}

export function flag(call: Call, key: string, otherwise = false): boolean {
    const value = text(call, key);
    return value === undefined ? otherwise : value === "1";
}

export function list(call: Call, key: string): string[] {
    const value = call.params[key];
    return Array.isArray(value)
        ? value.filter((entry): entry is string => typeof entry === "string")
        : typeof value === "string"
          ? [value]
          : [];
}

/** All text parameters except the named ones. */
export function others(call: Call, ...without: string[]): Record<string, string> {
    const out: Record<string, string> = {};
    for (const [key, value] of Object.entries(call.params)) if (typeof value === "string" && !without.includes(key)) out[key] = value;
    return out;
}

/** The user of an identity, its token's name left out. */
export function userOf(identity: string): string {
    return identity.split("!")[0] ?? identity;
}
