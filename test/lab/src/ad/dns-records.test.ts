import { parseDnsQuery } from "./dns-records";

test("reads what samba-tool prints of a name, and of names below it", () => {
    const text = [
        "  Name=, Records=2, Children=0",
        "    A: 10.86.0.31 (flags=f0, serial=110, ttl=900)",
        "    SRV: dc1.ad.lab.test. (389, 0, 100) (flags=f0, serial=1, ttl=900)",
        "  Name=_tcp, Records=0, Children=1",
        "",
    ].join("\n");
    expect(parseDnsQuery(text)).toEqual([
        { name: "", type: "A", value: "10.86.0.31", ttl: 900 },
        { name: "", type: "SRV", value: "dc1.ad.lab.test. (389, 0, 100)", ttl: 900 },
    ]);
});
