import * as z from "zod";
import { parsed } from "../base/json";

const mark = z.object({
    key: z.string().catch(""),
    nonce: z.string(),
    phase: z.enum(["forming", "formed"]).catch("forming"),
});

/** The record of a cluster: on each gateway (CTDB.mark), beside the shared data and beside the lock. */
export interface ClusterMark {
    key: string;
    nonce: string;
    /** On a gateway. `forming`: its databases are not the cluster's yet. */
    phase?: "forming" | "formed";
}

export const markText = (content: ClusterMark): string => `${JSON.stringify({ v: 1, ...content })}\n`;

export const parseMark = (text: string | undefined): ClusterMark | undefined => parsed(mark, text);

/** Whether a mark is of this cluster, or of an earlier life of it (a lost create, a lost state). No mark is nobody's. */
export const isOurs = ({ nonce, key }: Pick<ClusterMark, "nonce" | "key">, found: ClusterMark): boolean =>
    found.nonce === nonce || found.key === key;
