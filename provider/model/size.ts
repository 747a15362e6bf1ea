import * as z from "zod";

export const KIB = 2 ** 10;
export const MIB = 2 ** 20;

const UNITS: Record<string, number> = { B: 1, KiB: KIB, MiB: MIB, GiB: 2 ** 30, TiB: 2 ** 40, PiB: 2 ** 50 };
const PATTERN = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB|PiB)$/;

/** Bytes of a size as users write it ("4GiB"); undefined if it is not a size. */
export function parseSize(text: string): number | undefined {
    const match = PATTERN.exec(text.trim());
    if (!match) return undefined;
    const bytes = Number(match[1]) * (UNITS[match[2] ?? ""] ?? NaN);
    return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes of a size that passed check. */
export function bytesOf(text: string): number {
    const bytes = parseSize(text);
    if (bytes === undefined) throw new Error(`not a size: ${text}`);
    return bytes;
}

/** The shortest exact spelling: 4294967296 -> "4GiB". */
export function formatSize(bytes: number): string {
    for (const [unit, factor] of Object.entries(UNITS).reverse())
        if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
    return `${bytes}B`;
}

/** Of a schema made by `size`, its bounds in words. */
const bounds = new WeakMap<z.ZodType, string>();

export const boundsText = (schema: z.ZodType): string | undefined => bounds.get(schema);

/** A size with a binary unit, within bounds. */
export function size({ min, max = "1PiB", multipleOf = "1B" }: { min: string; max?: string; multipleOf?: string }): z.ZodString {
    const [low, high, step] = [bytesOf(min), bytesOf(max), bytesOf(multipleOf)];
    const schema = z.string().check((ctx) => {
        const bytes = parseSize(ctx.value);
        const message =
            bytes === undefined
                ? 'must be a size with a binary unit such as "512MiB" or "4GiB"'
                : bytes < low
                  ? `must be at least ${min}`
                  : bytes > high
                    ? `must be at most ${max}`
                    : bytes % step !== 0
                      ? `must be a multiple of ${multipleOf}`
                      : undefined;
        if (message) ctx.issues.push({ code: "custom", message, input: ctx.value });
    });
    // One byte is no bound that anybody needs to know.
    const atLeast = low > 1 ? [`at least ${min}`] : [];
    const inSteps = step > 1 ? [`a multiple of ${multipleOf}`] : [];
    const text = [...atLeast, ...inSteps].join(", ");
    if (text !== "") bounds.set(schema, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
    return schema;
}
