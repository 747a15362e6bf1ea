import { CTDB } from "./paths";

/** Samba's databases that a cluster has once; files of a server that stands alone. */
export const DATABASES = [
    "/var/lib/samba/private/passdb.tdb",
    "/var/lib/samba/private/secrets.tdb",
    "/var/lib/samba/group_mapping.tdb",
    "/var/lib/samba/share_info.tdb",
    "/var/lib/samba/account_policy.tdb",
    "/var/lib/samba/registry.tdb",
] as const;

const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1);

/**
 * Before CTDB starts: what an earlier cluster left goes aside, since CTDB believes the copy with the highest number. The first gateway's own
 * databases become the cluster's; CTDB precedes each record with 24 bytes of its own.
 */
export const formScript = (number: number): string => `set -eu
umask 077
mkdir -p ${CTDB.persistent}
if [ -n "$(ls ${CTDB.persistent})" ]; then
    aside=${CTDB.aside}/$(date +%Y%m%d-%H%M%S)
    mkdir -p "$aside"
    mv ${CTDB.persistent}/* "$aside"
fi
${number > 0 ? "" : DATABASES.map((file) => convert(file, `${CTDB.persistent}/${nameOf(file)}.0`, "-s0 -o64")).join("")}`;

/** After CTDB has stopped: the cluster's databases become those of a gateway that stands alone. */
export const aloneScript = (number: number): string => `set -eu
umask 077
${DATABASES.map((file) => convert(`${CTDB.persistent}/${nameOf(file)}.${number}`, file, "-s64 -o0")).join("")}`;

const convert = (from: string, to: string, how: string): string => `if [ -e ${from} ]; then
    rm -f ${to}.new
    ltdbtool ${how} convert ${from} ${to}.new >/dev/null
    mv ${to}.new ${to}
fi
`;
