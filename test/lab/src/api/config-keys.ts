/** A guest's config keys: their schema, their parsed forms, and what they look like in an answer. */
import { propertyFormats } from "../pve/formats";
import type { MethodTable } from "../pve/method-table";
import { parsePropertyString, printPropertyString } from "../pve/property-string";
import { propertySchema, type Schema } from "../pve/schema";

const notOptions = new Set([
    "delete",
    "digest",
    "revert",
    "node",
    "vmid",
    "force",
    "skiplock",
    "background_delay",
    "import-working-storage",
]);

export class ConfigKeys {
    private readonly properties: Record<string, Schema>;
    private readonly options: Record<string, Schema>;

    constructor(table: MethodTable, kind: "lxc" | "qemu") {
        this.properties = table.schema(`POST /nodes/{node}/${kind}`)?.parameters.properties ?? {};
        this.options = table.schema(`PUT /nodes/{node}/${kind}/{vmid}/config`)?.parameters.properties ?? {};
    }

    /** Is it a config option at all (and not a parameter like `digest`)? */
    exists(key: string): boolean {
        return !notOptions.has(key) && propertySchema(this.options, key) !== undefined;
    }

    private format(key: string): Record<string, Schema> {
        const format = propertySchema(this.properties, key)?.format;
        const parts = typeof format === "string" ? propertyFormats[format] : format;
        if (parts === undefined) throw new Error(`'${key}' is no property string`);
        return parts;
    }

    /** Values in configs were checked when they were set; a missing one fails as in PVE, with the bare names of what it lacks. */
    parse(key: string, value: string): Record<string, string> {
        return parsePropertyString(this.format(key), value);
    }

    print(key: string, parts: Record<string, string | undefined>): string {
        return printPropertyString(this.format(key), parts);
    }

    /** As JSON: numbers and flags are numbers, everything else text. */
    json(key: string, value: string): string | number {
        const type = propertySchema(this.properties, key)?.type;
        return (type === "integer" || type === "number" || type === "boolean") && value !== "" && !Number.isNaN(Number(value))
            ? Number(value)
            : value;
    }
}
