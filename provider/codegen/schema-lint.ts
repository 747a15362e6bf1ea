type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

const PROPERTY_KEYS = new Set([
    "type",
    "items",
    "additionalProperties",
    "$ref",
    "description",
    "secret",
    "willReplaceOnChanges",
    "deprecationMessage",
]);
const RESERVED = ["urn", "id", "pulumi"];

/** Finds errors that Pulumi's metaschema accepts (pulumi.md 2.4): dangling references, misspelt keys, unknown names in `required`. */
export function lintSchema(schema: Json): string[] {
    const types = isObject(schema["types"]) ? schema["types"] : {};
    const faults: string[] = [];

    const checkType = (at: string, spec: unknown): void => {
        if (!isObject(spec)) return void faults.push(`${at}: is no object`);
        for (const key of Object.keys(spec)) if (!PROPERTY_KEYS.has(key)) faults.push(`${at}: unknown key ${key}`);
        const ref = spec["$ref"];
        if (typeof ref === "string" && !Object.hasOwn(types, ref.replace(/^#\/types\//, "")))
            faults.push(`${at}: dangling reference ${ref}`);
        if (ref === undefined && spec["type"] === undefined) faults.push(`${at}: has neither type nor $ref`);
        if (spec["type"] === "array") checkType(`${at}[]`, spec["items"]);
        if (spec["additionalProperties"] !== undefined) checkType(`${at}{}`, spec["additionalProperties"]);
    };
    const checkProperties = (at: string, properties: unknown, required: unknown): void => {
        const own = isObject(properties) ? properties : {};
        for (const [name, spec] of Object.entries(own)) {
            checkType(`${at}.${name}`, spec);
            if (!isObject(spec) || typeof spec["description"] !== "string" || spec["description"] === "")
                faults.push(`${at}.${name}: has no description`);
            if (!/^[a-z][A-Za-z0-9]*$/.test(name)) faults.push(`${at}.${name}: is not a name that every language can have`);
        }
        for (const name of Array.isArray(required) ? required : [])
            if (!Object.hasOwn(own, String(name))) faults.push(`${at}: requires ${String(name)}, which it does not have`);
    };

    for (const [token, type] of Object.entries(types))
        if (isObject(type) && !type["enum"]) checkProperties(token, type["properties"], type["required"]);
    for (const [token, resource] of Object.entries(isObject(schema["resources"]) ? schema["resources"] : {})) {
        if (!isObject(resource)) continue;
        checkProperties(`${token} (input)`, resource["inputProperties"], resource["requiredInputs"]);
        checkProperties(token, resource["properties"], resource["required"]);
        for (const name of RESERVED)
            if (isObject(resource["properties"]) && Object.hasOwn(resource["properties"], name))
                faults.push(`${token}.${name}: is Pulumi's own name`);
    }
    for (const token of [...Object.keys(types), ...Object.keys(isObject(schema["resources"]) ? schema["resources"] : {})])
        if (!/^pvesmb:index:[A-Z][A-Za-z0-9]*$/.test(token)) faults.push(`${token}: is no token of this package`);
    return faults;
}
