import type { ControllerFacts } from "./answers/domain";
import { serviceNames } from "./answers/srv";
import { preflight } from "./preflight";
import type { PreflightFacts, PreflightSettings } from "./preflight";

const settings: PreflightSettings = {
    domain: "ad.lab.test",
    computerName: "files",
    idmap: { default: { low: 3000, high: 7999 }, domains: { LABAD: { backend: "rid", low: 100_000, high: 165_535 } } },
};
const controller: ControllerFacts = {
    address: "10.86.0.31",
    controller: "dc1.ad.lab.test",
    domain: "ad.lab.test",
    forest: "ad.lab.test",
    workgroup: "LABAD",
    site: "north",
    clientSite: "north",
    writable: true,
};
const record = { priority: 0, weight: 100, port: 389, target: "dc1.ad.lab.test" };
const [ldap = "", kerberos = ""] = serviceNames("ad.lab.test");
const facts: PreflightFacts = {
    nameservers: { "10.86.0.31": { [ldap]: [record], [kerberos]: [record] } },
    controllers: [controller],
    info: { server: "dc1.ad.lab.test", address: "10.86.0.31", realm: "AD.LAB.TEST", kdc: "10.86.0.31", offset: 0 },
    closed: [],
    ids: { local: [], highestRid: { LABAD: 1600 } },
};

test("nothing is found where nothing is wrong", () => {
    expect(preflight(settings, facts)).toEqual([]);
});

test("all that is wrong is told at once, each with its property", () => {
    const found = preflight(
        { ...settings, computerName: "labad", workgroup: "OTHER" },
        {
            ...facts,
            nameservers: {
                ...facts.nameservers,
                "10.86.0.1": { [ldap]: undefined, [kerberos]: undefined },
                "10.86.0.2": { [ldap]: [], [kerberos]: [record] },
            },
            controllers: [{ ...controller, writable: false }],
            info: { ...(facts.info as NonNullable<PreflightFacts["info"]>), offset: -600 },
            closed: [
                { controller: "dc1.ad.lab.test", port: 88 },
                { controller: "dc1.ad.lab.test", port: 464 },
            ],
            ids: { local: [], containerIds: 65_536 },
        },
    );
    expect(found.map(({ code, property }) => [code, property])).toEqual([
        ["dns-no-answer", "network.nameservers"],
        ["dns-no-records", "network.nameservers"],
        ["no-writable-controller", "domain"],
        ["workgroup-differs", "workgroup"],
        ["clock-off", "domain"],
        ["ports-closed", "domain"],
        ["name-is-workgroup", "computerName"],
        ["ids-outside-container", "idmap.domains.LABAD"],
    ]);
    const text = (code: string): string => found.find((one) => one.code === code)?.text ?? "";
    expect(text("dns-no-records")).toContain(`10.86.0.2 knows no ${ldap};`);
    expect(text("clock-off")).toContain("600 s ahead of that of dc1.ad.lab.test");
    expect(text("ports-closed")).toContain("dc1.ad.lab.test cannot be reached on port 88, 464");
});

test("the domain's name is the same in any case, and with DNS's last dot", () => {
    expect(preflight(settings, { ...facts, controllers: [{ ...controller, domain: "AD.lab.test." }] })).toEqual([]);
});

test("a clock that is nearly as far off as Kerberos allows is told before it is", () => {
    const at = (offset: number): string[] =>
        preflight(settings, { ...facts, info: { ...(facts.info as NonNullable<PreflightFacts["info"]>), offset } }).map(({ code }) => code);
    expect([at(180), at(181), at(-181)]).toEqual([[], ["clock-off"], ["clock-off"]]);
});
