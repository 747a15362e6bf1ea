/** Parameters of one call. Absent ones are left out, arrays repeat their key. */
export type Params = Record<string, string | number | boolean | readonly string[] | undefined>;

/**
 * Form encoding as PVE reads it (pve-api.md 1.1): booleans are 1/0 and nothing else; `;` separates parameters like `&`, so it is
 * percent-encoded, as everything is that could be read in two ways.
 */
export function encodeForm(params: Params): string {
    const parts: string[] = [];
    for (const [key, given] of Object.entries(params)) {
        if (given === undefined) continue;
        for (const value of Array.isArray(given) ? (given as readonly string[]) : [given])
            parts.push(`${encodeURIComponent(key)}=${encodeURIComponent(typeof value === "boolean" ? Number(value) : String(value))}`);
    }
    return parts.join("&");
}

/** A path of the API: route`/nodes/${node}/lxc/${vmid}`; what is put in is percent-encoded (volume ids and UPIDs need it). */
export function route(parts: TemplateStringsArray, ...values: (string | number)[]): string {
    return parts.map((part, index) => part + (index < values.length ? encodeURIComponent(String(values[index])) : "")).join("");
}

/** The node that a path names. */
export function nodeOf(path: string): string | undefined {
    const match = /^\/nodes\/([^/?]+)/.exec(path);
    return match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
}
