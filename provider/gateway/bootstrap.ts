import { APT, MISSING, quote } from "../hosts";

/**
 * Packages of a file server. Debian's samba only recommends samba-vfs-modules (acl_xattr) and attr, and does not pull in acl (setfacl)
 * (seen with 4.17.12).
 */
export const PACKAGES = ["samba", "samba-vfs-modules", "smbclient", "acl", "attr", "python3"];

export interface BootstrapSettings {
    mirror?: string;
    /** Default: `mirror` plus `-security`, as on Debian's own mirrors. */
    securityMirror?: string;
    proxy?: string;
    securityUpdates?: boolean;
    /** Setup has not finished before: install what new gateways get. */
    fresh?: boolean;
    /** Packages for other services on the gateway. */
    more?: string[];
}

/**
 * Runs before Python is there: installs missing packages, keeps Samba from starting with Debian's configuration, and prints one line of
 * `name=value` facts.
 */
export function bootstrapScript(settings: BootstrapSettings): string {
    const packages = [
        ...PACKAGES,
        ...(settings.fresh === true ? ["nftables"] : []),
        ...((settings.securityUpdates ?? settings.fresh) === true ? ["unattended-upgrades"] : []),
        ...(settings.more ?? []),
    ];
    return `set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
set -- ${packages.join(" ")}
missing=$(${MISSING})
installed=no
${sourcesScript(settings)}
if [ -n "$missing" ] || [ $changed = yes ]; then
    apt="${APT}"
    $apt update >&2
fi
if [ -n "$missing" ]; then
    installed=yes
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    $apt install --no-install-recommends $missing >&2
    systemctl disable nmbd >/dev/null 2>&1 || true
fi
echo "installed=$installed samba=$(dpkg-query -W -f '\${Version}' samba)"
`;
}

/** The distribution's files and our versions of them. Without a mirror the originals are restored, unless the files were edited since. */
const KEPT = "/var/lib/pvesmb/apt";
const PROXY = "/etc/apt/apt.conf.d/60pvesmb-proxy";

/** Sets apt's proxy and sources; `changed` tells whether anything changed. */
function sourcesScript({ proxy, mirror, securityMirror }: BootstrapSettings): string {
    const proxyText = proxy === undefined ? "" : `Acquire::http::Proxy "${proxy}";\nAcquire::https::Proxy "${proxy}";\n`;
    return `# apt: proxy and sources
changed=no
put() {
    if [ -e "$2" ] && cmp -s "$1" "$2"; then rm "$1"; return; fi
    cat "$1" > "$2"
    rm "$1"
    changed=yes
}
${
    proxy === undefined
        ? `[ ! -e ${PROXY} ] || { rm ${PROXY}; changed=yes; }`
        : `printf '%s' ${quote([proxyText])} > ${PROXY}.new
put ${PROXY}.new ${PROXY}`
}
${mirror === undefined ? ORIGINALS : mirrorLines(mirror, securityMirror ?? `${mirror.replace(/\/+$/, "")}-security`)}# apt: done`;
}

const ORIGINALS = `for before in ${KEPT}/*.before; do
    [ -e "$before" ] || continue
    name=$(basename "$before" .before)
    file=/etc/apt/sources.list
    [ "$name" = sources.list ] || file=/etc/apt/sources.list.d/$name
    if cmp -s "$file" ${KEPT}/$name.ours; then cat "$before" > "$file"; changed=yes; fi
    rm "$before" ${KEPT}/$name.ours
done
`;

/**
 * Points the distribution's own sources to another mirror, suite by suite and including updates and security; other repositories stay.
 * Handles both formats of Debian's file (sources.list(5)): lines, and the paragraphs of `debian.sources`.
 */
function mirrorLines(mirror: string, security: string): string {
    return `. /etc/os-release
sources() {
    awk -v main=${quote([mirror])} -v security=${quote([security])} -v code="$VERSION_CODENAME" "$@"
}
mkdir -p ${KEPT}
found=no
for file in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
    [ -f "$file" ] || continue
    kept=${KEPT}/$(basename "$file")
    [ -e "$kept.before" ] || cp "$file" "$kept.before"
    case "$file" in
    *.sources) sources ${quote([PARAGRAPHS])} "$file" > "$file.pvesmb" ;;
    *) sources ${quote([LINES])} "$file" > "$file.pvesmb" ;;
    esac
    grep -qF ${quote([mirror])} "$file.pvesmb" && found=yes
    put "$file.pvesmb" "$file"
    cp "$file" "$kept.ours"
done
if [ $found = no ]; then
    [ -e ${KEPT}/sources.list.before ] || : > ${KEPT}/sources.list.before
    printf 'deb %s %s main\\n' ${quote([mirror])} "$VERSION_CODENAME" >> /etc/apt/sources.list
    cp /etc/apt/sources.list ${KEPT}/sources.list.ours
    changed=yes
fi
`;
}

/** The mirror for a suite of the distribution; empty for other suites. */
const ORIGIN = `function origin(suite) {
    if (suite == code "-security" || suite == code "/updates") return security
    return suite == code || index(suite, code "-") == 1 ? main : ""
}
`;

const LINES = `${ORIGIN}/^[ \\t]*deb(-src)?[ \\t]/ {
    place = 2
    if ($2 ~ /^\\[/) { while ($place !~ /\\]$/ && place < NF) place++; place++ }
    found = / main( |$)/ ? origin($(place + 1)) : ""
    if (found != "") $place = found
}
{ print }`;

const PARAGRAPHS = `${ORIGIN}BEGIN { RS = ""; ORS = "\\n\\n" }
{
    found = ""
    if (match($0, /(^|\\n)Suites:[^\\n]*/)) {
        count = split(substr($0, RSTART, RLENGTH), suites, /[ \\t]+/)
        for (i = 2; i <= count && found == ""; i++) found = origin(suites[i])
    }
    if (found != "") sub(/(^|\\n)URIs:[^\\n]*(\\n[ \\t][^\\n]*)*/, "\\nURIs: " found)
    sub(/^\\n/, "")
    print
}`;

export interface BootstrapFacts {
    installed: boolean;
    /** Debian's version string without epoch: `4.17.12+dfsg-0+deb12u1`. */
    sambaVersion: string;
}

export function parseBootstrap(stdout: string): BootstrapFacts | undefined {
    const match = /^installed=(yes|no) samba=(?:\d+:)?(\S+)$/m.exec(stdout);
    return match ? { installed: match[1] === "yes", sambaVersion: match[2] ?? "" } : undefined;
}
