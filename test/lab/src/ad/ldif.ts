/** One entry as LDIF has it (RFC 2849); attributes by their names in lower case, in the order they came. */
export interface Entry {
    dn: string;
    attributes: Record<string, string[]>;
}

/** One change; a value is text, several texts, or bytes. */
export type Value = string | Buffer | readonly string[];

/** Reads what ldbsearch prints: comments, referrals and counts are not entries. */
export function parseLdif(text: string): Entry[] {
    const entries: Entry[] = [];
    for (const line of text.replace(/\r?\n /g, "").split("\n")) {
        const found = /^([A-Za-z0-9;.-]+):(:?) ?(.*)$/.exec(line);
        if (!found) continue;
        const [, name = "", coded, raw = ""] = found;
        const value = coded ? Buffer.from(raw, "base64").toString() : raw;
        if (name === "dn") entries.push({ dn: value, attributes: {} });
        else if (name !== "ref") ((entries.at(-1)?.attributes ?? {})[name.toLowerCase()] ??= []).push(value);
    }
    return entries;
}

/** An entry to be added; every value in base64, so that none can be anything but a value. */
export function additionLdif(dn: string, attributes: Record<string, Value | undefined>): string {
    return record(dn, [["changetype", "add"]], valueLines(attributes));
}

/** Attributes to be replaced by these values, or added to. */
export function changeLdif(dn: string, how: "replace" | "add" | "delete", attributes: Record<string, Value>): string {
    const parts = Object.entries(attributes).map(([name, value]) => [`${how}: ${name}`, ...valueLines({ [name]: value }), "-"]);
    return record(dn, [["changetype", "modify"]], parts.flat());
}

function record(dn: string, head: [string, string][], rest: string[]): string {
    return [`dn:: ${coded(dn)}`, ...head.map(([name, value]) => `${name}: ${value}`), ...rest, "", ""].join("\n");
}

function valueLines(attributes: Record<string, Value | undefined>): string[] {
    return Object.entries(attributes).flatMap(([name, value]) =>
        (Array.isArray(value) ? (value as string[]) : value === undefined ? [] : [value as string | Buffer]).map(
            (one) => `${name}:: ${coded(one)}`,
        ),
    );
}

const coded = (value: string | Buffer): string => Buffer.from(value as string).toString("base64");

/** A value within a search filter (RFC 4515). */
export function filterValue(value: string): string {
    return value.replace(/[*()\\\0]/g, (sign) => `\\${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A value within a distinguished name (RFC 4514). */
export function dnValue(value: string): string {
    return value
        .replace(/[,+"\\<>;=]/g, (sign) => `\\${sign}`)
        .replace(/^[ #]/, (sign) => `\\${sign}`)
        .replace(/ $/, "\\ ");
}
