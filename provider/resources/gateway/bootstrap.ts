/** What a file server needs; Debian only recommends some of these (design.md section 9: acl_xattr, setfacl and the rest are missing without). */
const PACKAGES = ["samba", "samba-vfs-modules", "smbclient", "acl", "attr", "python3"];

export interface BootstrapSettings {
    mirror?: string;
    proxy?: string;
    securityUpdates?: boolean;
    /** Packages of what else runs on the gateway. */
    more?: string[];
}

/**
 * The one script that runs before Python is there. Installs what is missing and nothing else; prints one line of `name=value` facts. Samba
 * is kept from starting with Debian's default configuration until ours is in place.
 */
export function bootstrapScript(settings: BootstrapSettings): string {
    const packages = [...PACKAGES, ...(settings.securityUpdates === true ? ["unattended-upgrades"] : []), ...(settings.more ?? [])];
    return `set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
missing=""
for package in ${packages.join(" ")}; do
    [ "$(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
installed=no
if [ -n "$missing" ]; then
    installed=yes
${settings.proxy === undefined ? "" : `    printf 'Acquire::http::Proxy "%s";\\nAcquire::https::Proxy "%s";\\n' ${quote(settings.proxy)} ${quote(settings.proxy)} > /etc/apt/apt.conf.d/60pvesmb-proxy\n`}${
        settings.mirror === undefined ? "" : mirrorLines(settings.mirror)
    }    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    apt="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3"
    $apt update >&2
    $apt install --no-install-recommends $missing >&2
    systemctl disable nmbd >/dev/null 2>&1 || true
fi
echo "installed=$installed samba=$(dpkg-query -W -f '\${Version}' samba)"
`;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Points the distribution's own sources at another mirror; other repositories stay. */
function mirrorLines(mirror: string): string {
    return `    . /etc/os-release
    printf 'deb %s %s main\\n' ${quote(mirror)} "$VERSION_CODENAME" > /etc/apt/sources.list
    rm -f /etc/apt/sources.list.d/debian.sources
`;
}

export interface BootstrapFacts {
    installed: boolean;
    /** Debian's version string without epoch: `4.17.12+dfsg-0+deb12u1`. */
    sambaVersion: string;
}

export function parseBootstrap(stdout: string): BootstrapFacts | undefined {
    const match = /^installed=(yes|no) samba=(?:\d+:)?(\S+)$/m.exec(stdout);
    return match ? { installed: match[1] === "yes", sambaVersion: match[2] ?? "" } : undefined;
}
