import * as z from "zod";
import { asset } from "../base/asset";
import { parseInfo, parseLookup } from "./answers/domain";
import type { ControllerFacts, DomainInfo } from "./answers/domain";
import { parsed } from "../base/json";
import { serviceNames } from "./answers/srv";
import type { ServiceRecord } from "./answers/srv";

/** A look at a domain without a login: program/probe.py. Without `services` only the host itself is looked at, and its name in DNS. */
export const probeCommand = (name: string, wish: { domain: string; computerName?: string; controllers: boolean }) => ({
    name,
    argv: ["python3", "-I", "-c", asset("ad/program/probe.py")],
    stdin: JSON.stringify({ ...wish, services: wish.controllers ? serviceNames(wish.domain) : [] }),
    timeout: 60,
});

const text = z.string().catch("");
const number = z.number().catch(0);
const texts = z.array(text).catch([]);

const record = z
    .tuple([number, number, number, text])
    .transform(([priority, weight, port, target]): ServiceRecord => ({ priority, weight, port, target }));
/** A nameserver's records of a name; null: it did not answer. */
const records = z
    .array(record)
    .nullable()
    .catch([])
    .transform((found) => found ?? undefined);
/** Addresses of both families that a server of the domain's zone has for our name; null: it did not answer. */
const addresses = z
    .array(z.array(text).nullable())
    .catch([])
    .transform((families) => (families.every((each) => each === null) ? undefined : families.flatMap((each) => each ?? [])));
const controller = z.object({ lookup: text, info: text, closed: z.array(number).catch([]) }).catch({ lookup: "", info: "", closed: [] });

/** What every answer of the program has. */
const there = <T extends z.ZodType>(schema: T) =>
    z
        .unknown()
        .refine((value: unknown): boolean => value !== undefined)
        .pipe(schema);

const answer = z.object({
    nameservers: there(z.record(z.string(), z.record(z.string(), records).catch({})).catch({})),
    own: z.record(z.string(), addresses).catch({}),
    controllers: z.record(z.string(), controller).catch({}),
    /** Ids that the host has. */
    ids: there(number),
    /** NetBIOS name of the gateway's configuration, and its host name. */
    netbios: text,
    hostname: text,
    /** Of this host. */
    addresses: texts,
    /** Files of another membership, of sssd. */
    sssd: texts,
});

export interface Probe extends Omit<z.infer<typeof answer>, "controllers"> {
    controllers: readonly ControllerFacts[];
    info?: DomainInfo;
    /** Ports of controllers that could not be reached. */
    closed: { controller: string; port: number }[];
}

/** Undefined when it is no answer of the program. */
export function parseProbe(stdout: string): Probe | undefined {
    const all = parsed(answer, stdout);
    if (all === undefined) return undefined;
    const controllers = Object.entries(all.controllers);
    const [info] = controllers.flatMap(([, { info }]) => parseInfo(info) ?? []);
    return {
        ...all,
        controllers: controllers.flatMap(([, { lookup }]) => parseLookup(lookup) ?? []),
        ...(info === undefined ? {} : { info }),
        closed: controllers.flatMap(([name, { closed }]) => closed.map((port) => ({ controller: name, port }))),
    };
}
