import { NO_SHRINKING } from "./consequences";
import { field } from "./meta";
import { size } from "./size";

/**
 * Only one side sets a volume's size (docs/decisions/0010): with `size` always the program, with `initialSize` the program only at
 * creation.
 */
export const volumeSizes = (volume: string, min: string) => ({
    size: field(size({ min, multipleOf: "1MiB" }).optional(), {
        description: `Size of ${volume}; it can grow. Or give \`initialSize\`.`,
        compare: "bytes",
        effect: NO_SHRINKING,
    }),
    initialSize: field(size({ min, multipleOf: "1MiB" }).optional(), {
        description: `Size of ${volume} when it is created; after that it is managed by a Quota or in Proxmox VE.`,
        compare: "ignore",
    }),
});
