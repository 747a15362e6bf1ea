import { existsSync, rmSync, writeFileSync } from "node:fs";
import { attempt, run } from "../run";

/** Program that must be there -> Debian package that brings it. */
export type Needed = Record<string, string>;

const lab: Needed = {
    "lxc-start": "lxc",
    newuidmap: "uidmap",
    mmdebstrap: "mmdebstrap",
    dnsmasq: "dnsmasq-base",
    ssh: "openssh-client",
    "ssh-keygen": "openssh-client",
    smbclient: "smbclient",
    smbpasswd: "samba-common-bin",
    smbtorture: "samba-testsuite",
    nmap: "nmap",
    zstd: "zstd",
    "mkfs.ext4": "e2fsprogs",
    "mkfs.xfs": "xfsprogs",
    "mkfs.btrfs": "btrfs-progs",
    "zfs-fuse": "zfs-fuse",
    losetup: "mount",
    ip: "iproute2",
    nsenter: "util-linux",
    sysctl: "procps",
    perl: "perl-base",
    "apt-ftparchive": "apt-utils",
    openssl: "openssl",
};

const policyFile = "/usr/sbin/policy-rc.d";

/** Installs what the lab needs and this machine lacks; does nothing when all is there. No service is started by it. */
export async function installHostPackages(progress: (line: string) => void, needed = lab): Promise<void> {
    const missing = new Set<string>();
    for (const [program, name] of Object.entries(needed)) {
        if ((await attempt(["sh", "-c", 'command -v "$0"', program])).code !== 0) missing.add(name);
    }
    if (missing.size === 0) return;
    if (!existsSync("/usr/bin/apt-get"))
        throw new Error(`the tests need ${[...missing].join(", ")}, and this machine has no apt-get to install it`);
    if (process.getuid?.() !== 0)
        throw new Error(`the tests need programs that only root can install: apt-get install ${[...missing].join(" ")}`);
    progress(`installing ${[...missing].join(", ")}`);
    // Debian's way to say "start nothing": invoke-rc.d(8).
    const silence = !existsSync(policyFile);
    if (silence) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
    try {
        const env = { DEBIAN_FRONTEND: "noninteractive" };
        await run(["apt-get", "update", "-qq"], { env });
        await run(["apt-get", "install", "-qq", "--yes", "--no-install-recommends", ...missing], { env, timeout: 1_800_000 });
    } finally {
        if (silence) rmSync(policyFile);
    }
}
