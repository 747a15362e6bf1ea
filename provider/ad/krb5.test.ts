import { renderKrb5 } from "./krb5";

test("a member finds controllers by DNS, and takes AES only", () => {
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
});

test.each(["a b.test", "a\n[realms].test", "a}.test", "#.test"])("%j does not get into the file", (domain) => {
    expect(() => renderKrb5({ domain })).toThrow("krb5.conf cannot hold");
});
