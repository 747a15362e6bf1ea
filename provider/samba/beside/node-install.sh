# $1: the lines of the plan that was looked at; the rest: packages. Installs them if that is still the plan.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
# needrestart would restart services of the node (needrestart(1)).
export NEEDRESTART_SUSPEND=1 NEEDRESTART_MODE=l
APT="apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold"
NOTES=/var/lib/pvesmb/packages

plan=$1
shift
now=$($APT -s install --no-install-recommends --no-remove "$@" | sed -n -E '/^(Inst|Remv|Purg) /s/[[:space:]]*$//p')
if [ "$now" != "$plan" ]; then
    echo "apt-get would do something else by now than a moment ago" >&2
    exit 1
fi
mkdir -p /var/lib/pvesmb
# New packages are without an old version in brackets. Noted before, so that a run that is cut off knows them.
printf '%s\n' "$plan" | sed -n -E 's/^Inst ([^ ]+) \(.*/\1/p' >> $NOTES
sort -u -o $NOTES $NOTES
if grep -qx samba $NOTES; then
    # policy-rc.d is the node's own, so it is left alone. A mask in /run is gone after a restart.
    : > /var/lib/pvesmb/unconfigured
    systemctl mask --runtime --quiet smbd nmbd
fi
$APT install --no-install-recommends --no-remove "$@" >&2
