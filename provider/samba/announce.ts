import type { AssembleStep, LineOfEach, Step } from "../hosts/steps";
import { optionKey } from "../model/options/synonyms";
import type { SambaSettings } from "../model/samba";
import { netbiosName } from "./config/gateway-part";
import { SAMBA } from "./paths";

/**
 * What Avahi announces of a gateway: the server, and its shares for Time Machine. smbd can do that itself, but only when it starts or Avahi
 * does (samba.md section 1, "Avahi and smbd"). So pvesmb writes a service file, which Avahi rereads by itself when it changes.
 */

export const AVAHI = "avahi-daemon";

/** smbd's option for doing it itself. A program that sets it decides. */
export const BY_SMBD = "multicast dns register";

const given = (samba: SambaSettings, name: string): string | undefined =>
    Object.entries(samba.options).find(([each]) => optionKey(each) === optionKey(name))?.[1];

export const announces = (samba: SambaSettings): boolean => samba.discovery.avahi && given(samba, BY_SMBD) === undefined;

const AT = "<!-- shares for Time Machine -->";

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The file around the shares' lines; undefined: nothing is announced. The records are smbd's own (source3/smbd/avahi_register.c). */
export function announcedServer(samba: SambaSettings, hostname: string): string | undefined {
    if (!announces(samba)) return undefined;
    const name =
        given(samba, "mdns name") === "mdns"
            ? '<name replace-wildcards="yes">%h</name>'
            : `<name>${escaped(samba.netbiosName?.toUpperCase() ?? netbiosName(hostname))}</name>`;
    return `<?xml version="1.0" standalone="no"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<!-- Written by pvesmb; changes here are reported by \`pulumi refresh\` and undone by \`pulumi up\`. -->
<service-group>
  ${name}
  <service><type>_smb._tcp</type><port>445</port></service>
  <service><type>_device-info._tcp</type><port>0</port><txt-record>model=${escaped(given(samba, "fruit:model") ?? "MacSamba")}</txt-record></service>
  ${AT}
</service-group>
`;
}

/**
 * A share's name contains no `]` (model/share), so it cannot end the CDATA section. A record has at most 255 bytes; Avahi would drop the whole
 * file for a longer one.
 */
const disks: LineOfEach = {
    name: "^\\[(?!global\\])(.{1,230})\\]$",
    if: "^\\tfruit:time machine = yes$",
    unless: "^\\tavailable = no$",
    line: "    <txt-record>dkNUMBER=adVN=<![CDATA[NAME]]>,adVF=0x82</txt-record>",
};

const INTO = {
    file: SAMBA.announced,
    at: AT,
    // Not quite what smbd says (`sys=adVF=0x100`): with equal records Avahi would accept both, and smbd's would get stale.
    before: "  <service>\n    <type>_adisk._tcp</type>\n    <port>0</port>\n    <txt-record>sys=waMa=0,adVF=0x100</txt-record>\n",
    after: "  </service>\n",
};

/** Avahi compares times of change in whole seconds (static_service_load() in avahi-daemon/static-services.c). */
export const announcement: AssembleStep = {
    do: "assemble",
    id: "announcement",
    from: SAMBA.fragments,
    suffix: ".conf",
    to: SAMBA.announcement,
    header: "",
    mode: "0644",
    each: disks,
    into: INTO,
    newer: true,
};

/**
 * For the gateway's own changes. An smbd that started before pvesmb told it not to has announced itself, and Avahi ignores a file that
 * contradicts it. A new Avahi reads its files first, and refuses smbd.
 */
export const announceFirst: Step = { do: "run", ifChanged: "announcement", argv: ["systemctl", "restart", AVAHI] };

/** The file as AssembleStep makes it of the files of a look. */
export function announcementIn(files: Readonly<Record<string, string>>): string | undefined {
    const around = files[INTO.file];
    if (around === undefined) return undefined;
    const [name, wanted, unwanted] = [disks.name, disks.if, disks.unless].map((each) => new RegExp(each, "m"));
    const names = Object.entries(files)
        .filter(([path]) => path.startsWith(`${SAMBA.fragments}/`) && path.endsWith(".conf"))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([, text]) => {
            const bytes = Buffer.from(text).toString("latin1");
            const found = name?.exec(bytes)?.[1];
            return found !== undefined && wanted?.test(bytes) && !unwanted?.test(bytes) ? [Buffer.from(found, "latin1").toString()] : [];
        });
    const lines = names.map((each, number) => `${disks.line.replace("NUMBER", String(number)).replace("NAME", () => each)}\n`).join("");
    const full = lines === "" ? "" : INTO.before + lines + INTO.after;
    return around
        .split(/(?<=\n)/)
        .map((line) => (line.trim() === INTO.at ? full : line))
        .join("");
}
