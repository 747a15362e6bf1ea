/** datacenter.cfg (pve-cluster PVE/DataCenterConfig.pm; pve-manager PVE/API2/Cluster.pm: get_options, set_options). */
import { died } from "../../pve/errors";
import { splitList } from "../../pve/lists";
import { defaultMacPrefix } from "../../pve/mac";
import { parsePropertyString } from "../../pve/property-string";
import type { Schema } from "../../pve/schema";
import { others, text, type Call, type Methods } from "../call";

const schemaOf = (call: Call): Record<string, Schema> => call.lab.table.schema("PUT /cluster/options")?.parameters.properties ?? {};

/** Options that are read as objects; `bwlimit` is a property string, too, but stays text. */
function parsed(format: Record<string, Schema>, value: string): Record<string, unknown> {
    const parts = Object.entries(parsePropertyString(format, value));
    return Object.fromEntries(parts.map(([key, part]) => [key, format[key]?.type === "boolean" ? Number(part) : part]));
}

/** The file as PVE reads it: a description and a prefix are always there. */
function read(call: Call): Record<string, unknown> {
    const schema = schemaOf(call);
    const { options } = call.lab.cluster;
    const values = Object.entries(options).map(([key, value]): [string, unknown] => {
        const format = schema[key]?.format;
        if (key === "registered-tags") return [key, value.split(";")];
        if (key === "bwlimit" || typeof format !== "object") return [key, schema[key]?.type === "boolean" ? Number(value) : value];
        const object = parsed(format, value);
        if (typeof object["user-allow-list"] === "string") object["user-allow-list"] = object["user-allow-list"].split(";");
        return [key, object];
    });
    const description = (options["description"] ?? "").replace(/\n+$/, "");
    return {
        mac_prefix: defaultMacPrefix,
        ...Object.fromEntries(values),
        description: description === "" ? "" : `${description}\n`,
    };
}

/** pve-guest-common GuestHelpers.pm: get_allowed_tags. */
function allowedTags(call: Call): string[] {
    const { access, cluster } = call.lab;
    const privileged = access.has(call.identity, "/", "Sys.Modify");
    const registered = splitList(cluster.options["registered-tags"]);
    const tagRules = cluster.options["user-tag-access"];
    const format = schemaOf(call)["user-tag-access"]?.format;
    const rules = tagRules === undefined || typeof format !== "object" ? {} : parsePropertyString(format, tagRules);
    const allow = rules["user-allow"] ?? "free";
    const found = new Set(allow !== "none" || privileged ? splitList(rules["user-allow-list"]) : []);
    if (allow === "free" || allow === "existing" || privileged)
        for (const guest of cluster.guests.values())
            if (privileged || access.has(call.identity, `/vms/${guest.vmid}`, "VM.Audit"))
                for (const tag of splitList(guest.config.values["tags"])) found.add(tag);
    for (const tag of registered)
        if (privileged) found.add(tag);
        else found.delete(tag);
    return [...found].sort();
}

function get(call: Call): unknown {
    const all = read(call);
    const some = Object.fromEntries(Object.entries(all).filter(([key]) => key === "console" || key === "tag-style"));
    return { ...(call.lab.access.has(call.identity, "/", "Sys.Audit") ? all : some), "allowed-tags": allowedTags(call) };
}

function checkIdRange(value: string, format: Record<string, Schema>): void {
    const { lower = "100", upper = "1000000" } = parsePropertyString(format, value);
    if (Number(lower) > Number(upper)) throw died(`lower (${lower}) <= upper (${upper}) boundary rule broken`);
}

function set(call: Call): null {
    const { cluster } = call.lab;
    const next: Record<string, string> = { ...cluster.options, ...others(call, "delete") };
    for (const key of splitList(text(call, "delete"))) delete next[key];
    const format = schemaOf(call)["next-id"]?.format;
    if (next["next-id"] !== undefined && typeof format === "object") checkIdRange(next["next-id"], format);
    if (next["mac_prefix"]?.toUpperCase() === defaultMacPrefix) delete next["mac_prefix"];
    if (next["console"] === "applet") next["console"] = "html5";
    cluster.options = next;
    return null;
}

export const datacenterMethods: Methods = { "GET /cluster/options": get, "PUT /cluster/options": set };
