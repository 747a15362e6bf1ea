import * as z from "zod";
import { parsed } from "../base/json";

/** What our programs and `ip` say on a gateway, whose root can say anything: undefined when it is none of theirs. */

const occupied = z.record(z.string(), z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/));

/** program/occupied.py: the hardware address by each address that somebody has. */
export const parseOccupied = (text: string): Record<string, string> | undefined => parsed(occupied, text);

/** Of a file, as the kernel has it; over 2^53 JSON.parse rounds it, alike for all. */
const fileNumber = z.number().min(0);
const coherence = (count: number) =>
    z.object({
        faults: z.array(z.tuple([z.enum(["directory", "lock"]), z.string()])).max(10),
        /** Gateways of which it sees nothing. */
        unseen: z
            .array(
                z
                    .int()
                    .min(0)
                    .max(count - 1),
            )
            .max(count)
            .optional(),
        file: z.tuple([fileNumber, fileNumber]).optional(),
    });
export type Coherence = z.infer<ReturnType<typeof coherence>>;

/** program/coherence.py, on one of `count` gateways. */
export const parseCoherence = (text: string, count: number): Coherence | undefined => parsed(coherence(count), text);

const link = z.object({
    ifname: z.string(),
    addr_info: z.array(z.object({ family: z.string().optional(), local: z.string().optional() })).optional(),
});

export interface Interfaces {
    names: string[];
    /** Interface by each IPv4 address that it has. */
    addresses: Map<string, string>;
}

/** `ip -json address` */
export function parseInterfaces(text: string | undefined): Interfaces | undefined {
    const links = parsed(z.array(link), text);
    return (
        links && {
            names: links.map(({ ifname }) => ifname),
            addresses: new Map(
                links.flatMap(({ ifname, addr_info: all = [] }) =>
                    all.flatMap(({ family, local }): [string, string][] =>
                        family === "inet" && local !== undefined ? [[local, ifname]] : [],
                    ),
                ),
            ),
        }
    );
}
