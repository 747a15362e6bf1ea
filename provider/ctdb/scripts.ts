import { CTDB, ownerOf, stateOf } from "./paths";
import type { Cluster } from "./settings";

/**
 * What CTDB asks of a gateway (ctdb.7, "EVENT SCRIPTS"): it may serve while the shared file system is really there, which the file beside
 * the data says, while it is in step with what is declared on the cluster, and while smbd answers. Each look has an end of its own: CTDB lets a
 * monitor event that hangs pass twenty times, and waits 30 s for an event.
 */
export const eventScript = ({ sharedPath, nonce }: Cluster): string => `#!/bin/sh
# Written by pvesmb.
[ -n "$CTDB_BASE" ] || CTDB_BASE=$(d=$(dirname "$0") && cd -P "$d" && dirname "$PWD")
. "\${CTDB_BASE}/functions"

there() {
    timeout -s KILL 5 grep -qs '"nonce":"${nonce}"' ${ownerOf(sharedPath)} ||
        die "ERROR: ${sharedPath} is not the cluster's file system"
}

in_step() {
    timeout -s KILL 5 ${CTDB.inStep} || timeout -s KILL 23 ${CTDB.follow} ${CTDB.following} || die "ERROR: not in step with the cluster"
}

case "$1" in
startup)
    there
    in_step
    systemctl start smbd || die "ERROR: smbd does not start"
    ;;
shutdown)
    systemctl stop smbd
    ;;
monitor)
    there
    in_step
    systemctl is-active --quiet smbd || systemctl start --no-block smbd
    ctdb_check_tcp_ports 445 || exit $?
    ;;
esac
exit 0
`;

/** Before smbd starts, and whenever CTDB asks: whether this gateway has all that is declared on the cluster. */
export const inStepScript = ({ sharedPath, nonce, lock }: Cluster): string => `#!/bin/sh
# Written by pvesmb.
grep -qs '"nonce":"${nonce}"' ${ownerOf(sharedPath)} || exit 1
[ -e ${stateOf(lock)} ] || [ -e ${CTDB.applied} ] || exit 0
exec cmp -s ${stateOf(lock)} ${CTDB.applied}
`;

/** Takes all floating addresses from this gateway, when CTDB runs no more, however it ended. */
export const dropScript = `# Written by pvesmb.
while read -r address interface; do
    ip address del "$address" dev "$interface" 2>/dev/null
done < ${CTDB.publicAddresses}
exit 0
`;

/**
 * Ends a ctdbd that does not answer: it would keep its addresses, while the others count it as dead and take them. Nine seconds at most, less
 * than it takes the others with the default tunables.
 */
export const watchScript = `# Written by pvesmb.
missed=0
while sleep 1; do
    if ! systemctl is-active --quiet ctdb || timeout -s KILL 2 ctdb runstate >/dev/null 2>&1; then
        missed=0
        continue
    fi
    missed=$((missed + 1))
    [ $missed -ge 3 ] || continue
    echo "ctdbd does not answer: ending it"
    systemctl kill --signal=KILL ctdb
    missed=0
done
`;
