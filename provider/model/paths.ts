/** Where shares live on a gateway: the data volume's mount point, or a plain directory of the root file system. */
export const DATA_ROOT = "/srv/pvesmb";
