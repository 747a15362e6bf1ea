# $@: packages. Installs the missing ones without touching the host's own services, and notes them for the gateway's removal.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# needrestart would restart services of the host (needrestart(1)).
export NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
APT="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
NOTES=/var/lib/pvesmb/packages

there() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=
for package; do there "$package" || missing="$missing $package"; done
installed=no
if [ -n "$missing" ]; then
    $APT update >&2
    wanted=
    # Another version of a part of Samba would upgrade, and so restart, the host's own.
    version=
    if there samba; then version=$(dpkg-query -W -f '${Version}' samba); fi
    for package in $missing; do
        case $package in
        samba-*|smbclient) [ -z "$version" ] || package=$package=$version ;;
        esac
        wanted="$wanted $package"
    done
    before=$(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort)
    mkdir -p /var/lib/pvesmb
    $APT install --no-install-recommends --no-upgrade $wanted >&2
    dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p' | sort > $NOTES.now
    printf '%s\n' "$before" | comm -13 - $NOTES.now >> $NOTES
    rm $NOTES.now
    installed=yes
fi
echo "installed=$installed samba=$(dpkg-query -W -f '${Version}' samba)"
