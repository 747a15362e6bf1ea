import { gatewayRules } from "./gateway/rules";
import type { GatewayInputs } from "./gateway/inputs";
import { gatewayFault, hostFault } from "./network";

test.each([
    ["10.0.0.5/24", "10.0.0.1", undefined],
    ["10.0.0.5/24", "10.0.1.1", /not in the network of 10\.0\.0\.5\/24; .*10\.0\.0\.5\/32/],
    ["10.0.0.5/24", "10.0.0.5", /own address/],
    ["10.0.0.5/24", "10.0.0.0", /network itself/],
    ["10.0.0.5/24", "10.0.0.255", /broadcast/],
    ["10.0.0.5/16", "10.0.1.255", undefined],
    // RFC 3021: both addresses of a /31 are hosts.
    ["10.0.0.4/31", "10.0.0.5", undefined],
    // As hosting providers assign them.
    ["203.0.113.7/32", "198.51.100.1", undefined],
    ["203.0.113.7/32", "203.0.113.7", /own address/],
    ["fd00:86::5/64", "fd00:86::1", undefined],
    ["fd00:86::5/64", "fd00:86:0:0::5", /own address/],
    ["fd00:86::5/64", "fd00:87::1", /not in the network of fd00:86::5\/64; .*fd00:86::5\/128/],
    ["fd00:86::5/64", "fe80::1", undefined],
    ["fd00:86::5/128", "fd00:87::1", undefined],
    ["fd00::5/0", "fd00:87::1", undefined],
    ["::ffff:10.0.0.5/104", "::ffff:10.0.0.1", undefined],
])("of %s behind the gateway %s", (cidr, gateway, says) => {
    const fault = gatewayFault(cidr, gateway);
    if (says === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(says);
});

test.each([
    ["10.0.0.5/24", undefined],
    ["10.0.0.0/24", /network itself/],
    ["10.0.0.255/24", /broadcast/],
    ["10.0.0.255/16", undefined],
    ["10.0.0.4/31", undefined],
    ["10.0.0.4/32", undefined],
    ["0.0.0.5/8", /no host/],
    ["127.0.0.5/8", /no host/],
    ["224.0.0.5/24", /no host/],
])("an address is a host's: %s", (cidr, says) => {
    const fault = hostFault(cidr);
    if (says === undefined) expect(fault).toBeUndefined();
    else expect(fault).toMatch(says);
});

test("each is said of its property, of further interfaces too, and of all at once", () => {
    const network = { bridge: "vmbr0", address: "10.0.0.255/24", gateway: "10.0.1.1", address6: "fd00::5/64", gateway6: "fd00::5" };
    const other = { bridge: "vmbr1", address: "dhcp", gateway: "10.0.0.1", address6: "none" };
    const inputs = { network, extraNetworks: [other] } as unknown as GatewayInputs;
    const rules = gatewayRules.filter(({ needs }) => needs.every((name) => ["network", "extraNetworks"].includes(name)));
    expect(rules.flatMap((rule) => rule.check(inputs)).map(({ property }) => property)).toEqual([
        "network.address",
        "network.gateway",
        "network.gateway6",
        "extraNetworks[0].gateway",
        "extraNetworks",
    ]);
});
