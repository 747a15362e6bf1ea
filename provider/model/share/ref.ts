import * as z from "zod";
import { childInputs } from "../common";
import { field, named } from "../meta";
import { size } from "../size";
import { absolutePath } from "../text";

/** What a quota stores of its share: the share's id and arguments, so that an update of the share does not change its quota. */
export const shareRef = z.strictObject({
    id: field(z.string().regex(/^[0-9a-f]{16}$/, "must be the `ref` of an SmbShare"), {
        description: "The share's id.",
        replace: "it limits that share",
        identity: true,
    }),
    gateway: childInputs.gateway,
    path: field(absolutePath().optional(), {
        description: "The share's `path`, where the program gives one: a share that moves takes its quota along.",
    }),
    size: field(size({ min: "16MiB", multipleOf: "1MiB" }).optional(), {
        description: "The share's `volume.size`, where the program declares one: the size then has a writer already.",
        compare: "bytes",
        from: "volume.size",
    }),
});
named(shareRef, { name: "ShareRef", reference: "What quotas of other stacks keep of this share." });

export type ShareRef = z.infer<typeof shareRef>;
