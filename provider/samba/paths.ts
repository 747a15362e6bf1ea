import { createHash } from "node:crypto";
import { LOCAL_CONFIG } from "../model/paths";

/** Files of pvesmb on a gateway. */
export const SAMBA = {
    /** Ours on a gateway of mode lxc; one header, the global section, two includes. */
    config: "/etc/samba/smb.conf",
    directory: "/etc/samba/pvesmb",
    /** Who owns this host: key and nonce of the gateway. */
    mark: "/etc/samba/pvesmb/gateway.json",
    /** One file per share. */
    fragments: "/etc/samba/pvesmb/shares.d",
    /** The fragments, joined; included by smb.conf. */
    shares: "/etc/samba/pvesmb/shares.conf",
    /** One file per account that pvesmb made. */
    accounts: "/etc/samba/pvesmb/users.d",
    /** One file per group that pvesmb made. */
    groups: "/etc/samba/pvesmb/groups.d",
    /** What the program reads that Samba asks for sizes: one file per limited directory. */
    sizes: "/etc/samba/pvesmb/dfree.d",
    local: LOCAL_CONFIG,
    /** There if shares are to suit macOS (the gateway's `samba.macos`). */
    macos: "/etc/samba/pvesmb/macos",
    /** There if no share may let guests in (the gateway's `samba.guests` and `samba.encryption`). */
    noGuests: "/etc/samba/pvesmb/no-guests",
    /** There if nobody may connect without a login, not even to change a password (the gateway's `samba.encryption` is `required`). */
    noAnonymous: "/etc/samba/pvesmb/no-anonymous",
    /** What guests need of the server as a whole. */
    guests: "/etc/samba/pvesmb/guests",
    /** The shares that are announced as places for Macs' backups: smbd tells Avahi of them at its start only. */
    backups: "/etc/samba/pvesmb/backups",
    /** Samba's own: what each share's rights are, under `SECDESC/` and its name. */
    rights: "/var/lib/samba/share_info.tdb",
    /** What systemd adds to Debian's smbd.service. */
    unit: "/etc/systemd/system/smbd.service.d/pvesmb.conf",
    /** For nft: how many connections an address may have. */
    clients: "/etc/samba/pvesmb/clients.nft",
    /** For logrotate, when audits go to a file. */
    rotation: "/etc/logrotate.d/pvesmb",
    /** Debian's: arguments of the daemon. */
    wsdd: "/etc/default/wsdd",
    /** Where audits go when they go to a file. */
    audit: "/var/log/samba/audit.log",
    logins: "/var/log/samba/logins.json",
    /** The private instance that shares are proven on before they are activated. */
    probe: "/run/pvesmb/probe",
} as const;

/** The fragment of a share (store/files.ts). */
export function fragmentPath(share: string): string {
    return `${SAMBA.fragments}/${fileName(share)}.conf`;
}

export function accountPath(user: string): string {
    return `${SAMBA.accounts}/${fileName(user)}.json`;
}

/** There while a user has to choose a password: what smbd has to allow for that (assembly.ts). */
export function openingPath(user: string): string {
    return `${SAMBA.accounts}/${fileName(user)}.conf`;
}

export function groupPath(group: string): string {
    return `${SAMBA.groups}/${fileName(group)}.json`;
}

/** Each character by itself, as Samba does: JavaScript's own makes another Greek sigma of the last one of a word. */
const lowerCase = (name: string): string => [...name].map((char) => char.toLowerCase()).join("");

/** A share, a user or a group as the name of a file: by its name as Samba compares names, without case. */
export function fileName(name: string): string {
    const plain = encodeURIComponent(lowerCase(name)).replace(/[!'()*.]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    // NAME_MAX is 255.
    return plain.length <= 200 ? plain : `${plain.slice(0, 100)}~${createHash("sha256").update(plain).digest("hex")}`;
}
