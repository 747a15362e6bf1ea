import { bootstrap } from "../machine/packages/bootstrap";
import type { ImageRecipe } from "../machine/packages/bootstrap";
import { cached } from "../machine/packages/cache";
import type { DebianSources } from "../machine/packages/debian-sources";

/** A Debian 12 with Samba's domain controller, stopped, and what looks at it and disturbs it. */
export const controllerImage: ImageRecipe = {
    packages: [
        ...["samba-ad-dc", "samba-ad-provision", "smbclient", "krb5-user", "ldb-tools", "attr", "acl", "bind9-dnsutils"],
        ...["libfaketime", "nftables", "dbus", "python3"],
    ],
    finish: [
        "rm -rf /etc/machine-id /var/lib/dbus/machine-id /etc/resolv.conf /etc/hostname /etc/samba/smb.conf /etc/krb5.conf",
        ": > /etc/machine-id",
        "rm -rf /var/lib/samba/private/*.tdb /var/lib/samba/*.tdb",
        // One service in place of three (Debian's README of samba-ad-dc); started by the lab when its clock and network are as wanted.
        "systemctl mask smbd nmbd winbind; systemctl unmask samba-ad-dc; systemctl disable samba-ad-dc",
        "systemctl mask sys-kernel-debug.mount sys-kernel-tracing.mount systemd-sysctl.service systemd-udevd.service systemd-modules-load.service",
        "systemctl mask networking.service ifupdown-pre.service systemd-resolved.service systemd-timesyncd.service e2scrub_reap.service apt-daily.timer apt-daily-upgrade.timer",
        // Its mirror is this machine's own business.
        "rm -f /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap; : > /etc/apt/sources.list",
    ],
};

/** The directory that a controller's root file system is laid over. */
export function buildControllerTree(sources: DebianSources): Promise<string> {
    return cached("domain-controller", { recipe: controllerImage, from: sources.lines }, (path) =>
        bootstrap(controllerImage, sources, "directory", path),
    );
}
