import { OWN_DATA } from "../model/paths";

/** Files of a membership on a gateway. */
export const DOMAIN = {
    /** Owner and progress of the membership: it is there before the domain is touched. */
    mark: "/etc/samba/pvesmb/domain.json",
    /** What a rebuilt gateway with the same data needs: the range of ids, and which account is its own. */
    kept: `${OWN_DATA}/domain.json`,
    /** krb5.conf as it was before the join. */
    krb5Before: "/var/lib/pvesmb/domain/krb5.conf.before",
    /** The configuration with which winbindd and smbd were last started. */
    served: "/var/lib/pvesmb/domain/served",
    directory: "/var/lib/pvesmb/domain",
    program: "/usr/local/lib/pvesmb/domain-dns",
    entries: "/var/lib/pvesmb/domain-dns.d",
    service: "pvesmb-domain-dns.service",
    timer: "pvesmb-domain-dns.timer",
    /** Who of the domain may log in: the program that PAM asks, its list, PAM's configuration for Samba, and that as it was before. */
    admits: "/usr/local/lib/pvesmb/domain-admits",
    allowed: "/etc/samba/pvesmb/allowed.json",
    pam: "/etc/pam.d/samba",
    pamBefore: "/var/lib/pvesmb/domain/pam-samba.before",
    /** What keeps winbindd from waiting for a domain that is away: the program, its units, and the file that it writes. */
    awayProgram: "/usr/local/lib/pvesmb/domain-away",
    awayService: "/etc/systemd/system/pvesmb-domain-away.service",
    awayDropIn: "/etc/systemd/system/winbind.service.d/pvesmb.conf",
    away: "/run/pvesmb-domain-away.conf",
} as const;
