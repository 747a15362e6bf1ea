import { krb5Value, parseKrb5, renderKrb5 } from "./krb5";

test("what is rendered is read again", () => {
    const text = renderKrb5({ domain: "Ad.Lab.test" });
    expect(text).toMatchInlineSnapshot(`
"# Written by pvesmb; changes here are reported by \`pulumi refresh\` and undone by \`pulumi up\`.
[libdefaults]
	default_realm = AD.LAB.TEST
	dns_lookup_kdc = true
	dns_lookup_realm = false
	rdns = false
	dns_canonicalize_hostname = false
	forwardable = true
	permitted_enctypes = aes256-cts-hmac-sha1-96 aes128-cts-hmac-sha1-96

[domain_realm]
	.ad.lab.test = AD.LAB.TEST
	ad.lab.test = AD.LAB.TEST
"
`);
    expect(krb5Value(text, "libdefaults", "default_realm")).toBe("AD.LAB.TEST");
});

test.each(["a b.test", "a\n[realms].test", "a}.test", "#.test"])("%j does not get into the file", (domain) => {
    expect(() => renderKrb5({ domain })).toThrow("krb5.conf cannot hold");
});

test("another's file is read as MIT reads it", () => {
    const text = [
        "includedir /etc/krb5.conf.d/",
        "# realms",
        "[libdefaults]",
        "  default_realm = OTHER.TEST",
        "  default_realm = SECOND.TEST",
        "[realms]",
        "\tOTHER.TEST = {",
        "\t\tkdc = kdc1.other.test",
        "\t\tkdc = kdc2.other.test",
        '\t\tadmin_server = "kdc1.other.test\\t"',
        "\t}",
        "; end",
        "[libdefaults]",
        "\trdns=no",
    ].join("\n");
    expect(parseKrb5(text).includes).toEqual(["/etc/krb5.conf.d/"]);
    expect(krb5Value(text, "libdefaults", "default_realm")).toBe("OTHER.TEST");
    expect(krb5Value(text, "libdefaults", "rdns")).toBe("no");
    expect(krb5Value(text, "realms", "OTHER.TEST", "kdc")).toBe("kdc1.other.test");
    expect(krb5Value(text, "realms", "OTHER.TEST", "admin_server")).toBe("kdc1.other.test\t");
    expect(krb5Value(text, "realms", "OTHER.TEST")).toBeUndefined();
});
