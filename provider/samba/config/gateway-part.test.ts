import { gatewayModel } from "../../model";
import { filled } from "../../model/schema";
import { protocolFault } from "../../model/samba";
import type { SambaSettings } from "../../model/samba";
import { servicePackages, serviceSteps } from "../services";
import { files } from "../store/files";
import { parseSections } from "../text";
import { atLeast, optionsInVersion } from "../versions";
import { configDrift, gatewayPart, refuseOptions, renderConfig } from "./gateway-part";
import type { GlobalSettings } from "./gateway-part";
import { partDrift, partPath, partText, reservedBy } from "./part";
import type { GlobalPart } from "./part";

const settings = (given: object = {}): SambaSettings => filled(gatewayModel.inputs.shape.samba, given) as SambaSettings;
const gateway = (given: object = {}, version = "4.17.12+dfsg-0+deb12u1"): GlobalSettings => ({
    hostname: "files.example.org",
    samba: settings(given),
    memory: "512MiB",
    version,
});
const render = (given: object = {}, version?: string): string => {
    refuseOptions(gateway(given, version));
    return renderConfig(gateway(given, version), files.config);
};
/** As Samba reads it: the last value counts. */
const options = (given: object = {}): Record<string, string> =>
    Object.fromEntries(parseSections(render(given)).flatMap((section) => [...section.options]));

it("is secure when nothing is said", () => {
    expect(options()).toMatchObject({
        serverminprotocol: "SMB3_00",
        serversigning: "mandatory",
        serversmbencrypt: "desired",
        ntlmauth: "ntlmv2-only",
        maptoguest: "never",
        netbiosname: "FILES",
        logging: "systemd",
    });
    expect(render()).not.toContain("server max protocol");
});

it("writes what is said", () => {
    expect(
        options({ interfaces: ["eth1", "eth0"], netbiosName: "nas", maxProtocol: "SMB3_02", options: { deadtime: "10" } }),
    ).toMatchObject({
        interfaces: "lo eth0 eth1",
        bindinterfacesonly: "yes",
        netbiosname: "NAS",
        servermaxprotocol: "SMB3_02",
        deadtime: "10",
    });
});

it("says the same of macOS metadata whoever asks for the module, unless the program does", () => {
    expect(options()).toMatchObject({ "fruit:metadata": "stream", "fruit:nfsaces": "no" });
    expect(options()).not.toHaveProperty("vfsobjects");
    expect(options({ macos: true })).toMatchObject({ "fruit:metadata": "stream", vfsobjects: "fruit streams_xattr" });
    expect(render({ options: { "fruit:nfs_aces": "yes" } }).match(/nfs_aces/g)).toHaveLength(1);
});

it("logs logins as JSON where the rest goes", () => {
    expect(options({ logging: { logins: true } })).toMatchObject({ loglevel: "1 auth_json_audit:3", logging: "systemd" });
    expect(options({ logging: { target: "file", logins: true } })["loglevel"]).toMatch(
        / auth_json_audit:3@\/var\/log\/samba\/logins\.json$/,
    );
});

it("has the last word on guests, behind the shares", () => {
    const text = render({ guests: "never" });
    expect(text.lastIndexOf("map to guest = never")).toBeGreaterThan(text.indexOf("shares.conf"));
    expect(render().match(/map to guest/g)).toHaveLength(1);
    // A user who must change the password may still connect anonymously.
    expect(text.slice(text.indexOf("shares.conf"))).not.toMatch(/restrict anonymous|encrypt/);
    const encrypted = render({ encryption: "required" });
    expect(encrypted.slice(encrypted.indexOf("shares.conf"))).toMatch(
        /map to guest = never[^]*restrict anonymous = 2[^]*server smb encrypt = required/,
    );
});

it("sends audits to a file of their own, and rotates it", () => {
    expect(options({ logging: { target: "file", level: 2 } })).toMatchObject({
        loglevel: "2 full_audit:1@/var/log/samba/audit.log",
        "fullaudit:syslog": "no",
    });
    const logging = { target: "file", maxSize: "1MiB", keep: 3 };
    expect(JSON.stringify(serviceSteps({ hostname: "files", samba: settings({ logging }), memory: "512MiB" }))).toContain(
        "size 1048576\\n\\trotate 3",
    );
    expect(servicePackages(settings({ logging, discovery: { wsdd: true } }))).toEqual(["wsdd", "logrotate"]);
});

it("refuses protocols the wrong way round, and encryption without SMB3", () => {
    const faults = (given: object): string[] => {
        const fault = protocolFault(settings(given));
        return fault ? [fault.property] : [];
    };
    expect(faults({ minProtocol: "SMB3_11", maxProtocol: "SMB3_00" })).toEqual(["samba.minProtocol"]);
    expect(faults({ minProtocol: "SMB2_02", maxProtocol: "SMB2_10", encryption: "required" })).toEqual(["samba.encryption"]);
    expect(faults({})).toEqual([]);
});

