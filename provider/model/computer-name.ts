import * as z from "zod";

/** A computer's name as DNS and NetBIOS have it: 1 to 15 letters, digits and hyphens, not digits only. */
export const computerName = (): z.ZodString =>
    z
        .string()
        .regex(
            /^(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,13}[A-Za-z0-9])?$/,
            "must be 1 to 15 letters, digits and -, not beginning or ending with - and not digits only",
        );
