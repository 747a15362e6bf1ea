/** Sizes as PVE writes and reads them. Everything inside the lab is bytes. */

const factor: Record<string, number> = { K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

/** Bytes of `512M`, `1.5G`, `4096` (no unit: bytes); undefined when it is no size (PVE::JSONSchema::parse_size). */
export function parseSize(text: string): number | undefined {
    const match = /^(\d+(?:\.\d+)?)([KMGT])?$/.exec(text);
    if (!match) return undefined;
    return Math.trunc(Number(match[1]) * (match[2] ? (factor[match[2]] ?? 1) : 1));
}

/** The largest unit that says it exactly, as written into configs: `3584M`, `1G` (PVE::JSONSchema::format_size). */
export function formatSize(bytes: number): string {
    if (bytes === 0) return "0T";
    let unit = "";
    let value = bytes;
    for (const next of ["K", "M", "G", "T"]) {
        if (value % 1024 !== 0) break;
        value /= 1024;
        unit = next;
    }
    return `${value}${unit}`;
}

/** Bytes of the number in `<storage>:<GiB>`, in whole MiB as PVE rounds it. */
export function gibibytes(text: string): number {
    return Math.trunc(Number(text) * 1024) * 1024 ** 2;
}
