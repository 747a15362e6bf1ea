import { additionLdif, changeLdif, dnValue, filterValue, parseLdif } from "./ldif";

test("reads what ldbsearch prints: folded lines, base64, several values, no comments", () => {
    const text = [
        "# record 1",
        "dn: CN=alice,CN=Users,DC=ad,DC=lab,DC=test",
        "cn: alice",
        "objectClass: top",
        "objectClass: user",
        "description:: w6R0aGVy",
        "distinguishedName: CN=alice,CN=Us",
        " ers,DC=ad,DC=lab,DC=test",
        "",
        "# Referral",
        "ref: ldap://ad.lab.test/CN=Configuration,DC=ad,DC=lab,DC=test",
        "",
        "# returned 2 records",
        "# 1 entries",
        "# 1 referrals",
        "",
    ].join("\n");
    expect(parseLdif(text)).toEqual([
        {
            dn: "CN=alice,CN=Users,DC=ad,DC=lab,DC=test",
            attributes: {
                cn: ["alice"],
                objectclass: ["top", "user"],
                description: ["äther"],
                distinguishedname: ["CN=alice,CN=Users,DC=ad,DC=lab,DC=test"],
            },
        },
    ]);
});

test("what is written is read again, whatever is in it", () => {
    const dn = `CN=${dnValue('O\'Neil, R&D + "Müller"')},OU=#1`;
    const [entry] = parseLdif(additionLdif(dn, { cn: "a\nchangetype: delete", member: ["x", "y"], gone: undefined }));
    expect(entry).toEqual({ dn, attributes: { changetype: ["add"], cn: ["a\nchangetype: delete"], member: ["x", "y"] } });
});

test("a change names its attribute and ends each part", () => {
    expect(changeLdif("CN=a", "replace", { pwdLastSet: "0" }).split("\n")).toEqual([
        "dn:: Q049YQ==",
        "changetype: modify",
        "replace: pwdLastSet",
        "pwdLastSet:: MA==",
        "-",
        "",
        "",
    ]);
});

test("names do not end their place in a filter or a distinguished name", () => {
    expect(filterValue("a*(b)\\")).toBe("a\\2a\\28b\\29\\5c");
    expect(dnValue(" a,b=c ")).toBe("\\ a\\,b\\=c\\ ");
});
