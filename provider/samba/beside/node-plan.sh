# $@: packages. Says what is missing of them on a node of Proxmox VE, and what apt would do to install it. Changes only apt's lists, and ends
# what an installation of ours left half-way.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
APT="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
part() { echo "== $1"; }

there() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

if [ -e /var/lib/pvesmb/unconfigured ] && { [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ]; }; then
    # As in node-install.sh; a restart of the node takes the mask away.
    systemctl mask --runtime --quiet smbd nmbd
    NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l dpkg --configure -a --force-confdef --force-confold >&2
fi

missing=
for package; do there "$package" || missing="$missing $package"; done
if [ -n "$missing" ]; then
    # Another version of a part of Samba would upgrade, and so restart, a Samba that serves.
    version=
    if there samba; then version=$(dpkg-query -W -f '${Version}' samba); fi
    wanted=
    for package in $missing; do
        case $package in
        samba-*|smbclient) [ -z "$version" ] || package=$package=$version ;;
        esac
        wanted="$wanted $package"
    done
    part update
    $APT update 2>&1 | grep -E '^(E|W): ' || true
    part held; apt-mark showhold
    part proxmox
    dpkg-query -W -f '${Package}\t${db:Status-Status}\t${Origin} ${Maintainer}\n' | awk -F '\t' '$2 == "installed" && tolower($3) ~ /proxmox/ { print $1 }'
    part plan
    # With what is on hold as if it were not, so that the plan names it.
    code=0
    $APT -s -o APT::Ignore-Hold=true --allow-change-held-packages install --no-install-recommends $wanted 2>&1 || code=$?
    part wanted; printf '%s\n' $wanted
    part code; echo $code
fi
part samba; dpkg-query -W -f '${db:Status-Status} ${Version}' samba 2>/dev/null | sed -n 's/^installed //p'
echo
part end
