import * as z from "zod";
import { parsed } from "../base/json";
import { ID_RANGE } from "../model/domain-names";
import { dnsNameOf } from "./names";

/** What a text may lack is empty then. */
const text = z.string().catch("");

const backend = z.literal("ad").optional().catch(undefined);

/** The mark of a membership (DOMAIN.mark). */
const mark = z.object({
    key: text,
    nonce: z.string().min(1),
    /** `joining`: the account's name was free, or ours, when the join began; whatever has it now is ours. */
    phase: z.enum(["joining", "joined"]).catch("joining"),
    domain: z.string().min(1),
    workgroup: text,
    computerName: text,
    idRange: z.string().regex(ID_RANGE).catch(""),
    /** Absent: rid. */
    backend,
});
export type DomainMark = z.infer<typeof mark>;

const optional = z.string().min(1).optional().catch(undefined);

/**
 * What is kept beside the data (DOMAIN.kept), also after a leave: files have owners of this range. Root of another gateway with the same data
 * can write it: the range goes to smb.conf, and is checked like one of the program's.
 */
const kept = z.object({
    domain: z.string().min(1),
    idRange: z.string().regex(ID_RANGE),
    backend,
    computerName: optional,
    /** The account is ours, whichever host of this data it served before. */
    accountSid: optional,
});
export type KeptIds = z.infer<typeof kept>;

export const markText = (content: DomainMark): string => `${JSON.stringify({ v: 1, ...content })}\n`;
export const keptText = (content: KeptIds): string => `${JSON.stringify({ v: 1, ...content })}\n`;

/** Undefined: there is none, or it is no mark. */
export const parseMark = (content: string | undefined): DomainMark | undefined => parsed(mark, content);
export const parseKept = (content: string | undefined): KeptIds | undefined => parsed(kept, content);

/** The gateway's full name in DNS once it is a member, from the text of its mark. */
export function memberNameIn(content: string | undefined): string | undefined {
    const found = parseMark(content);
    return found?.phase === "joined" ? dnsNameOf(found) : undefined;
}
