import { PvesmbError } from "../base/errors";
import { optionKey } from "../model/options/synonyms";
import { lineFault } from "../model/text";

/** Text with Samba's substitutions (`%U`) or strftime's; in all other text a % is refused. */
export interface Macros {
    macros: string;
}

/** A list. Elements that Samba would split are quoted (str_list_make_v3() in source3/lib/util_str.c). */
export interface Words {
    words: readonly string[];
}

/** One setting of a section, and the resource property that it comes from. */
export interface Line {
    property: string;
    name: string;
    value: string | boolean | number | Macros | Words;
}

/**
 * One `name = value` line of smb.conf. The only place that turns a value into config text. It refuses what smb.conf cannot represent
 * instead of changing it (samba.md section 0, facts 5 and 6: Samba's own tools accept section injections).
 */
export function option(name: string, value: Line["value"]): string {
    // `*` as in `idmap config * : range`.
    if (!/^[A-Za-z][A-Za-z0-9 _:.*-]*$/.test(name) && !DOMAIN_OPTION.test(name))
        throw new PvesmbError("InvalidInput", `smb.conf has no option named ${JSON.stringify(name)}`);
    const text = valueText(value);
    const [words, macros] = typeof value === "object" && "words" in value ? [value.words, false] : [[text], typeof value === "object"];
    if (words.some((word) => lineFault(word) !== undefined) || (!macros && text.includes("%")))
        throw new PvesmbError("InvalidInput", `smb.conf cannot hold this value of \`${name}\` safely: ${JSON.stringify(text)}`);
    return `\t${name} = ${text}\n`;
}

/** The only options with a domain's name, or `*`, in theirs. */
const DOMAIN_OPTION = /^idmap config (?:\*|[A-Za-z0-9][A-Za-z0-9_&'!$()~^{}@-]*) : [a-z_]+$/;

/** A value as smb.conf writes it. */
export function valueText(value: Line["value"]): string {
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (typeof value !== "object") return String(value);
    return "macros" in value ? value.macros : value.words.map((word) => (/[\s,;]/.test(word) ? `"${word}"` : word)).join(", ");
}

export function section(name: string): string {
    if (name === "" || /[%\][]/.test(name) || lineFault(name) !== undefined)
        throw new PvesmbError("InvalidInput", `smb.conf cannot name a section ${JSON.stringify(name)}`);
    return `[${name}]\n`;
}

export interface Section {
    name: string;
    /** By name as Samba compares it: lower case, without blanks and underscores. */
    options: Map<string, string>;
    /** The same names as written. */
    spelling: Map<string, string>;
}

/** Parses smb.conf text as Samba does: comments, continued lines, sections, repeated blanks as one (lib/util/tini.c). */
export function parseSections(text: string): Section[] {
    const sections: Section[] = [];
    for (const raw of text.replace(/\\\n/g, "").split("\n")) {
        const line = raw.trim().replace(/[ \t]+/g, " ");
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
