import type * as z from "zod";

/** A JSON text of a host, which is untrusted input; undefined when it is missing, no JSON or of another form. */
export function parsed<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
    try {
        return schema.safeParse(JSON.parse(text ?? "")).data;
    } catch {
        return undefined;
    }
}
