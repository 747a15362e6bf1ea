import { createHash } from "node:crypto";
import { LOCAL_CONFIG } from "../model/paths";

/** Files of pvesmb on a gateway. */
export const SAMBA = {
    /** Ours on a gateway of mode lxc: a header, the global section, two includes. */
    config: "/etc/samba/smb.conf",
    directory: "/etc/samba/pvesmb",
    /** On a host that is not ours: what its smb.conf includes. */
    beside: "/etc/samba/pvesmb/beside.conf",
    /** Owner of this host: key and nonce of the gateway. */
    mark: "/etc/samba/pvesmb/gateway.json",
    /** One file per share. */
    fragments: "/etc/samba/pvesmb/shares.d",
    /** The fragments, joined; included by smb.conf. */
    shares: "/etc/samba/pvesmb/shares.conf",
    /** One file per account of pvesmb. */
    accounts: "/etc/samba/pvesmb/users.d",
    /** One file per group of pvesmb. */
    groups: "/etc/samba/pvesmb/groups.d",
    /** On a gateway of a cluster: one file per share, user and group that is declared on the cluster (spread.ts). */
    cluster: "/etc/samba/pvesmb/cluster.d",
    /** Data of the program that Samba runs for sizes: one file per limited directory. */
    sizes: "/etc/samba/pvesmb/dfree.d",
    local: LOCAL_CONFIG,
    /** Exists if shares support macOS (the gateway's `samba.macos`). */
    macos: "/etc/samba/pvesmb/macos",
    /** Exists if no share may admit guests (the gateway's `samba.guests` and `samba.encryption`). */
    noGuests: "/etc/samba/pvesmb/no-guests",
    /** Exists if nobody may connect anonymously, not even to change a password (the gateway's `samba.encryption` is `required`). */
    noAnonymous: "/etc/samba/pvesmb/no-anonymous",
    /** Options that guests need of the server as a whole; compared to find a change. */
    guests: "/etc/samba/pvesmb/guests",
    /** Directories of Samba's database of share permissions (share_info.tdb), under `SECDESC/` and the share's name. */
    rights: ["/var/lib/samba", "/var/lib/ctdb/persistent"],
    /** Drop-in for Debian's smbd.service. */
    unit: "/etc/systemd/system/smbd.service.d/pvesmb.conf",
    /** nftables rules: connections per address. */
    clients: "/etc/samba/pvesmb/clients.nft",
    /** logrotate rules if audits go to a file. */
    rotation: "/etc/logrotate.d/pvesmb",
    /** What Avahi announces, without the shares (the gateway's `samba.discovery.avahi`). */
    announced: "/etc/avahi/pvesmb.xml",
    /** Read by avahi-daemon. */
    announcement: "/etc/avahi/services/pvesmb.service",
    /** Debian's file with the daemon's arguments. */
    wsdd: "/etc/default/wsdd",
    /** Audit log if audits go to a file. */
    audit: "/var/log/samba/audit.log",
    logins: "/var/log/samba/logins.json",
    /** The private instance that proves shares before they are activated. */
    probe: "/run/pvesmb/probe",
} as const;

/** A share's fragment (store/files.ts). */
export function fragmentPath(share: string): string {
    return `${SAMBA.fragments}/${fileName(share)}.conf`;
}

export function accountPath(user: string): string {
    return `${SAMBA.accounts}/${fileName(user)}.json`;
}

/** Exists while a user must change the password: what smbd must allow for that (assembly.ts). */
export function openingPath(user: string): string {
    return `${SAMBA.accounts}/${fileName(user)}.conf`;
}

export function groupPath(group: string): string {
    return `${SAMBA.groups}/${fileName(group)}.json`;
}

/** Per character, like Samba: String.toLowerCase maps a final sigma specially. */
const lowerCase = (name: string): string => [...name].map((char) => char.toLowerCase()).join("");

/** File name for a share, user or group: equal for names that Samba considers equal, ignoring case. */
export function fileName(name: string): string {
    const plain = encodeURIComponent(lowerCase(name)).replace(/[!'()*.]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    // NAME_MAX is 255.
    return plain.length <= 200 ? plain : `${plain.slice(0, 100)}~${createHash("sha256").update(plain).digest("hex")}`;
}
