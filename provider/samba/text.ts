import { PvesmbError } from "../base/errors";

/** Anything that would not stay one value of one line: control characters, a joined next line, lost blanks; and Samba's substitutions. */

const UNSAFE = /[\u0000-\u001f\u007f\u0085\u2028\u2029]|\\$|^\s|\s$/;

/** Text in which Samba's substitutions (`%U`), or strftime's, are meant; everywhere else a % is refused. */
export interface Macros {
    macros: string;
}

/** One setting of a section, and the property of the resource that it comes from. */
export interface Line {
    property: string;
    name: string;
    value: string | boolean | number | Macros;
}

/**
 * One `name = value` line of smb.conf. The only place that makes config text of a value; it refuses what smb.conf cannot represent
 * instead of changing it (samba.md section 0, facts 5 and 6: Samba's own tools accept section injections).
 */
export function option(name: string, value: Line["value"]): string {
    if (!/^[A-Za-z][A-Za-z0-9 _:.-]*$/.test(name))
        throw new PvesmbError("InvalidInput", `smb.conf has no option named ${JSON.stringify(name)}`);
    const text = valueText(value);
    if (UNSAFE.test(text) || (typeof value === "string" && value.includes("%")))
        throw new PvesmbError("InvalidInput", `smb.conf cannot hold this value of \`${name}\` safely: ${JSON.stringify(text)}`);
    return `\t${name} = ${text}\n`;
}

/** A value as smb.conf writes it. */
export function valueText(value: Line["value"]): string {
    if (typeof value === "boolean") return value ? "yes" : "no";
    return typeof value === "object" ? value.macros : String(value);
}

export function section(name: string): string {
    if (name === "" || /[\u0000-\u001f\u007f%\][]/.test(name))
        throw new PvesmbError("InvalidInput", `smb.conf cannot name a section ${JSON.stringify(name)}`);
    return `[${name}]\n`;
}

export interface Section {
    name: string;
    /** Names as Samba compares them: lower case, blanks and underscores dropped. */
    options: Map<string, string>;
    /** The same names as they are written. */
    spelling: Map<string, string>;
}

/** How Samba compares option names. */
export function optionKey(name: string): string {
    return name.toLowerCase().replace(/[\s_]+/g, "");
}

/** Reads smb.conf text as Samba does: comments, joined lines, sections. */
export function parseSections(text: string): Section[] {
    const sections: Section[] = [];
    for (const raw of text.replace(/\\\n/g, "").split("\n")) {
        const line = raw.trim();
        if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
        const head = /^\[(.*)\]$/.exec(line);
        if (head) {
            sections.push({ name: (head[1] ?? "").trim(), options: new Map(), spelling: new Map() });
            continue;
        }
        const at = line.indexOf("=");
        const into = sections.at(-1);
        if (at <= 0 || into === undefined) continue;
        const name = line.slice(0, at).trim();
        into.options.set(optionKey(name), line.slice(at + 1).trim());
        into.spelling.set(optionKey(name), name);
    }
    return sections;
}

export function parseBoolean(text: string | undefined): boolean | undefined {
    if (text === undefined) return undefined;
    const word = text.toLowerCase();
    return ["yes", "true", "on", "1"].includes(word) ? true : ["no", "false", "off", "0"].includes(word) ? false : undefined;
}
