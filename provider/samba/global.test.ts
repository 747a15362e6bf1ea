import { gatewayModel } from "../model";
import { filled } from "../model/schema";
import { protocolFault } from "../model/samba";
import type { SambaSettings } from "../model/samba";
import { renderGlobal } from "./global";
import { servicePackages, serviceSteps } from "./services";
import { parseSections } from "./text";
import { atLeast, optionsInVersion } from "./versions";

const settings = (given: object = {}): SambaSettings => filled(gatewayModel.inputs.shape.samba, given) as SambaSettings;
const render = (given: object = {}, version = "4.17.12+dfsg-0+deb12u1"): string =>
    renderGlobal({ hostname: "files.example.org", samba: settings(given), memory: "512MiB", version });
/** As Samba reads it: what comes last counts. */
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
    // Who has to choose a password may still come without a login.
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
    expect(JSON.stringify(serviceSteps({ samba: settings({ logging }), memory: "512MiB" }))).toContain("size 1048576\\n\\trotate 3");
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
        const samba = settings({ options: { "directory name cache size": "1" } });
        expect(renderGlobal({ hostname: "files", samba, memory: "512MiB", version: "4.22.11" }, false)).toContain(
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
