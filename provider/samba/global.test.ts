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
    renderGlobal({ hostname: "files.example.org", samba: settings(given), version });
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

it("has the last word on guests, behind the shares", () => {
    const text = render({ guests: "never" });
    expect(text.lastIndexOf("map to guest = never")).toBeGreaterThan(text.indexOf("shares.conf"));
    expect(render().match(/map to guest/g)).toHaveLength(1);
});

it("sends audits to a file of their own, and rotates it", () => {
    expect(options({ logging: { target: "file", level: 2 } })).toMatchObject({
        loglevel: "2 full_audit:1@/var/log/samba/audit.log",
        "fullaudit:syslog": "no",
    });
    const logging = { target: "file", maxSize: "1MiB", keep: 3 };
    expect(JSON.stringify(serviceSteps(settings({ logging })))).toContain("size 1048576\\n\\trotate 3");
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
    it("refuse what they do not have, with their number", () => {
        expect(() => render({ directoryLeases: true })).toThrow(/`smb3 directory leases` needs Samba 4\.22; the gateway has 4\.17\.12/);
        expect(render({ directoryLeases: false }, "4.22.11+dfsg-0+deb13u1")).toContain("smb3 directory leases = no");
        expect(() => render({ options: { "Directory Name Cache Size": "1" } }, "4.22.11")).toThrow(
            /is gone since Samba 4\.19; the gateway has 4\.22\.11/,
        );
        expect(render({ options: { "directory name cache size": "1" } })).toContain("directory name cache size = 1");
    });

    it("are compared by number", () => {
        expect([atLeast("4.9.1", "4.17"), atLeast("4.17", "4.17"), atLeast("4.17.12+dfsg", "4.17.2")]).toEqual([false, true, true]);
        expect(optionsInVersion("workgroup", "4.17")).toBeUndefined();
    });
});
