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
