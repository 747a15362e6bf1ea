import { asset } from "../../base/asset";
import { FIRST_ID, LAST_ID } from "../ids";
import { optionKey } from "../../model/options/synonyms";
import { parseBoolean, parseSections } from "../text";
import type { Section } from "../text";
import { atLeast } from "../versions";

/** Needs only sh, and reads only. */
export const detectScript = (): string => asset("samba/beside/detect.sh");

/** A host as detectScript sees it. */
export interface FoundHost {
    /** `debian 12`. */
    os: { id: string; version: string; name: string };
    /** Installed packages and their versions, without epoch. */
    packages: ReadonlyMap<string, string>;
    /** Files that say who manages the host. */
    marks: ReadonlySet<string>;
    /** Text of the mark of a gateway that is there already; empty: none. */
    mark: string;
    /** What testparm prints of smb.conf; on a host that lacks it, smb.conf as it is written. */
    config: readonly Section[];
    /** testparm finds no faults, or is not there. */
    accepted: boolean;
    /** smb.conf itself. */
    text: string;
    subordinate: { file: string; name: string; from: number; to: number }[];
    apparmor: string[];
    /** Texts of a node of Proxmox VE: its configuration files, and what `ip -o addr` prints. */
    node: { corosync: string; datacenter: string; ceph: string; addresses: string };
}

/** Undefined if the answer is not one of detectScript. */
export function parseHost(stdout: string): FoundHost | undefined {
    const parts = new Map<string, string>();
    let name = "";
    for (const line of stdout.split("\n")) {
        // smb.conf, the only part that others write at length, is bounded by names that we know.
        const next = /^== ([a-z-]+)$/.exec(line)?.[1];
        if (next !== undefined && PARTS.includes(next) && !parts.has(next)) parts.set((name = next), "");
        else if (name !== "") parts.set(name, `${parts.get(name) ?? ""}${line}\n`);
    }
    if (!parts.has("end")) return undefined;
    const part = (wanted: string): string => parts.get(wanted) ?? "";
    const lines = (wanted: string): string[] =>
        part(wanted)
            .split("\n")
            .filter((line) => line !== "");
    const release = new Map(lines("os").map((line) => [line.split("=")[0] ?? "", (line.split("=")[1] ?? "").replace(/^"|"$/g, "")]));
    const config = part("config");
    return {
        os: {
            id: release.get("ID") ?? "",
            version: release.get("VERSION_ID") ?? "",
            name: release.get("PRETTY_NAME") ?? "an unknown system",
        },
        packages: new Map(
            lines("packages").flatMap((line): [string, string][] => {
                const [full = "", version = "", status] = line.split(" ");
                return status === "installed" ? [[full.split(":")[0] ?? "", version.replace(/^\d+:/, "")]] : [];
            }),
        ),
        marks: new Set(lines("marks")),
        mark: part("gateway"),
        config: parseSections(config === "" ? part("text") : config.replace(/^exit \d+\n/m, "")),
        accepted: config === "" || /^exit 0$/m.test(config),
        text: part("text"),
        subordinate: (["subuid", "subgid"] as const).flatMap((file) =>
            lines(file).flatMap((line) => {
                const [owner = "", from, count] = line.split(":");
                const [first, many] = [Number(from), Number(count)];
                return Number.isFinite(first) && Number.isFinite(many) && many > 0
                    ? [{ file: `/etc/${file}`, name: owner, from: first, to: first + many - 1 }]
                    : [];
            }),
        ),
        apparmor: lines("apparmor"),
        node: { corosync: part("corosync"), datacenter: part("datacenter"), ceph: part("ceph"), addresses: part("addresses") },
    };
}

const PARTS = "os packages marks gateway subuid subgid apparmor corosync datacenter ceph addresses config text end".split(" ");

/** Distributions and their releases, newest last. */
const SUPPORTED: Record<string, readonly string[]> = { debian: ["12", "13"], ubuntu: ["24.04"] };

/** Tools that write smb.conf themselves, by package or file. */
const MANAGERS: readonly [mark: string, name: string][] = [
    ["openmediavault", "openmediavault"],
    ["/etc/openmediavault/config.xml", "openmediavault"],
    ["/etc/webmin/samba", "Webmin"],
    ["webmin", "Webmin"],
    ["cockpit-file-sharing", "Cockpit (cockpit-file-sharing)"],
    ["/usr/share/cockpit/file-sharing", "Cockpit (cockpit-file-sharing)"],
    ["cockpit-samba-manager", "Cockpit (cockpit-samba-manager)"],
    ["zentyal-samba", "Zentyal"],
];

/** Options that move files that pvesmb and Samba's tools look for at Debian's places. */
const MOVED = ["private dir", "state directory", "lock directory", "cache directory", "pid directory", "smb passwd file", "passdb backend"];

const global = (host: FoundHost): ReadonlyMap<string, string> =>
    host.config.find(({ name }) => name.toLowerCase() === "global")?.options ?? new Map();

const isNode = ({ packages, marks }: FoundHost): boolean => packages.has("pve-manager") || marks.has("/etc/pve/local");

