import { brokenSources, parsePlan, planFaults, servedBy } from "./apt-plan";

/** As `apt-get -s install --no-install-recommends samba` printed it on Debian 12, with a line for each other case. */
const NEW = `Reading package lists...
Building dependency tree...
The following NEW packages will be installed:
  samba tdb-tools
0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.
Inst tdb-tools (1.4.8-2 Debian:12.9/stable [amd64])
Inst samba (2:4.17.12+dfsg-0+deb12u1 Debian:12.9/stable, Debian-Security:12/stable-security [amd64])
Conf tdb-tools (1.4.8-2 Debian:12.9/stable [amd64])
Conf samba (2:4.17.12+dfsg-0+deb12u1 Debian:12.9/stable, Debian-Security:12/stable-security [amd64])
`;
const none = { held: new Set<string>(), proxmox: new Set<string>() };

test("new packages, and who serves them", () => {
    const plan = parsePlan(NEW);
    expect(plan.sets).toEqual([
        { name: "tdb-tools", to: "1.4.8-2", origin: "Debian:12.9/stable" },
        {
            name: "samba",
            to: "2:4.17.12+dfsg-0+deb12u1",
            origin: "Debian:12.9/stable, Debian-Security:12/stable-security",
        },
    ]);
    expect(plan.lines).toHaveLength(2);
    expect(planFaults(plan, none)).toEqual([]);
    expect(servedBy(plan)).toBe(
        "Debian:12.9/stable (tdb-tools 1.4.8-2); Debian:12.9/stable, Debian-Security:12/stable-security (samba 2:4.17.12+dfsg-0+deb12u1)",
    );
});

test("an upgrade of a library of Debian's is none of these", () => {
    const plan = parsePlan("Inst libwbclient0:amd64 [2:4.17.11] (2:4.17.12 Debian:12.9/stable [amd64]) []\n");
    expect(plan.sets).toEqual([{ name: "libwbclient0", from: "2:4.17.11", to: "2:4.17.12", origin: "Debian:12.9/stable" }]);
    expect(planFaults(plan, none)).toEqual([]);
});

test.each<[string, string, object, string]>([
    ["a removal", "Remv libpve-storage-perl [8.2.5]\nPurg pve-manager:amd64 [8.4.1]\n", {}, "remove libpve-storage-perl, pve-manager"],
    [
        "an upgrade from Proxmox's archive",
        "Inst zfsutils-linux [2.2.6-pve1] (2.2.7-pve2 Proxmox Debian Repository:stable [amd64])\n",
        {},
        "change packages of Proxmox: zfsutils-linux (2.2.6-pve1 to 2.2.7-pve2)",
    ],
    [
        "Proxmox's package replaced by another archive's",
        "Inst libpve-storage-perl [8.2.5] (9.0 Other:1/stable [all])\n",
        { proxmox: new Set(["libpve-storage-perl"]) },
        "change packages of Proxmox: libpve-storage-perl (8.2.5 to 9.0)",
    ],
    [
        "a downgrade of it",
        "Inst pve-manager [8.4.1] (8.1.0 [all])\n",
        { proxmox: new Set(["pve-manager"]) },
        "pve-manager (8.4.1 to 8.1.0)",
    ],
    [
        "what is on hold, installed or not",
        "Inst samba-libs [1] (2 Debian:12.9/stable [amd64])\nInst samba (2 Debian:12.9/stable [amd64])\n",
        { held: new Set(["samba", "samba-libs", "vim"]) },
        "install or change what is on hold (`apt-mark hold`): samba-libs (1 to 2), samba 2",
    ],
])("%s is refused by name", (_, text, more, said) => {
    expect(planFaults(parsePlan(text), { ...none, ...more }).join("; ")).toContain(said);
});

test("all reasons are said at once", () => {
    const text = "Remv a [1]\nInst b [1] (2 Proxmox:x/stable [all])\nInst c (1 Debian:12/stable [all])\n";
    expect(planFaults(parsePlan(text), { ...none, held: new Set(["c"]) })).toHaveLength(3);
});

describe("sources that cannot be read", () => {
    it("are none when all answer", () => expect(brokenSources("Hit:1 http://deb.debian.org/debian bookworm InRelease\n")).toEqual([]));

    it("are named once; the enterprise repository with the way out", () => {
        const update = `Hit:1 http://deb.debian.org/debian bookworm InRelease
Err:2 https://enterprise.proxmox.com/debian/pve bookworm InRelease
  401  Unauthorized [IP: 203.0.113.7 443]
E: Failed to fetch https://enterprise.proxmox.com/debian/pve/dists/bookworm/InRelease  401  Unauthorized [IP: 203.0.113.7 443]
E: The repository 'https://enterprise.proxmox.com/debian/pve bookworm InRelease' is not signed.
W: Failed to fetch http://mirror.example/debian/dists/bookworm/InRelease  Could not resolve 'mirror.example'
E: The repository 'http://old.example/debian bookworm Release' does not have a Release file.
`;
        expect(brokenSources(update)).toEqual([
            expect.stringMatching(
                /^https:\/\/enterprise\.proxmox\.com\/debian\/pve: 401 Unauthorized \(the enterprise repository is for nodes with a subscription: add its key, or disable that repository and use pve-no-subscription/,
            ),
            "http://mirror.example/debian: Could not resolve 'mirror.example'",
            "http://old.example/debian: does not have a Release file",
        ]);
    });
});
