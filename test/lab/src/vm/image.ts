import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { bootstrap } from "../machine/packages/bootstrap";
import type { ImageRecipe } from "../machine/packages/bootstrap";
import { cached } from "../machine/packages/cache";
import { backports, debianSources } from "../machine/packages/debian-sources";
import { run } from "../machine/run";
import { buildKernel } from "./kernel";
import { vmSources } from "./sources";

/** The root disk's size; it is sparse and each machine writes to a layer of its own. */
const rootSize = 16 * 1024 ** 3;

/** Address that QEMU's own network gives to the only machine in it. */
export const guestAddress = "10.0.2.15";

const network = `[Match]\\nName=eth0\\n[Network]\\nAddress=${guestAddress}/24\\n`;

/** A Debian that holds containers, Samba and file systems with quotas. */
const recipe: ImageRecipe = {
    variant: "minbase",
    packages: [
        ...["systemd-sysv", "udev", "dbus", "kmod", "initramfs-tools", "openssh-server", "iproute2", "procps", "zstd", "xz-utils"],
        ...["lxc", "uidmap", "samba", "samba-vfs-modules", "smbclient", "python3", "acl", "attr"],
        ...["e2fsprogs", "xfsprogs", "btrfs-progs", "quota"],
        ...["zfsutils-linux", "libzfs6linux", "libzpool6linux", "libnvpair3linux", "libuutil3linux"].map((name) => `${name}/${backports}`),
    ],
    finish: [
        "echo vm > /etc/hostname; printf '127.0.0.1\\tlocalhost vm\\n' > /etc/hosts; rm -f /etc/resolv.conf; : > /etc/machine-id",
        "echo 'LABEL=root / ext4 defaults,noatime 0 1' > /etc/fstab",
        `printf '${network}' > /etc/systemd/network/eth0.network; systemctl enable systemd-networkd`,
        "systemctl disable systemd-networkd-wait-online",
        // What nobody needs here, or only when a test says so, costs seconds of each start in software emulation.
        "systemctl disable smbd nmbd samba-ad-dc lxc lxc-net apt-daily.timer apt-daily-upgrade.timer",
        "systemctl mask systemd-random-seed systemd-update-utmp e2scrub_reap man-db.timer systemd-timesyncd",
        "systemctl mask dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount modprobe@drm modprobe@efi_pstore",
        // The services that import pools wait for all devices to settle: `zpool import -a` does it in a second.
        "systemctl mask systemd-udev-settle zfs-load-module zfs-import-cache zfs-import-scan zfs-mount zfs-share zfs-volume-wait",
        // One key, known before the first contact: ssh-keygen takes long there.
        "rm -f /etc/ssh/ssh_host_*; ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key",
        "printf 'UseDNS no\\nPrintLastLog no\\nMaxSessions 100\\n' > /etc/ssh/sshd_config.d/vm.conf",
        // PVE's ids for unprivileged containers.
        "echo root:100000:65536 > /etc/subuid; echo root:100000:65536 > /etc/subgid",
        // All that the kernel lacks to find its root disk: the rest of Debian's initrd is for other machines.
        "printf 'MODULES=list\\nCOMPRESS=zstd\\nFSTYPE=ext4\\n' > /etc/initramfs-tools/conf.d/vm; echo virtio_blk > /etc/initramfs-tools/modules",
        'mkinitramfs -o /initrd "$(ls /lib/modules)"',
    ],
};

/** What few machines need, beside what all have: an image of its own. */
export type Addition = Pick<ImageRecipe, "packages" | "finish">;

/** What a virtual machine boots from; nobody writes to it. */
export interface Image {
    kernel: string;
    initrd: string;
    root: string;
    /** The machine's SSH host key (public half). */
    hostKey: string;
}

/** Made from Debian's packages once: minutes, most of them for compiling ZFS. */
export async function buildImage(progress: (line: string) => void, more: Addition = { packages: [], finish: [] }): Promise<Image> {
    const sources = vmSources(await debianSources());
    progress("virtual machine: kernel with ZFS (compiled once: minutes)");
    const kernel = await buildKernel(sources);
    progress("virtual machine: root file system");
    const packages = [...recipe.packages, ...more.packages];
    const made = { ...recipe, packages, finish: [...recipe.finish, ...more.finish], archives: [kernel.modules] };
    const folder = await cached("vm-root", { made, rootSize, from: sources.lines }, async (path) => {
        const tree = `${path}.tree`;
        await bootstrap(made, sources, "directory", tree);
        mkdirSync(path);
        renameSync(join(tree, "initrd"), join(path, "initrd"));
        await run(["cp", join(tree, "etc/ssh/ssh_host_ed25519_key.pub"), join(path, "host-key.pub")]);
        await run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", tree, join(path, "root.img"), `${rootSize / 1024}k`]);
        await run(["rm", "-rf", tree]);
    });
    return {
        kernel: kernel.image,
        initrd: join(folder, "initrd"),
        root: join(folder, "root.img"),
        hostKey: join(folder, "host-key.pub"),
    };
}
