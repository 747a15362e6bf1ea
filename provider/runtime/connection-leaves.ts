import * as z from "zod";
import type { Failure } from "../base/handler";
import { hide } from "../base/scrub";
import { connectionInputs, type ConnectionInputs, sshInputs } from "../model/connection";
import { bare, metaOf } from "../model/meta";

/** One value of the connection and its source. */
export interface Leaf<T> {
    value: T | undefined;
    /** 0: the resource, 1: the environment, 2: stack config; Infinity: nowhere. */
    rank: number;
    /** What has that rank, for messages. */
    source?: string;
    /** `connection.ssh.privateKey` */
    path: string;
    /** Environment variables that may set it. */
    env: string[];
    /** Undefined for commands, which have no resource and read no stack config. */
    configKey: string | undefined;
}

type Api = Omit<ConnectionInputs, "ssh">;
type Ssh = NonNullable<ConnectionInputs["ssh"]>;
type LeavesOf<T> = { [K in keyof Required<T>]: Leaf<NonNullable<T[K]>> };
export type PveLeaves = LeavesOf<Api>;
export type SshLeaves = LeavesOf<Ssh>;

export interface Choice<T> {
    leaf: Leaf<unknown>;
    make(): T | undefined;
}

/** The choice from the highest source; among equals the first. */
export function chooseBest<T>(choices: Choice<T>[]): T | undefined {
    const ranked = choices.filter(({ leaf }) => leaf.rank !== Infinity).sort((a, b) => a.leaf.rank - b.leaf.rank);
    for (const choice of ranked) {
        const made = choice.make();
        if (made !== undefined) return made;
    }
    return undefined;
}

/** Undefined for commands: then only the environment counts. */
export type Config = ((key: string) => string | undefined) | undefined;
interface Finding {
    value: unknown;
    rank: number;
    /** The source, for messages. */
    source: string;
}

/** Where to look values up. */
export interface Sources {
    resource: ConnectionInputs | undefined;
    env: NodeJS.ProcessEnv;
    config: Config;
}

/** All values for Proxmox VE. A malformed value counts as found but is undefined. */
export function pveLeaves({ resource, env, config }: Sources, faults: Failure[]): PveLeaves {
    const { ssh: _shape, ...shape } = connectionInputs.shape;
    const { ssh: _ssh, ...given } = resource ?? {};
    return leavesOf(shape, "", given, env, config && ((name) => config(`pvesmb:${name}`)), faults) as unknown as PveLeaves;
}

/** All values for SSH. */
export function sshLeaves({ resource, env, config }: Sources, faults: Failure[]): SshLeaves {
    const object = objectOf(config?.("pvesmb:ssh"), faults);
    const nested = config && ((name: string): unknown => config(`pvesmb:ssh.${name}`) || object[name]);
    return leavesOf(sshInputs.shape, "ssh.", resource?.ssh ?? {}, env, nested, faults) as unknown as SshLeaves;
}

function leavesOf(
    shape: Record<string, z.ZodType>,
    prefix: string,
    resource: Record<string, unknown>,
    env: NodeJS.ProcessEnv,
    config: ((name: string) => unknown) | undefined,
    faults: Failure[],
): Record<string, Leaf<unknown>> {
    const leaf = ([name, schema]: [string, z.ZodType]): [string, Leaf<unknown>] => {
        const names = metaOf(schema)?.env ?? [];
        const base = { path: `connection.${prefix}${name}`, env: names, configKey: config && `pvesmb:${prefix}${name}` };
        const findings: Finding[] = [
            { value: resource[name], rank: 0, source: base.path },
            ...names.map((variable) => ({ value: env[variable], rank: 1, source: `environment variable ${variable}` })),
            ...(config ? [{ value: config(name), rank: 2, source: `stack config ${base.configKey}` }] : []),
        ];
        const found = findings.find(({ value }) => value !== undefined && value !== null && value !== "");
        if (!found) return [name, { ...base, value: undefined, rank: Infinity }];
        return [name, { ...base, value: accept(schema, found, base.path, faults), rank: found.rank, source: found.source }];
    };
    return Object.fromEntries(Object.entries(shape).map(leaf));
}

function accept(schema: z.ZodType, found: Finding, property: string, faults: Failure[]): unknown {
    const secret = metaOf(schema)?.secret === true;
    if (secret && typeof found.value === "string") for (const text of new Set([found.value, asMeant(found.value)])) hide(text);
    const parsed = schema.safeParse(typeof found.value === "string" ? fromText(bare(schema), asMeant(found.value)) : found.value);
    if (parsed.success) return parsed.data;
    const reasons = parsed.error.issues.map((issue) => [issue.path.join("."), issue.message].filter(Boolean).join(" ")).join("; ");
    faults.push({ property, reason: `${found.source}: ${reasons}` });
    return undefined;
}

/** Without what reading a whole file brings along: a byte order mark, and the end of its last line, as Unix or Windows writes it. */
const asMeant = (text: string): string => text.replace(/^\ufeff/, "").replace(/[\r\n]+$/, "");

/**
 * Converts text from environment and stack config to the type in the model: boolean, number, comma-separated list, JSON. Other text is left
 * for the model to refuse.
 */
function fromText(schema: z.ZodType, text: string): unknown {
    if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return text;
    if (schema instanceof z.ZodBoolean)
        return (
            { true: true, "1": true, yes: true, on: true, false: false, "0": false, no: false, off: false }[text.trim().toLowerCase()] ??
            text
        );
    if (schema instanceof z.ZodArray && !text.trim().startsWith("[")) return text.split(",").map((part) => part.trim());
    if (schema instanceof z.ZodNumber) return /^\d+$/.test(text.trim()) ? Number(text) : text;
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

function objectOf(text: string | undefined, faults: Failure[]): Record<string, unknown> {
    if (!text) return {};
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        value = undefined;
    }
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    faults.push({
        property: "connection.ssh",
        reason: "stack config pvesmb:ssh: must be a JSON object, such as `pulumi config set --path pvesmb:ssh.username root` creates",
    });
    return {};
}
