import type { GatherResult } from "../hosts/batch";
import { gatewayModel } from "../model";
import type { GatewayInputs } from "../model";
import { filled } from "../model/schema";
import { passwordOpening } from "../samba/assembly";
import { SERVICES } from "../samba/services";
import { besideGatewayDrift } from "./beside";
import { gatewayDrift, gatewayWarnings, versionIn } from "./drift";

const lxc = { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } };
const state = filled(gatewayModel.inputs, { node: "pve1", lxc, network: { bridge: "vmbr0", address: "dhcp" } }) as GatewayInputs;

const look = (services: Record<string, string>, policy: string): GatherResult => ({
    files: {},
    stat: {},
    statvfs: {},
    ms: 0,
    commands: {
        services: { code: 3, stdout: SERVICES.map((name) => `${services[name] ?? "active"}\n`).join(""), stderr: "" },
        packages: { code: 0, stdout: policy, stderr: "" },
    },
});
const policy = `samba:
  Installed: 2:4.17.12+dfsg-0+deb12u1
  Candidate: 2:4.17.12+dfsg-0+deb12u4
  Version table:
     2:4.17.12+dfsg-0+deb12u4 500
        500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
 *** 2:4.17.12+dfsg-0+deb12u1 100
        100 /var/lib/dpkg/status
`;

test("what no up can mend is a warning: a fix that waits, a kernel that counts no connections", () => {
    expect(gatewayWarnings(look({}, ""), "gateway CT 101")).toEqual([]);
    expect(gatewayWarnings(look({ "pvesmb-clients.service": "failed" }, policy), "gateway CT 101")).toEqual([
        expect.stringMatching(/^gateway CT 101: connections per address are not limited/),
        expect.stringMatching(/^gateway CT 101: a security update of Samba is available \(4\.17\.12\+dfsg-0\+deb12u1 to \S+deb12u4/),
    ]);
    expect(versionIn(look({}, policy))).toBe("4.17.12+dfsg-0+deb12u1");
});

test("what differs is named with the property that wants it, which `ignoreChanges` may name", () => {
    const mark = { "/etc/samba/pvesmb/gateway.json": '{"nonce":"n"}' };
    const wanted = { ...state, packages: { ...state.packages, securityUpdates: true } };
    const found = gatewayDrift({ ...look({}, ""), files: mark }, wanted, "n");
    expect(found).toEqual(
        expect.arrayContaining([
            "packages: /etc/apt/apt.conf.d/60pvesmb-updates: missing",
            "samba: /etc/samba/smb.conf: missing",
            "samba: service smbd: not running",
        ]),
    );
    expect(found.filter((text) => !/^(samba|packages): /.test(text))).toEqual([]);
});

test("so it is on a host that is there already", () => {
    const mark = { "/etc/samba/pvesmb/gateway.json": '{"nonce":"n"}' };
    expect(besideGatewayDrift({ ...look({}, ""), files: mark }, state, "n")).toEqual([
        "samba: /etc/samba/pvesmb/beside.conf: missing",
        expect.stringMatching(/^samba: \/etc\/samba\/smb\.conf: .* is not its first line/),
        "samba: service smbd: not running",
    ]);
});

describe("what the server as a whole is told behind its shares", () => {
    const [accounts, shares] = ["/etc/samba/pvesmb/users.d/anna.conf", "/etc/samba/pvesmb/shares.conf"];
    const assembled = "[global]\n\trestrict anonymous = 1\n\tserver smb encrypt = if_required\n";
    const drift = (files: Record<string, string>): string[] =>
        gatewayDrift({ ...look({}, ""), files }, state, "n").filter((text) => text.startsWith(shares));

    test.each([
        [{ [accounts]: passwordOpening, [shares]: assembled }, []],
        [{ [shares]: "" }, []],
        [{ [accounts]: passwordOpening, [shares]: "" }, ["section [global] missing"]],
        [{ [shares]: assembled }, ["section [global] added by hand"]],
        [{ [accounts]: passwordOpening, [shares]: assembled.replace("= 1", "= 0") }, ["[global] restrict anonymous = 0 instead of 1"]],
    ])("%#", (files, says) => expect(drift(files)).toEqual(says.map((each) => `${shares}: ${each}`)));
});
