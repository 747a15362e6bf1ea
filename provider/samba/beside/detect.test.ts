import { existingRefusal, nativeRefusal, parseHost } from "./detect";

const DEBIAN = { id: "debian", version: "12", name: "Debian GNU/Linux 12 (bookworm)" };
const UBUNTU = { id: "ubuntu", version: "24.04", name: "Ubuntu 24.04.1 LTS" };
const SAMBA: Record<string, string> = { samba: "2:4.17.12+dfsg-0+deb12u1", "samba-common": "2:4.17.12+dfsg-0+deb12u1" };
const GLOBAL = "# Global parameters\n[global]\n\tworkgroup = ACME\n\tidmap config * : backend = tdb\n";

interface Fixture {
    os?: typeof DEBIAN;
    packages?: Record<string, string>;
    marks?: string[];
    config?: string;
    code?: number;
    text?: string;
    subuid?: string;
    gateway?: string;
}

/** What detect.sh prints on such a host. */
function printed({ os = DEBIAN, packages = SAMBA, marks = [], config, code = 0, text = "", subuid = "", gateway = "" }: Fixture): string {
    const installed = Object.entries(packages).map(([name, version]) => `${name} ${version} installed\n`);
    const config_ = config ?? (packages["samba"] === undefined ? "" : GLOBAL);
    return [
        `== os\nPRETTY_NAME="${os.name}"\nVERSION_ID="${os.version}"\nID=${os.id}\n`,
        `== packages\n${installed.join("")}`,
        `== marks\n${marks.map((mark) => `${mark}\n`).join("")}`,
        `== gateway\n${gateway}== subuid\n${subuid}== subgid\n== apparmor\n`,
        `== config\n${config_ === "" ? "" : `${config_}exit ${code}\n`}== text\n${text}\n== end\n`,
    ].join("");
}

const refusal = (fixture: Fixture, of: typeof existingRefusal = existingRefusal): string | undefined => {
    const host = parseHost(printed(fixture));
    if (host === undefined) throw new Error("not parsed");
    return of(host, "4.17");
};

test.each<[string, Fixture]>([
    ["Debian 12 with its Samba", {}],
    ["Debian 13", { os: { ...DEBIAN, version: "13" }, packages: { samba: "2:4.22.8+dfsg-0+deb13u1" } }],
    ["Ubuntu 24.04", { os: UBUNTU, packages: { samba: "2:4.19.5+dfsg-4ubuntu9" } }],
    ["one without Samba", { packages: {} }],
    ["one with Debian's smb.conf and no server", { packages: {}, text: "[global]\n server role = standalone server\n" }],
    ["ids of containers above ours", { subuid: "root:100000:65536\n" }],
    ["a package that was removed and left its configuration", { packages: { ...SAMBA } }],
])("%s is taken", (_, fixture) => expect(refusal(fixture)).toBeUndefined());