/**
 * Why a gateway of mode `existing` cannot be on this host; undefined if it can. One sentence with the way out. `floor`: the oldest Samba.
 */
export const existingRefusal = (host: FoundHost, floor: string): string | undefined =>
    isNode(host)
        ? "it is a node of Proxmox VE, whose packages and services this mode does not look after: use mode `native`, which does, or a container (mode `lxc`)"
        : hostRefusal(host, floor);

/** The same for mode `native`. */
export function nativeRefusal(host: FoundHost, floor: string): string | undefined {
    if (!isNode(host))
        return "it is not a node of Proxmox VE (it has no package pve-manager, and no /etc/pve/local): use mode `existing`, which is for such hosts";
    // Proxmox VE 8 is Debian 12, and 9 is Debian 13.
    if (host.os.id !== "debian")
        return `it runs ${host.os.name}, and pvesmb knows Proxmox VE 8 and 9 on Debian only; use a container (mode \`lxc\`)`;
    return hostRefusal(host, floor);
}

function hostRefusal(host: FoundHost, floor: string): string | undefined {
    const { os, packages, marks } = host;
    const releases = SUPPORTED[os.id];
    if (releases === undefined)
        return `it runs ${os.name}; pvesmb knows Debian 12 and 13 and Ubuntu 24.04: use such a host, or a container (mode \`lxc\`)`;
    if (!releases.includes(os.version))
        return `it runs ${os.name}; pvesmb knows ${os.id === "debian" ? "Debian" : "Ubuntu"} ${releases.join(" and ")}: upgrade the host, or use another one`;
    const manager = MANAGERS.find(([mark]) => packages.has(mark) || marks.has(mark))?.[1];
    if (manager !== undefined) return `${manager} manages it and would overwrite smb.conf: make the shares there, or use another host`;
    if (packages.has("ctdb") || marks.has("/etc/ctdb/nodes"))
        return "it is a node of a CTDB cluster, which pvesmb does not manage in this mode; use another host";
    const samba = packages.get("samba");
    if (samba !== undefined && !atLeast(samba, floor))
        return `it has Samba ${samba}, older than ${floor} (\`packages.minimumSambaVersion\`); upgrade it`;
    // A client of a domain or of a cluster may have smb.conf without the server.
    return configRefusal(host) ?? idRefusal(host);
}

function configRefusal(host: FoundHost): string | undefined {
    if (!host.accepted) return "testparm finds faults in its /etc/samba/smb.conf: correct it first (`testparm -s` there shows them)";
    const options = global(host);
    const has = (name: string): string | undefined => options.get(optionKey(name));
    if (has("config backend") === "registry" || /^[^\S\n]*config[^\S\n]*backend[^\S\n]*=[^\S\n]*registry[^\S\n]*$/im.test(host.text))
        return "its smb.conf has `config backend = registry`, so Samba reads no file: remove that line, or make the shares with `net conf`";
    if (/^[^\S\n]*include[^\S\n]*=[^\S\n]*registry[^\S\n]*$/im.test(host.text))
        return "its smb.conf has `include = registry`, whose shares would hide those of pvesmb: remove that line, or make the shares with `net conf`";
    if (/^[^\S\n]*config[^\S\n]*file[^\S\n]*=/im.test(host.text))
        return "its smb.conf has `config file`, so Samba reads another file: remove that line";
    if (parseBoolean(has("clustering")) === true)
        return "its Samba is clustered (`clustering = yes`), which pvesmb does not manage in this mode; use another host";
    const role = (has("server role") ?? "auto").toLowerCase();
    const security = (has("security") ?? "auto").toLowerCase();
    if (!["auto", "standalone server", "standalone"].includes(role) || !["auto", "user"].includes(security))
        return `its Samba belongs to a domain (\`${security === "auto" || security === "user" ? `server role = ${role}` : `security = ${security}`}\`), and pvesmb makes local accounts only in this mode; use another host`;
    const moved = MOVED.find((name) => has(name) !== undefined && !(name === "passdb backend" && has(name) === "tdbsam"));
    return moved === undefined
        ? undefined
        : `its smb.conf sets \`${moved}\`, and pvesmb knows Samba's databases at Debian's places only: remove that line, or use another host`;
}

/** Numbers of our accounts must be nobody else's, now or later. */
function idRefusal({ subordinate }: FoundHost): string | undefined {
    const clash = subordinate.find(({ from, to }) => from <= LAST_ID && to >= FIRST_ID);
    return clash === undefined
        ? undefined
        : `${clash.file} gives ${clash.name} the numbers ${clash.from} to ${clash.to}, and pvesmb takes those of its accounts from ${FIRST_ID} to ${LAST_ID}: move that range above ${LAST_ID}`;
}

/** AppArmor profiles of smbd that are enforced: they know only the paths that were in smb.conf when smbd started. */
export const confines = ({ apparmor }: FoundHost): boolean => apparmor.some((line) => /\bsmbd\b.*\(enforce\)/.test(line));
