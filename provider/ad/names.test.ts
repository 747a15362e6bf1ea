import { computerNameFindings, domainFault, realmOf, workgroupFault } from "./names";

const codes = (name: string, workgroup?: string): string[] => computerNameFindings(name, workgroup, "computerName").map(({ code }) => code);

test.each(["files", "FILES-01", "a", "x".repeat(15), "1file"])("a computer may be called %s", (name) => {
    expect(codes(name, "LABAD")).toEqual([]);
});

test("a name is never shortened: two machines would share one account", () => {
    expect(computerNameFindings("fileserver-berlin", "LABAD", "computerName")).toEqual([
        {
            code: "name-too-long",
            property: "computerName",
            text: '"fileserver-berlin" has 17 characters and a computer\'s name in a domain at most 15; set computerName to a shorter one, it may differ from the host name',
        },
    ]);
    // Bytes count.
    expect(codes("é".repeat(8))).toEqual(["name-too-long", "name-not-allowed"]);
});

test.each(["", "a.b", "a_b", "a b", "-a", "a-", "a$", "a\nb", "12345", "system", "Network"])("a computer is not called %j", (name) => {
    expect(codes(name)).toEqual(["name-not-allowed"]);
});

test("a computer has another name than its domain", () => {
    expect(codes("labad", "LABAD")).toEqual(["name-is-workgroup"]);
});

test("a domain is named in full, and its realm in capitals", () => {
    expect([domainFault("ad.lab.test"), domainFault("LABAD"), domainFault("ad..test"), domainFault("ad.te st")]).toEqual([
        undefined,
        expect.stringContaining("full DNS name"),
        expect.stringContaining('""'),
        expect.stringContaining('"te st"'),
    ]);
    expect(realmOf("ad.lab.test")).toBe("AD.LAB.TEST");
});

test("a domain's NetBIOS name has 15 characters, and signs that names have", () => {
    expect([
        workgroupFault("LABAD"),
        workgroupFault("R&D"),
        workgroupFault("A B"),
        workgroupFault("x".repeat(16)),
        workgroupFault(""),
    ]).toEqual([undefined, undefined, expect.stringContaining("NetBIOS"), expect.stringContaining("15"), expect.stringContaining("15")]);
});
