import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Schema } from "./schema";

export type Version = "8.4" | "9.1" | "9.2";

/** `["perm", "/vms/{vmid}", ["VM.Audit"], "any", 1]`, `["or", ...]` and so on. */
export type PermissionTest = [string, ...unknown[]];

export interface MethodSchema {
    parameters: Schema;
    permissions?: { check?: PermissionTest; user?: string };
    /** Runs in pvedaemon. */
    protected?: number;
    /** 0: an API token may not use it. */
    allowtoken?: number;
    /** The parameter that names the node it runs on. */
    proxyto?: string;
}

export interface Match {
    /** `GET /nodes/{node}/lxc`. */
    key: string;
    schema: MethodSchema;
    /** Parameters taken from the path. */
    path: Record<string, string>;
}

interface Route {
    parts: string[];
    key: string;
    schema: MethodSchema;
}

/** The methods of one version of PVE that the lab knows. */
export class MethodTable {
    private readonly routes: Route[];

    constructor(readonly version: Version) {
        const text = readFileSync(join(__dirname, "..", "..", "schema", `pve-${version}.json`), "utf8");
        const methods = JSON.parse(text) as Record<string, MethodSchema>;
        this.routes = Object.entries(methods).map(([key, schema]) => ({ key, schema, parts: key.slice(key.indexOf(" ") + 1).split("/") }));
    }

    keys(): string[] {
        return this.routes.map((route) => route.key);
    }

    schema(key: string): MethodSchema | undefined {
        return this.routes.find((route) => route.key === key)?.schema;
    }

    /** `path` is still percent-encoded; `{volume}` and `{poolid}`-like parts take one path segment each. */
    find(verb: string, path: string): Match | undefined {
        const parts = path.replace(/\/+$/, "").split("/");
        const matching = this.routes.filter(
            (route) =>
                route.key.startsWith(`${verb} `) &&
                route.parts.length === parts.length &&
                route.parts.every((part, index) => part === parts[index] || (part.startsWith("{") && parts[index] !== "")),
        );
        const route = matching.sort((one, other) => wildcards(one) - wildcards(other))[0];
        if (!route) return undefined;
        const found: Record<string, string> = {};
        route.parts.forEach((part, index) => {
            if (part.startsWith("{")) found[part.slice(1, -1)] = decodeURIComponent(parts[index] ?? "");
        });
        return { key: route.key, schema: route.schema, path: found };
    }
}

function wildcards(route: Route): number {
    return route.parts.filter((part) => part.startsWith("{")).length;
}
