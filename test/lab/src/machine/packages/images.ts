import { run } from "../run";
import { bootstrap } from "./bootstrap";
import type { ImageRecipe } from "./bootstrap";
import { cached } from "./cache";
import { backports, nextRelease, ofNextRelease, withBackports } from "./debian-sources";
import type { DebianSources } from "./debian-sources";

/**
 * What PVE's debian-12-standard offers, as far as it matters for a file server: systemd, ifupdown with a DHCP client, OpenSSH,
 * certificates. Python and the documentation tools of Debian's "standard" task are left out: a provider must not count on them.
 */
const standard: ImageRecipe = {
    packages: ["openssh-server", "ca-certificates", "dbus", "libpam-systemd", "wget", "xz-utils", "bzip2", "file"],
    finish: [
        // As in PVE's templates: keys, ids and names are made for each container.
        "rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id /etc/resolv.conf /etc/hostname",
        ": > /etc/machine-id",
        "printf '127.0.0.1\\tlocalhost\\n::1\\tlocalhost ip6-localhost ip6-loopback\\n' > /etc/hosts",
        "touch /etc/default/locale",
        // A container may not mount debugfs; the failed unit would show the system as degraded.
        "systemctl mask sys-kernel-debug.mount sys-kernel-tracing.mount",
        // This machine's way to its mirror is no business of a guest's.
        "rm -f /etc/apt/sources.list.d/* /etc/apt/apt.conf.d/99mmdebstrap; echo 'Acquire::Languages \"none\";' > /etc/apt/apt.conf.d/90languages",
        "echo 'deb [trusted=yes] http://deb.lab/debian bookworm main' > /etc/apt/sources.list",
    ],
};

/** The release's own Samba (4.17), or with LAB_SAMBA=backports the newest that Debian has for it (4.22), with what is built beside it. */
const newest = process.env["LAB_SAMBA"] === "backports";
const samba = ["samba", "samba-vfs-modules", "smbclient"];
const beside = "samba-common samba-common-bin samba-libs libldb2 libndr6 libsmbclient libtalloc2 libtdb1 libtevent0 libwbclient0".split(
    " ",
);
const chosen = newest ? [...samba, ...beside].map((name) => `${name}/${backports}`) : samba;

/** With `LAB_HOSTS=trixie`, Debian 13 for hosts that pvesmb did not make. */
export const withNextRelease = process.env["LAB_HOSTS"] === nextRelease;
const ofNext = ({ packages, finish }: ImageRecipe): ImageRecipe => ({
    release: nextRelease,
    packages,
    finish: [...finish, `sed -i s/bookworm/${nextRelease}/ /etc/apt/sources.list`],
});

const ofThisRelease: Record<string, ImageRecipe> = {
    "debian-12-standard_12.7-1_amd64.tar.zst": standard,
    "debian-12-samba_12.7-1_amd64.tar.zst": {
        packages: [...standard.packages, ...chosen, "acl", "attr", "python3", "unattended-upgrades"],
        finish: [
            // Samba takes its server id from the host name at installation.
            "rm -f /var/lib/samba/private/secrets.tdb /var/lib/samba/private/passdb.tdb",
            ...standard.finish,
        ],
    },
};

export const templates: Record<string, ImageRecipe> = {
    ...ofThisRelease,
    ...(withNextRelease
        ? {
              "debian-13-standard_13.1-2_amd64.tar.zst": ofNext(standard),
              "debian-13-samba_13.1-2_amd64.tar.zst": ofNext({
                  packages: [...standard.packages, ...samba, "acl", "attr", "python3"],
                  finish: standard.finish,
              }),
          }
        : {}),
};

const node: ImageRecipe = {
    packages: [...standard.packages, "python3", "sudo", "acl", "attr", "e2fsprogs", "btrfs-progs", "zstd"],
    finish: [
        ...standard.finish,
        "mkdir -p /etc/pve /run-pve",
        // The node's addresses and the kernel's settings are made from outside.
        "systemctl mask networking.service ifupdown-pre.service systemd-sysctl.service systemd-udevd.service systemd-modules-load.service",
    ],
};

/** A template's file, as it goes into a storage. */
export function buildTemplate(name: string, sources: DebianSources): Promise<string> {
    const recipe = templates[name];
    if (!recipe) throw new Error(`the lab has no template ${name}`);
    const from = recipe.release === nextRelease ? ofNextRelease(sources) : newest ? withBackports(sources) : sources;
    return cached(name.replace(/\.tar\.zst$/, ""), { recipe, from: sources.lines }, async (path) => {
        await bootstrap(recipe, from, "tar", `${path}.tar`);
        await run(["zstd", "--quiet", "-1", "-T0", "--rm", `${path}.tar`, "-o", path]);
    });
}

/** The directory that a node's root file system is laid over. */
export function buildNodeTree(sources: DebianSources): Promise<string> {
    return cached("node", { recipe: node, from: sources.lines }, (path) => bootstrap(node, sources, "directory", path));
}
