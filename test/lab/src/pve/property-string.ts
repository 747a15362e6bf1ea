/** Comma-separated `key=value` strings such as `net0` and `mp0` (libpve-common-perl JSONSchema.pm: parse_property_string). */
import { checkObject, type Errors } from "./validate";
import type { Schema } from "./schema";

export class PropertyStringError extends Error {
    constructor(
        message: string,
        readonly errors: Errors = {},
    ) {
        super(message);
    }

    /** As PVE prints it inside another text, line feeds included. */
    text(): string {
        return `${this.message}\n${Object.entries(this.errors)
            .map(([key, text]) => `${key}: ${text}\n`)
            .join("")}`;
    }
}

const yes = /^(?:1|on|yes|true)$/i;
const no = /^(?:0|off|no|false)$/i;

/** `1` or `0` for the spellings that PVE accepts inside property strings, the text itself for anything else. */
const asBoolean = (text: string): string => (yes.test(text) ? "1" : no.test(text) ? "0" : text);

/** The parts without checking them: aliases resolved, booleans as `0` and `1`. */
function split(format: Record<string, Schema>, text: string): Record<string, string> {
    const out: Record<string, string> = {};
    const fail = (message: string): never => {
        throw new PropertyStringError(message);
    };
    for (const part of text.split(",")) {
        if (/^\s*$/.test(part)) continue;
        const match = /^([^=]+)=(.+)$/s.exec(part);
        if (match) {
            let key = match[1] ?? "";
            let value = match[2] ?? "";
            if (Object.hasOwn(out, key)) fail(`duplicate key in comma-separated list property: ${key}`);
            const alias = Object.hasOwn(format, key) ? format[key]?.alias : undefined;
            if (alias !== undefined) {
                const keyAlias = format[key]?.keyAlias;
                if (keyAlias !== undefined) {
                    if (Object.hasOwn(out, keyAlias)) fail(`key alias '${keyAlias}' is already defined`);
                    out[keyAlias] = key;
                }
                key = alias;
            }
            if (format[key]?.type === "boolean") value = asBoolean(value);
            out[key] = value;
        } else if (!part.includes("=")) {
            const key = Object.keys(format).find((name) => format[name]?.default_key);
            if (key === undefined) return fail("value without key, but schema does not define a default key");
            if (Object.hasOwn(out, key)) fail(`duplicate key in comma-separated list property: ${key}`);
            out[key] = format[key]?.type === "boolean" ? asBoolean(part) : part;
        } else {
            fail("missing key in comma-separated list property");
        }
    }
    return out;
}

/** Parses and checks; throws PropertyStringError in PVE's words. `path` is the parameter it stands in, for the error keys. */
export function parsePropertyString(format: Record<string, Schema>, text: string, path = ""): Record<string, string> {
    const out = split(format, text);
    const errors: Errors = {};
    checkObject(out, format, path, errors);
    if (Object.keys(errors).length > 0) throw new PropertyStringError("format error", errors);
    return out;
}

/**
 * Prints as PVE does: the default key's value first, then required keys, then the others by name. A key that stands for another one
 * (`model` in `virtio=<mac>`) is printed as that pair, in front.
 */
export function printPropertyString(format: Record<string, Schema>, value: Record<string, string | undefined>): string {
    const left = new Set(Object.keys(value).filter((key) => value[key] !== undefined));
    const parts: string[] = [];
    const first = Object.keys(format).find((key) => format[key]?.default_key);
    if (first !== undefined && left.delete(first)) {
        const aliased = Object.values(format).find((schema) => schema.keyAlias === first)?.alias;
        if (aliased !== undefined && left.delete(aliased)) parts.push(`${value[first]}=${value[aliased]}`);
        else parts.push(`${value[first]}`);
    }
    const keys = [...left].sort();
    for (const key of [...keys.filter((name) => !format[name]?.optional), ...keys.filter((name) => format[name]?.optional)])
        parts.push(`${key}=${value[key]}`);
    return parts.join(",");
}