describe("versions", () => {
    it.each(["4.17.12+dfsg-0+deb12u4", "4.18.0", "4.19.5", "4.20.4", "4.21.3", "4.22.11+dfsg-0+deb13u1"])(
        "%s: takes what is written without being asked for, and refuses by its number what it does not have",
        (version) => {
            expect(() => render({ macos: true, multichannel: false, logging: { target: "file", logins: true } }, version)).not.toThrow();
            const has = (name: string): boolean => {
                try {
                    return render({ options: { [name]: "yes" } }, version).includes(name);
                } catch (error) {
                    expect(String(error)).toMatch(/(needs|was removed in) Samba 4\.\d+; the gateway has /);
                    expect(String(error)).toContain(`the gateway has ${version};`);
                    return false;
                }
            };
            const minor = Number(version.split(".")[1]);
            expect({
                "smb3 unix extensions": has("smb3 unix extensions"),
                "smb3 share cap:continuous availability": has("smb3 share cap:continuous availability"),
                "vfs mkdir use tmp name": has("vfs mkdir use tmp name"),
                "directory name cache size": has("directory name cache size"),
                "fruit:posix_rename": has("fruit:posix_rename"),
            }).toEqual({
                "smb3 unix extensions": minor >= 18,
                "smb3 share cap:continuous availability": minor >= 20,
                "vfs mkdir use tmp name": minor >= 22,
                "directory name cache size": minor < 19,
                "fruit:posix_rename": minor < 22,
            });
        },
    );

    it("have SMB3's POSIX extensions off where they know them", () => {
        expect(render()).not.toContain("smb3 unix extensions");
        expect(render({}, "4.22.11+dfsg-0+deb13u1")).toContain("smb3 unix extensions = no\n");
    });

    it("are compared even where an upgrade has taken an option away", () => {
        expect(renderConfig(gateway({ options: { "directory name cache size": "1" } }, "4.22.11"), files.config)).toContain(
            "directory name cache size = 1",
        );
    });

    it("refuse what they do not have, with their number", () => {
        expect(() => render({ directoryLeases: true })).toThrow(/`smb3 directory leases` needs Samba 4\.22; the gateway has 4\.17\.12/);
        expect(render({ directoryLeases: false }, "4.22.11+dfsg-0+deb13u1")).toContain("smb3 directory leases = no");
        expect(() => render({ options: { "Directory Name Cache Size": "1" } }, "4.22.11")).toThrow(
            /was removed in Samba 4\.19; the gateway has 4\.22\.11/,
        );
        expect(render({ options: { "directory name cache size": "1" } })).toContain("directory name cache size = 1");
    });

    it("are compared by number", () => {
        expect([atLeast("4.9.1", "4.17"), atLeast("4.17", "4.17"), atLeast("4.17.12+dfsg", "4.17.2")]).toEqual([false, true, true]);
        expect(optionsInVersion("workgroup", "4.17")).toBeUndefined();
    });
});

/** Unchanged since the first version: any other text would be a diff on every gateway. */
const SMB_CONF = `# Written by pvesmb; changes here are reported by \`pulumi refresh\` and undone by \`pulumi up\`.
[global]
	workgroup = WORKGROUP
	netbios name = FILES
	server string = pvesmb
	server role = standalone server
	server min protocol = SMB3_00
	server signing = mandatory
	server smb encrypt = desired
	ntlm auth = ntlmv2-only
	map to guest = never
	restrict anonymous = 2
	disable netbios = yes
	smb ports = 445
	max smbd processes = 128
	deadtime = 60
	load printers = no
	printing = bsd
	printcap name = /dev/null
	disable spoolss = yes
	unix extensions = no
	allow insecure wide links = no
	store dos attributes = yes
	acl allow execute always = yes
	logging = systemd
	log level = 1
	fruit:metadata = stream
	fruit:model = MacSamba
	fruit:nfs_aces = no
	fruit:veto_appledouble = no
	fruit:delete_empty_adfiles = yes
	fruit:wipe_intentionally_left_blank_rfork = yes
	include = /etc/samba/pvesmb/shares.conf
	include = /etc/samba/pvesmb/local.conf
`;

it("writes smb.conf to the byte as it always was", () => {
    expect(renderConfig(gateway(), files.config)).toBe(SMB_CONF);
});

describe("a second part", () => {
    const domain: GlobalPart = {
        owner: "domain",
        lines: [
            ["server role", "member server"],
            ["realm", "EXAMPLE.ORG"],
            ["idmap config * : backend", "tdb"],
        ],
        reserves: ["realm", "server role", "idmap config *"],
    };
    const found = { "/etc/samba/smb.conf": renderConfig(gateway(), files.config), [partPath("domain")]: partText(domain) };

    it("and the gateway's are no difference to each other; each sees its own", () => {
        expect([configDrift(gateway(), files.config, { files: found }), partDrift(domain, { files: found })]).toEqual([[], []]);
        const theirs = { ...found, [partPath("domain")]: partText(domain).replace("EXAMPLE", "OTHER") };
        expect([configDrift(gateway(), files.config, { files: theirs }), partDrift(domain, { files: theirs })]).toEqual([
            [],
            [`${partPath("domain")}: [global] realm = OTHER.ORG instead of EXAMPLE.ORG`],
        ]);
        const ours = { ...found, "/etc/samba/smb.conf": SMB_CONF.replace("deadtime = 60", "deadtime = 5") };
        expect([configDrift(gateway(), files.config, { files: ours }), partDrift(domain, { files: ours })]).toEqual([
            ["/etc/samba/smb.conf: [global] deadtime = 5 instead of 60"],
            [],
        ]);
        expect(partDrift(domain, { files: {} })).toEqual([`${partPath("domain")}: missing`]);
    });

    it("has options that no other may set, by whichever name; so has the gateway's", () => {
        expect(["IDMAP config EX : range", "Realm", "deadtime"].map((name) => reservedBy(name, [domain]))).toEqual([
            "domain",
            "domain",
            undefined,
        ]);
        expect(["log level", "debuglevel", "deadtime"].map((name) => reservedBy(name, [gatewayPart(gateway())]))).toEqual([
            "gateway",
            "gateway",
            undefined,
        ]);
        const options = { "idmap config * : range": "1-2" };
        expect(() => refuseOptions({ ...gateway(), samba: { ...settings(), options } }, [domain])).toThrow(
            /samba\.options: `idmap config \* : range` is written for the gateway's domain/,
        );
    });
});
