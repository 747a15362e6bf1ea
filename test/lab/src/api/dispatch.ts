/** One request through PVE's checks in PVE's order (pve-manager PVE/HTTPServer.pm: rest_handler; pve-common RESTHandler.pm: handle). */
import { MachineError } from "../machine";
import { PveError, badParameters, denied, died } from "../pve/errors";
import type { MethodSchema } from "../pve/method-table";
import { PropertyStringError } from "../pve/property-string";
import { propertySchema, type Schema } from "../pve/schema";
import { checkObject, checkProperty, type Errors, type Value } from "../pve/validate";
import type { Params } from "./call";
import type { Lab } from "./lab";
import { methods } from "./methods";
import { unknownNode } from "./methods/nodes";
import { checkMethod } from "./permission-test";

export interface Request {
    verb: string;
    /** Below /api2/json, percent-encoded. */
    path: string;
    params: Params;
    /** The node whose proxy took it. */
    via: string;
}

/** A node that does not answer its neighbours (pveproxy's own pseudo codes, pve-api.md 4.3). */
const noRoute = (): PveError => new PveError(595, "No route to host");

function mergePath(path: Record<string, string>, given: Params): Params {
    for (const [key, value] of Object.entries(path))
        if (given[key] !== undefined && given[key] !== value)
            throw badParameters({ [key]: "duplicate parameter (already defined in URI) with conflicting values!" });
    return { ...given, ...path };
}

/** Section configs of 9.2 come as `allOf` with one variant per `type`: flattened into the properties that apply. */
function propertiesOf(schema: Schema, params: Params): Record<string, Schema> {
    if (!schema.allOf && !schema.oneOf) return schema.properties ?? {};
    const parts = (schema.allOf ?? []).map((part) => propertiesOf(part, params));
    const type = params[schema["type-property"] ?? ""];
    const variants = schema.oneOf ?? [];
    const chosen = variants.find((variant) => variant["instance-type"] === type) ?? variants[0];
    const typed: Record<string, Schema> = schema["type-property"]
        ? { [schema["type-property"]]: { type: "string", enum: variants.map((variant) => variant["instance-type"] ?? "") } }
        : {};
    return Object.assign({}, ...parts, typed, chosen?.properties ?? {}) as Record<string, Schema>;
}

/** A single value for an array parameter is a list of one; a list for a `-list` parameter is joined (RESTHandler.pm). */
function convert(value: Value, schema: Schema | undefined): Value {
    if (schema?.type === "array" && !Array.isArray(value)) return [value];
    if (Array.isArray(value) && schema?.type === "string" && typeof schema.format === "string" && schema.format.endsWith("-list"))
        return value.filter((entry) => typeof entry === "string").join(",");
    return value;
}

export function validate(schema: MethodSchema, params: Params): Params {
    const properties = propertiesOf(schema.parameters, params);
    const errors: Errors = {};
    const converted: Params = {};
    for (const [key, value] of Object.entries(params)) converted[key] = convert(value, propertySchema(properties, key));
    if (schema.parameters.properties || schema.parameters.allOf || Object.keys(params).length > 0)
        checkObject(converted, properties, "", errors);
    else checkProperty(converted, schema.parameters, "", errors);
    if (Object.keys(errors).length > 0) throw badParameters(errors);
    return converted;
}

/** Reads may use any node's copy of the config; everything that runs on a node needs that node. */
async function reach(lab: Lab, schema: MethodSchema, request: Request, params: Params): Promise<void> {
    const node = schema.proxyto === undefined ? undefined : params[schema.proxyto];
    if (typeof node !== "string" || node === "localhost" || node === request.via) return;
    const known = lab.machine.nodes().find((entry) => entry.name === node);
    if (!known) throw unknownNode(node);
    if (!known.online) throw noRoute();
}

/** Writes that do not touch the cluster's file system; all others need quorum. */
const worksAlone = /^\/access\/ticket$|\/status\/(?:stop|shutdown)$|\/tasks\/[^/]+$/;

/** What the method returns; throws PveError for every refusal. */
export async function dispatch(lab: Lab, request: Request, identity: string): Promise<unknown> {
    const match = lab.table.find(request.verb, request.path);
    const method = match && methods[match.key];
    if (!match || !method) throw new PveError(501, `Method '${request.verb} ${request.path}' not implemented`);
    const params = mergePath(match.path, request.params);
    if (params["node"] === "localhost") params["node"] = request.via;
    if (identity.includes("!") && match.schema.allowtoken === 0)
        throw denied(`URI '${request.path}' not available with API token, need proper ticket.\n`);
    lab.refresh();
    checkMethod(lab.access, match.schema, identity, params);
    await reach(lab, match.schema, request, params);
    const checked = validate(match.schema, params);
    if (request.verb !== "GET" && !worksAlone.test(request.path)) lab.cluster.checkQuorum();
    try {
        return await method({ lab, identity, via: request.via, params: checked });
    } catch (error) {
        if (error instanceof PveError) throw error;
        if (error instanceof PropertyStringError) throw new PveError(500, error.message, error.errors);
        if (error instanceof MachineError) throw died(error.message);
        throw error;
    } finally {
        if (request.verb !== "GET") lab.changed();
    }
}

/** May be called without a login. */
export function isOpen(lab: Lab, verb: string, path: string): boolean {
    return lab.table.find(verb, path)?.schema.permissions?.user === "world";
}
