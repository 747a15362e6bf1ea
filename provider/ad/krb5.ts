import { PvesmbError } from "../base/errors";
import { CONTROL } from "../model/text";
import { realmOf } from "./names";

export const KRB5_CONF = "/etc/krb5.conf";

export interface Krb5Settings {
    /** The domain's DNS name. */
    domain: string;
}

const HEAD = "# Written by pvesmb; changes here are reported by `pulumi refresh` and undone by `pulumi up`.\n";

/**
 * What a member needs, and no more: controllers are found by DNS, so that none is nailed down; winbind adds a file of its own that prefers
 * those of its site. Names are taken as they are given, since reverse zones are wrong more often than not (samba.md section 3).
 */
export function renderKrb5({ domain }: Krb5Settings): string {
    const realm = realmOf(domain);
    const lines: [string, string][] = [
        ["default_realm", realm],
        ["dns_lookup_kdc", "true"],
        ["dns_lookup_realm", "false"],
        ["rdns", "false"],
        ["dns_canonicalize_hostname", "false"],
        ["forwardable", "true"],
        ["permitted_enctypes", "aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96"],
    ];
    return [
        HEAD,
        "[libdefaults]\n",
        ...lines.map(([name, value]) => krb5Line(name, value)),
        "\n[domain_realm]\n",
        krb5Line(`.${domain.toLowerCase()}`, realm),
        krb5Line(domain.toLowerCase(), realm),
    ].join("");
}

/** One `name = value` line. The only place that makes text for krb5.conf; what the file cannot hold is refused. */
function krb5Line(name: string, value: string): string {
    if (!/^[A-Za-z0-9._-]+$/.test(name) || value === "" || CONTROL.test(value) || /["{}#;]/.test(value) || value !== value.trim())
        throw new PvesmbError("InvalidInput", `krb5.conf cannot hold ${JSON.stringify(`${name} = ${value}`)}`);
    return `\t${name} = ${value}\n`;
}

export interface Krb5Group {
    /** In order; a name may stand more than once, and the first one counts (krb5.conf(5)). */
    values: [name: string, value: string | Krb5Group][];
}

/** krb5.conf as MIT reads it (util/profile/prof_parse.c): sections, groups in braces, quoted values, comments in lines of their own. */
export function parseKrb5(text: string): { sections: Map<string, Krb5Group>; includes: string[] } {
    const sections = new Map<string, Krb5Group>();
    const includes: string[] = [];
    let within: Krb5Group[] = [];
    for (const raw of text.split("\n")) {
        const line = raw.trim();
        if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
        const include = /^include(?:dir)?\s+(.+)$/.exec(line);
        if (include && within.length <= 1) {
            includes.push(include[1] ?? "");
            continue;
        }
        const head = /^\[([^\]]+)\]\*?$/.exec(line);
        if (head) {
            const name = head[1] ?? "";
            const section = sections.get(name) ?? { values: [] };
            sections.set(name, section);
            within = [section];
            continue;
        }
        if (/^\}\*?$/.test(line)) {
            if (within.length > 1) within.pop();
            continue;
        }
        const found = /^([^\s=]+)\*?\s*=\s*(.*)$/.exec(line);
        const into = within.at(-1);
        if (!found || !into) continue;
        const [, name = "", value = ""] = found;
        if (value === "{") {
            const group: Krb5Group = { values: [] };
            into.values.push([name, group]);
            within.push(group);
        } else into.values.push([name, value.startsWith('"') ? unquoted(value) : value]);
    }
    return { sections, includes };
}

const unquoted = (value: string): string =>
    (/^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1] ?? value).replace(
        /\\(.)/g,
        (_, sign: string) => ({ n: "\n", t: "\t", b: "\b" })[sign] ?? sign,
    );

/** A setting by its path, `libdefaults`, `default_realm`; the first one counts. */
export function krb5Value(text: string, section: string, ...path: string[]): string | undefined {
    let at: string | Krb5Group | undefined = parseKrb5(text).sections.get(section);
    for (const name of path) at = typeof at === "object" ? at.values.find(([own]) => own === name)?.[1] : undefined;
    return typeof at === "string" ? at : undefined;
}
