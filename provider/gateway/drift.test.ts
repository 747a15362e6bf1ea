import type { GatherResult } from "../hosts/batch";
import { SERVICES } from "../samba/services";
import { gatewayWarnings, versionIn } from "./drift";

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
