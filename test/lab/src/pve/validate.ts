/**
 * Parameter checks in PVE's words and order (libpve-common-perl JSONSchema.pm: check_prop, check_type, check_object, check_format).
 * Values are strings or arrays; JSON objects arrive as they are and are refused by type.
 */
import { FormatError, namedCheck, propertyFormats } from "./formats";
import { splitList } from "./lists";
import { PropertyStringError, parsePropertyString } from "./property-string";
import { perlPattern, propertySchema, type Schema } from "./schema";

export type Value = string | Value[] | { [key: string]: Value };
export type Errors = Record<string, string>;

const isNumber = (text: string): boolean => /^\s*-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(text);

function add(errors: Errors, path: string, text: string): void {
    errors[path] ??= text;
}

function checkType(path: string, type: string, value: Value, errors: Errors): boolean {
    const fail = (got?: string): boolean => {
        add(errors, path, `type check ('${type}') failed${got === undefined ? "" : ` - got ${got}`}`);
        return false;
    };
    if (type === "array") return Array.isArray(value) || fail();
    if (type === "object") return (typeof value === "object" && !Array.isArray(value)) || fail();
    if (typeof value !== "string") return fail(Array.isArray(value) ? "ARRAY" : "HASH");
    if (type === "boolean") return value === "0" || value === "1" || fail(`'${value}'`);
    if (type === "integer") return /^[+-]?\d+$/.test(value) || fail(`'${value}'`);
    if (type === "number") return isNumber(value) || fail(`'${value}'`);
    return true;
}

/** Throws FormatError or PropertyStringError with what stands behind `invalid format - `. */
export function checkFormat(format: string | Record<string, Schema>, value: string, path: string): void {
    if (typeof format !== "string") {
        parsePropertyString(format, value, path);
        return;
    }
    const parts = propertyFormats[format];
    if (parts) {
        parsePropertyString(parts, value, path);
        return;
    }
    const direct = namedCheck(format);
    if (direct) return direct(value);
    if (format.endsWith("-list")) {
        const each = namedCheck(format.slice(0, -"-list".length));
        if (each) for (const entry of splitList(value)) each(entry);
    }
    if (format.endsWith("-opt") && value !== "") namedCheck(format.slice(0, -"-opt".length))?.(value);
}

function checkText(value: string, schema: Schema, path: string, errors: Errors): void {
    if (schema.format !== undefined) {
        try {
            checkFormat(schema.format, value, path);
        } catch (error) {
            if (!(error instanceof FormatError) && !(error instanceof PropertyStringError)) throw error;
            add(errors, path, `invalid format - ${error instanceof PropertyStringError ? error.text() : `${error.message}\n`}`);
            return;
        }
    }
    if (schema.pattern !== undefined && !perlPattern(schema.pattern).test(value))
        return add(errors, path, "value does not match the regex pattern");
    if (schema.maxLength !== undefined && [...value].length > schema.maxLength)
        return add(errors, path, `value may only be ${schema.maxLength} characters long`);
    if (schema.minLength !== undefined && [...value].length < schema.minLength)
        return add(errors, path, `value must be at least ${schema.minLength} characters long`);
    if (isNumber(value)) {
        if (schema.maximum !== undefined && Number(value) > Number(schema.maximum))
            return add(errors, path, `value must have a maximum value of ${schema.maximum}`);
        if (schema.minimum !== undefined && Number(value) < Number(schema.minimum))
            return add(errors, path, `value must have a minimum value of ${schema.minimum}`);
    }
    if (schema.enum && !schema.enum.some((entry) => String(entry) === value))
        add(errors, path, `value '${value}' does not have a value in the enumeration '${schema.enum.join(", ")}'`);
}

export function checkProperty(value: Value | undefined, schema: Schema, path: string, errors: Errors): void {
    if (value === undefined) {
        if (!schema.optional && !schema.alias && schema.type !== "null") add(errors, path, "property is missing and it is not optional");
        return;
    }
    if (schema.type !== undefined && !checkType(path, schema.type, value, errors)) return;
    if (Array.isArray(value)) {
        const items = schema.items;
        if (items) value.forEach((entry, index) => checkProperty(entry, items, `${path}[${index}]`, errors));
    } else if (typeof value === "object") {
        if (schema.properties) checkObject(value, schema.properties, path, errors);
    } else {
        checkText(value, schema, path, errors);
    }
}

/** All keys of a schema, then all keys of the value; unknown ones are refused. `path` is the prefix of the error keys. */
export function checkObject(value: Record<string, Value>, properties: Record<string, Schema>, path: string, errors: Errors): void {
    const at = (key: string): string => (path === "" ? key : `${path}.${key}`);
    for (const [key, schema] of Object.entries(properties)) if (!key.endsWith("[n]")) checkProperty(value[key], schema, at(key), errors);
    for (const [key, entry] of Object.entries(value)) {
        const schema = propertySchema(properties, key);
        if (!schema) {
            add(errors, at(key), "property is not defined in schema and the schema does not allow additional properties");
            continue;
        }
        if (!Object.hasOwn(properties, key)) checkProperty(entry, schema, at(key), errors);
        if (schema.requires !== undefined && value[schema.requires] === undefined)
            add(errors, at(schema.requires), `missing property required by '${at(key)}'`);
    }
}
