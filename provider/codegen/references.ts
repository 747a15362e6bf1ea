import type { z } from "zod";
import { gatewayRef } from "../model/connection";
import { shareRef } from "../model/share/ref";

/** A type that stands for a resource: users give the resource itself, the SDK makes the reference of it. */
export interface Reference {
    /** `SmbGateway` */
    kind: string;
    /** The SDK's type for such a resource, and its function that makes a reference of one; both in `module`. */
    like: string;
    input: string;
    module: string;
    /** TypeScript for the resource's own `ref`, inside its constructor, and what it is. */
    own: string;
    meaning: string;
}

export const references = new Map<z.ZodType, Reference>([
    [
        gatewayRef,
        {
            kind: "SmbGateway",
            like: "GatewayLike",
            input: "gatewayInput",
            module: "../gateway",
            own: "refOf(this, args)",
            meaning: "What shares and users of other stacks keep of this gateway.",
        },
    ],
    [
        shareRef,
        {
            kind: "SmbShare",
            like: "ShareLike",
            input: "shareInput",
            module: "../share",
            own: "shareRefOf(this, args)",
            meaning: "What quotas of other stacks keep of this share.",
        },
    ],
]);
