/** Where shares live on a gateway: the data volume's mount point, or a plain directory of the root file system. */
export const DATA_ROOT = "/srv/pvesmb";

/** What pvesmb keeps beside the data, so that a gateway that is rebuilt on it finds it: numbers of accounts, facts, quotas' claims. */
export const OWN_DATA = `${DATA_ROOT}/.pvesmb`;

/** On the gateway: the administrator's own Samba settings, behind all others; never touched, never reported. */
export const LOCAL_CONFIG = "/etc/samba/pvesmb/local.conf";
