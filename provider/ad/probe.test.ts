import { execFileSync } from "node:child_process";
import { parseProbe, probeCommand } from "./probe";

const lookup = JSON.stringify({
    "Information for Domain Controller": "10.86.0.31",
    Forest: "ad.lab.test",
    Domain: "ad.lab.test",
    "Domain Controller": "dc1.ad.lab.test",
    "Pre-Win2k Domain": "LABAD",
    "Server Site Name": "north",
    "Client Site Name": "north",
    Flags: { "Is writable": true },
});
const answer = {
    nameservers: {
        "10.0.0.1": { "_kerberos._tcp.ad.lab.test": [[0, 100, 88, "dc1.ad.lab.test"]] },
        "10.0.0.2": { "_kerberos._tcp.ad.lab.test": null },
    },
    own: { "10.0.0.1": [["10.86.0.95"], []], "10.0.0.2": [null, null] },
    controllers: { "dc1.ad.lab.test": { addresses: ["10.86.0.31"], closed: [445], lookup, info: "" } },
    ids: 65536,
    netbios: "FILES",
    hostname: "files",
    addresses: ["10.86.0.95"],
    sssd: [],
};

test("a nameserver that does not answer is told from one that knows nothing", () => {
    const probe = parseProbe(JSON.stringify(answer));
    expect(probe?.nameservers).toEqual({
        "10.0.0.1": { "_kerberos._tcp.ad.lab.test": [{ priority: 0, weight: 100, port: 88, target: "dc1.ad.lab.test" }] },
        "10.0.0.2": { "_kerberos._tcp.ad.lab.test": undefined },
    });
    expect(probe?.own).toEqual({ "10.0.0.1": ["10.86.0.95"], "10.0.0.2": undefined });
    expect(probe?.controllers[0]).toMatchObject({ workgroup: "LABAD", writable: true });
    expect(probe?.closed).toEqual([{ controller: "dc1.ad.lab.test", port: 445 }]);
});

test("what is no answer of the program is none; what it should not say is left out", () => {
    for (const text of ["", "[]", "{}", "null", '{"nameservers":{}}']) expect(parseProbe(text)).toBeUndefined();
    expect(parseProbe('{"nameservers":[1],"ids":"x","controllers":7,"own":{"a":5},"addresses":[{}]}')).toMatchObject({
        ids: 0,
        controllers: [],
        addresses: [""],
    });
});

test("the program runs without a domain, and looks at this host alone", () => {
    const { argv, stdin } = probeCommand("probe", { domain: "ad.lab.invalid", computerName: "files", controllers: false });
    const [program = "", ...words] = argv;
    const probe = parseProbe(execFileSync(program, words, { input: stdin, encoding: "utf8", timeout: 30_000 }));
    expect(probe).toMatchObject({ controllers: [], closed: [] });
    expect(probe?.ids).toBeGreaterThan(0);
}, 40_000);
