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
        brings: NO_SHRINKING,
    }),
    initialSize: field(size({ min, multipleOf: "1MiB" }).optional(), {
        description: `Size of ${volume} when it is made; from then on it is the business of a Quota, or of Proxmox VE.`,
        compare: "ignore",
    }),
});
