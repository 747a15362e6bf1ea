import { sambaPackage } from "./packages";

const policy = (newer: string): string => `samba:
  Installed: 2:4.17.12+dfsg-0+deb12u1
  Candidate: 2:4.17.12+dfsg-0+deb12u4
  Version table:
${newer} *** 2:4.17.12+dfsg-0+deb12u1 500
        500 http://deb.debian.org/debian-security bookworm-security/main amd64 Packages
        100 /var/lib/dpkg/status
     2:4.17.9+dfsg-0+deb12u3 500
        500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
`;

it("names the newest security update that waits, and no other update", () => {
    expect(sambaPackage(policy(""))).toEqual({ installed: "4.17.12+dfsg-0+deb12u1" });
    const point = `     2:4.17.13+dfsg-0+deb12u1 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
`;
    expect(sambaPackage(policy(point))).toEqual({ installed: "4.17.12+dfsg-0+deb12u1" });
    const fixes = `     2:4.17.12+dfsg-0+deb12u4 500
        500 http://deb.debian.org/debian bookworm/main amd64 Packages
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
     2:4.17.12+dfsg-0+deb12u2 500
        500 http://mirror.example/debian-security bookworm-security/main amd64 Packages
`;
    expect(sambaPackage(policy(point + fixes))).toEqual({ installed: "4.17.12+dfsg-0+deb12u1", fix: "4.17.12+dfsg-0+deb12u4" });
});

it("says nothing where apt knows nothing", () => {
    expect(sambaPackage("")).toEqual({});
    expect(sambaPackage("samba:\n  Installed: (none)\n  Candidate: 1\n  Version table:\n     1 500\n")).toEqual({});
});
