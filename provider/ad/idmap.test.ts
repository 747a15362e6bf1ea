import { option } from "../samba/text";
import { highestRid, idmapFindings, idmapLines } from "./idmap";
import type { IdmapSettings, IdSurroundings } from "./idmap";
import { memberLines } from "./winbind";

const local = [{ low: 10_000, high: 59_999, what: "local users and groups of pvesmb" }];
const around: IdSurroundings = { local, containerIds: 65_536, highestRid: { LABAD: 1600 } };
const settings = (low: number, high: number, backend: "rid" | "ad" = "rid"): IdmapSettings => ({
    default: { low: 3000, high: 7999 },
    domains: { LABAD: { backend, low, high } },
});
const codes = (given: IdmapSettings, seen = around): string[] => idmapFindings(given, seen).map(({ code }) => code);

const text = (lines: ReturnType<typeof memberLines>): string => lines.map(([name, value]) => option(name, value)).join("");

test("the lines are such as smb.conf holds", () => {
    expect(text(idmapLines(settings(100_000, 165_535, "ad")))).toMatchInlineSnapshot(`
"	idmap config * : backend = tdb
	idmap config * : range = 3000-7999
	idmap config LABAD : backend = ad
	idmap config LABAD : range = 100000-165535
	idmap config LABAD : schema_mode = rfc2307
	idmap config LABAD : unix_primary_group = no
	idmap config LABAD : unix_nss_info = no
"
`);
});

test("a member's lines: discovery is kept beside preferred controllers, LDAP is sealed, no other domain is let in", () => {
    const lines = text(
        memberLines({ domain: "ad.lab.test", workgroup: "labad", idmap: settings(100_000, 165_535), servers: ["dc1.ad.lab.test"] }),
    );
    for (const line of [
        "workgroup = LABAD",
        "realm = AD.LAB.TEST",
        "server role = member server",
        "kerberos method = secrets only",
        "kerberos encryption types = strong",
        "client ldap sasl wrapping = seal",
        "password server = dc1.ad.lab.test *",
        "allow trusted domains = no",
        "winbind use default domain = no",
        "idmap config LABAD : backend = rid",
    ])
        expect(lines).toContain(`\t${line}\n`);
    expect(() => memberLines({ domain: "LABAD", workgroup: "LABAD", idmap: settings(1, 2) })).toThrow(/^domain "LABAD" must be/);
    expect(() => memberLines({ domain: "a.b", workgroup: "A B", idmap: settings(1, 2) })).toThrow(/^workgroup/);
    expect(() => memberLines({ domain: "a.b", workgroup: "AB", servers: ["*"], idmap: settings(1, 2) })).toThrow(/^servers/);
});

test("what fits is let in", () => {
    expect(codes(settings(100_000, 200_000), { ...around, containerIds: undefined })).toEqual([]);
    expect(codes({ default: { low: 3000, high: 7999 }, domains: { LABAD: { backend: "ad", low: 60_000, high: 65_000 } } })).toEqual([]);
    // A small domain in an unprivileged container: as many accounts again, and at least 2,000.
    expect(codes(settings(60_000, 63_600))).toEqual([]);
});

test.each<[string, IdmapSettings, string[]]>([
    ["an inverted range", settings(70_000, 60_000), ["ids-inverted"]],
    ["half numbers", settings(1.5, 60_000), ["ids-inverted"]],
    ["a range below others", settings(5000, 9999, "ad"), ["ids-overlap"]],
    ["local accounts", settings(59_999, 64_000, "ad"), ["ids-local"]],
    ["nobody", settings(60_000, 65_534, "ad"), ["ids-local"]],
    ["the system's", settings(500, 2000, "ad"), ["ids-local"]],
    ["what the container has not", settings(70_000, 90_000), ["ids-outside-container"]],
    ["too few for the domain", settings(60_000, 63_599), ["ids-too-few"]],
])("%s is refused", (_, given, expected) => {
    expect(codes(given)).toEqual(expected);
});

test("a text names what has to be done on the nodes, to the letter", () => {
    const [found] = idmapFindings(settings(100_000, 199_999), around);
    expect(found).toEqual({
        code: "ids-outside-container",
        property: "idmap.domains.LABAD",
        text:
            "100000-199999 needs ids up to 199999 and the container has 65536; set `lxc.idMap.ids` of the gateway to 262144, or by hand: on every node, /etc/subuid and /etc/subgid need the lines " +
            "`root:100000:65536` and `root:165536:196608`, and the container's configuration `lxc.idmap: u 0 100000 65536`, " +
            "`lxc.idmap: g 0 100000 65536`, `lxc.idmap: u 65536 165536 196608`, `lxc.idmap: g 65536 165536 196608` (it counts from its next start)",
    });
});

test("a container that has more ids already is told how many it needs, and no lines that would move them", () => {
    const [found] = idmapFindings(settings(100_000, 199_999), { ...around, containerIds: 131_072 });
    expect(found?.text).toContain("set `lxc.idMap.ids` of the gateway to 262144, or widen by hand what was written by hand");
    expect(found?.text).not.toContain("lxc.idmap:");
});

test("a domain whose relative ids do not fit is refused with the range that would do", () => {
    const [found] = idmapFindings(settings(100_000, 165_535), { local, highestRid: { LABAD: 70_499 } });
    expect(found?.code).toBe("ids-too-few");
    expect(found?.text).toContain("the range must reach 180499");
});

test("the highest relative id is what lies below the pool that is next", () => {
    // `net ads search "(objectClass=rIDManager)" rIDAvailablePool`, recorded with 4.17.12; ldb's own tools write 70500-1073741823.
    expect(highestRid("4611686014132491108")).toBe(70_499);
    expect([highestRid(""), highestRid("x"), highestRid("0")]).toEqual([undefined, undefined, undefined]);
});
