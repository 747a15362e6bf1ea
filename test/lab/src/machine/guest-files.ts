import type { GuestNic, GuestSpec } from "../machine";

/** The shell script, to be run by root *inside* a guest's file system, that writes what PVE writes there before each start (PVE::LXC::Setup). */
export function startScript(spec: GuestSpec, fallback: { nameserver: string[]; searchdomain: string[] }): string {
    const either = (own: string[] | undefined, node: string[]): string[] => (own && own.length > 0 ? own : node);
    const search = either(spec.searchdomain, fallback.searchdomain);
    const resolv = [
        ...(search.length > 0 ? [`search ${search.join(" ")}`] : []),
        ...either(spec.nameserver, fallback.nameserver).map((server) => `nameserver ${server}`),
    ];
    const script = [
        "set -e",
        write("/etc/hostname", `${spec.hostname.split(".")[0]}\n`),
        write("/etc/network/interfaces", interfacesFile(spec.nics)),
        section("/etc/hosts", hostsLines(spec)),
        section("/etc/resolv.conf", resolv),
        "[ -s /etc/machine-id ] || : > /etc/machine-id",
        ...(spec.timezone && spec.timezone !== "host" ? [`ln -sf ${quote(`/usr/share/zoneinfo/${spec.timezone}`)} /etc/localtime`] : []),
    ];
    return `${script.join("\n")}\n`;
}

/** For a clone: a new machine id, without the first boot that a missing one would be (PVE::LXC::Setup::Base::clear_machine_id). */
export const cloneScript = `set -e
[ -h /var/lib/dbus/machine-id ] || rm -f /var/lib/dbus/machine-id
[ ! -e /etc/machine-id ] || [ "$(cat /etc/machine-id)" = uninitialized ] || echo > /etc/machine-id
`;

/** Appended to the others: prints the library of the systemd that is the init, whose name tells its version (PVE::LXC::Setup::Base::get_systemd_version). */
export const systemdScript = `case "$(readlink -f /sbin/init || :)" in
*/systemd) ls -d /usr/lib/systemd/libsystemd-shared-*.so /usr/lib/*/systemd/libsystemd-shared-*.so 2>/dev/null || : ;;
esac
`;

export function systemdVersion(printed: string): number | undefined {
    const version = /\/libsystemd-shared-(\d+)/.exec(printed)?.[1];
    return version === undefined ? undefined : Number(version);
}

/** The script for the first time only: root's password, SSH keys of root and of the host, an empty machine id. */
export function firstScript(
    secrets: { password?: string; sshKeys?: string },
    hostKeys: { name: string; text: string; mode: string }[],
): string {
    const script = ["set -e", "umask 022", "rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id", ": > /etc/machine-id"];
    if (hostKeys.length > 0)
        script.push(
            "mkdir -p /etc/ssh",
            ...hostKeys.map((key) => `${write(`/etc/ssh/${key.name}`, key.text)}\nchmod ${key.mode} ${quote(`/etc/ssh/${key.name}`)}`),
        );
    if (secrets.sshKeys)
        script.push(
            "mkdir -p -m 700 /root/.ssh",
            write("/root/.ssh/authorized_keys", `${secrets.sshKeys.trim()}\n`),
            "chmod 600 /root/.ssh/authorized_keys",
        );
    if (secrets.password) script.push(`chpasswd <<'PVESMB_END'\nroot:${secrets.password}\nPVESMB_END`);
    return `${script.join("\n")}\n`;
}

/** /etc/network/interfaces as Debian's ifupdown wants it. */
export function interfacesFile(nics: GuestNic[]): string {
    const stanza = (nic: GuestNic): string => {
        const four =
            method(nic.name, "inet", nic.ip, nic.gw) ??
            (nic.ip6 === undefined || nic.ip === "manual" ? `iface ${nic.name} inet manual\n` : "");
        const six = method(nic.name, "inet6", nic.ip6, nic.gw6) ?? "";
        return `auto ${nic.name}\n${four}${six}`;
    };
    return ["auto lo\niface lo inet loopback\niface lo inet6 loopback\n", ...nics.map(stanza)].join("\n");
}

function method(name: string, family: string, address: string | undefined, gateway: string | undefined): string | undefined {
    if (address === undefined || address === "manual") return undefined;
    if (address === "dhcp" || address === "auto") return `iface ${name} ${family} ${address}\n`;
    return `iface ${name} ${family} static\n\taddress ${address}\n${gateway ? `\tgateway ${gateway}\n` : ""}`;
}

function hostsLines(spec: GuestSpec): string[] {
    const [short = spec.hostname] = spec.hostname.split(".");
    const domain = spec.hostname.includes(".") ? undefined : spec.searchdomain?.[0];
    const names = spec.hostname === short ? [domain && `${short}.${domain}`, short] : [spec.hostname, short];
    const fixed = spec.nics
        .map((nic) => nic.ip)
        .find((ip) => ip?.includes("/"))
        ?.split("/")[0];
    return [
        "127.0.0.1 localhost.localnet localhost",
        "::1 localhost.localnet localhost",
        `${fixed ?? "127.0.1.1"} ${names.filter(Boolean).join(" ")}`,
    ];
}

/** Replaces PVE's section of a file and leaves the rest to the guest's owner. A link (systemd-resolved) is replaced by a file. */
function section(path: string, lines: string[]): string {
    const file = quote(path);
    return [
        `old=; [ -e ${file} ] && old=$(sed '/^# --- BEGIN PVE ---$/,/^# --- END PVE ---$/d' ${file})`,
        `rm -f ${file}`,
        write(path, `# --- BEGIN PVE ---\n${lines.map((line) => `${line}\n`).join("")}# --- END PVE ---\n`),
        `[ -z "$old" ] || printf '%s\\n' "$old" >> ${file}`,
    ].join("\n");
}

function write(path: string, text: string): string {
    return `cat > ${quote(path)} <<'PVESMB_END'\n${text.endsWith("\n") ? text : `${text}\n`}PVESMB_END`;
}

function quote(text: string): string {
    return `'${text.replaceAll("'", `'\\''`)}'`;
}
