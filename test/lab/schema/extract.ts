/**
 * Makes the lab's schema data from Proxmox's API documentation data: names, types, formats, ranges and permissions of the methods in
 * scope.ts, without any prose (descriptions are under another licence).
 *
 *     npx tsx test/lab/schema/extract.ts <apidoc.json> <version>
 *
 * The input is the flattened API viewer data, `{ paths: { "/path": { GET: {...} } } }`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scope } from "./scope";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const schemaKeys = new Set(
    "type optional format default enum minimum maximum minLength maxLength pattern properties additionalProperties items alias keyAlias default_key requires allOf oneOf type-property instance-types instance-type".split(
        " ",
    ),
);

/** A schema node with only the keys that validation needs. `default` stays only as a plain value (prose defaults go). */
function strip(node: Json, named: boolean): Json {
    if (Array.isArray(node)) return node.map((entry) => strip(entry, false));
    if (node === null || typeof node !== "object") return node;
    const out: { [key: string]: Json } = {};
    for (const key of Object.keys(node).sort()) {
        const value = node[key] ?? null;
        if (!named && !schemaKeys.has(key)) continue;
        if (!named && key === "default" && typeof value === "string" && value.includes(" ")) continue;
        const children = !named && (key === "properties" || key === "format");
        out[key] = !named && (key === "enum" || key === "default") ? value : strip(value, children);
    }
    return out;
}

function extract(file: string, version: string): void {
    const paths = (JSON.parse(readFileSync(file, "utf8")) as { paths: Record<string, Record<string, Record<string, Json>>> }).paths;
    const lines: string[] = [];
    for (const [path, verbs] of Object.entries(scope)) {
        for (const verb of verbs.split(" ")) {
            const method = paths[path]?.[verb];
            if (!method) continue;
            const permissions = method["permissions"] as { [key: string]: Json } | undefined;
            const kept: { [key: string]: Json } = { parameters: strip(method["parameters"] ?? {}, false) };
            if (permissions) kept["permissions"] = Object.fromEntries(Object.entries(permissions).filter(([key]) => key === "check" || key === "user"));
            for (const key of ["protected", "allowtoken", "proxyto"]) if (method[key] !== undefined) kept[key] = method[key] ?? null;
            lines.push(`${JSON.stringify(`${verb} ${path}`)}: ${JSON.stringify(kept)}`);
        }
    }
    writeFileSync(join(__dirname, `pve-${version}.json`), `{\n${lines.join(",\n")}\n}\n`);
}

const [file, version] = process.argv.slice(2);
if (!file || !version) throw new Error("usage: extract.ts <apidoc.json> <version>");
extract(file, version);
