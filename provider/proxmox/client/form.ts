/** Parameters of one call. Undefined ones are omitted, arrays repeat their key. */
export type Params = Record<string, string | number | boolean | readonly string[] | undefined>;

/**
 * Form encoding for PVE (pve-api.md 1.1): booleans are 1/0; everything ambiguous is percent-encoded, also `;`, which separates parameters
 * like `&`.
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

/** An API path: route`/nodes/${node}/lxc/${vmid}`. Values are percent-encoded; volume ids and UPIDs need it. */
export function route(parts: TemplateStringsArray, ...values: (string | number)[]): string {
    return parts.map((part, index) => part + (index < values.length ? encodeURIComponent(String(values[index])) : "")).join("");
}

/** The node in a path. */
export function nodeOf(path: string): string | undefined {
    const match = /^\/nodes\/([^/?]+)/.exec(path);
    return match?.[1] === undefined ? undefined : decodeURIComponent(match[1]);
}