test.each<[string, Fixture, string]>([
    [
        "Proxmox VE",
        { packages: { ...SAMBA, "pve-manager": "8.4.1" } },
        "it is a node of Proxmox VE, whose packages and services this mode does not look after: use mode `native`",
    ],
    ["a node whose package list cannot be read", { marks: ["/etc/pve/local"] }, "it is a node of Proxmox VE"],
    ["Debian 11", { os: { ...DEBIAN, version: "11", name: "Debian GNU/Linux 11 (bullseye)" } }, "it runs Debian GNU/Linux 11 (bullseye)"],
    ["Ubuntu 22.04", { os: { ...UBUNTU, version: "22.04", name: "Ubuntu 22.04 LTS" } }, "pvesmb knows Ubuntu 24.04"],
    [
        "another family",
        { os: { id: "almalinux", version: "9.4", name: "AlmaLinux 9.4" } },
        "it runs AlmaLinux 9.4; pvesmb knows Debian 12 and 13",
    ],
    ["older Samba", { packages: { samba: "2:4.13.13+dfsg-1" } }, "it has Samba 4.13.13+dfsg-1, older than 4.17"],
    ["OMV", { packages: { ...SAMBA, openmediavault: "7.4.0" } }, "openmediavault manages it"],
    ["Webmin", { marks: ["/etc/webmin/samba"] }, "Webmin manages it"],
    ["Cockpit", { packages: { ...SAMBA, "cockpit-file-sharing": "4.2.9" } }, "Cockpit (cockpit-file-sharing) manages it"],
    ["CTDB", { marks: ["/etc/ctdb/nodes"] }, "it is a node of a CTDB cluster"],
    ["faults in smb.conf", { code: 1 }, "testparm finds faults"],
    ["a registry backend", { text: "[global]\n config backend = registry\n" }, "`config backend = registry`"],
    ["a registry include", { text: "[global]\n\tInclude = registry\n" }, "`include = registry`"],
    ["another file", { text: "[global]\nconfig file = /etc/samba/smb.conf.%m\n" }, "`config file`"],
    ["a domain member", { config: `${GLOBAL}\tsecurity = ADS\n` }, "belongs to a domain (`security = ads`)"],
    ["a domain controller", { config: `${GLOBAL}\tserver role = active directory domain controller\n` }, "belongs to a domain"],
    ["LDAP accounts", { config: `${GLOBAL}\tpassdb backend = ldapsam:ldap://x\n` }, "sets `passdb backend`"],
    ["databases elsewhere", { config: `${GLOBAL}\tstate directory = /data/samba\n` }, "sets `state directory`"],
    [
        "a domain's client without a server",
        { packages: {}, text: "[Global]\n security = ads\n realm = AD.EXAMPLE\n" },
        "belongs to a domain",
    ],
    ["a cluster", { config: `${GLOBAL}\tclustering = Yes\n` }, "clustered"],
    ["the same on a host without Samba", { packages: {}, subuid: "web:50000:65536\n" }, "/etc/subuid gives web"],
    ["subordinate ids in our range", { subuid: "web:50000:65536\n" }, "/etc/subuid gives web the numbers 50000 to 115535"],
])("%s is refused by name", (_, fixture, reason) => expect(refusal(fixture)).toContain(reason));

describe("mode `native`", () => {
    const NODE = { packages: { ...SAMBA, "pve-manager": "8.4.1" } };

    it("takes nodes of Proxmox VE 8 and 9", () => {
        expect(refusal(NODE, nativeRefusal)).toBeUndefined();
        expect(refusal({ packages: { "pve-manager": "9.0.3" }, os: { ...DEBIAN, version: "13" } }, nativeRefusal)).toBeUndefined();
        expect(refusal({ marks: ["/etc/pve/local"] }, nativeRefusal)).toBeUndefined();
    });

    it("refuses other hosts and names the mode for them", () => {
        expect(refusal({}, nativeRefusal)).toContain(
            "it is not a node of Proxmox VE (it has no package pve-manager, and no /etc/pve/local): use mode `existing`",
        );
        expect(refusal({ ...NODE, os: UBUNTU }, nativeRefusal)).toContain("knows Proxmox VE 8 and 9 on Debian only");
    });

    it("refuses what `existing` refuses of a Samba that is not ours", () => {
        expect(refusal({ ...NODE, config: `${GLOBAL}\tsecurity = ADS\n` }, nativeRefusal)).toContain("belongs to a domain");
        expect(refusal({ ...NODE, marks: ["/etc/ctdb/nodes"] }, nativeRefusal)).toContain("it is a node of a CTDB cluster");
        expect(refusal({ ...NODE, subuid: "web:50000:65536\n" }, nativeRefusal)).toContain("/etc/subuid gives web");
        expect(refusal({ packages: { ...NODE.packages, samba: "2:4.13.13+dfsg-1" } }, nativeRefusal)).toContain("older than 4.17");
    });
});

test("a gateway that is there already is seen, and text of the host's cannot pass for a part", () => {
    const gateway = '{"v":1,"key":"urn:x","nonce":"0123456789abcdef"}\n';
    expect(parseHost(printed({ gateway, text: "== os\nID=debian\n== packages\nsamba 9 installed\n" }))).toMatchObject({
        os: { id: "debian", version: "12" },
        mark: gateway,
    });
    expect(parseHost("command not found")).toBeUndefined();
});
