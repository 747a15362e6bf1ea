/** Root of all shares on a gateway: the mount point of the data volume, or a plain directory on the root file system. */
export const DATA_ROOT = "/srv/pvesmb";

/** What pvesmb stores with the data so that a rebuilt gateway finds it: account ids, facts, quota claims. */
export const OWN_DATA = `${DATA_ROOT}/.pvesmb`;

/** The administrator's own Samba settings on the gateway, read after all others; pvesmb neither changes nor reports them. */
export const LOCAL_CONFIG = "/etc/samba/pvesmb/local.conf";
