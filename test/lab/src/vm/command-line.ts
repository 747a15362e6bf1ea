/** What a QEMU process is started with. */
export interface Hardware {
    kernel: string;
    initrd: string;
    /** First disk, the one with the root file system: a qcow2 layer. */
    root: string;
    /** Raw files that show up as /dev/disk/by-id/virtio-NAME. */
    disks: readonly { name: string; file: string; readOnly: boolean }[];
    /** MiB. */
    memory: number;
    processors: number;
    /** Port on this machine's loopback that leads to the guest's sshd. */
    sshPort: number;
    /** Public key line that may log in as root. */
    authorizedKey: string;
    /** File that gets what the guest says on its console. */
    console: string;
    accelerator: "kvm" | "tcg";
}

export function qemuCommand(hardware: Hardware): string[] {
    const root = { name: "root", file: hardware.root, format: "qcow2", readOnly: false };
    const raw = hardware.disks.map((disk) => ({ ...disk, format: "raw" }));
    return [
        "qemu-system-x86_64",
        ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-machine", "q35"],
        // Without cx16: in emulation by QEMU 7.2 its instruction breaks the allocator of kernel 6.12 (seen: panic in kmem_cache_alloc).
        ...(hardware.accelerator === "kvm" ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg,thread=multi", "-cpu", "max,-cx16"]),
        ...["-smp", String(hardware.processors), "-m", String(hardware.memory)],
        ...["-kernel", hardware.kernel, "-initrd", hardware.initrd, "-append", kernelParameters(hardware.authorizedKey)],
        ...[root, ...raw].flatMap(({ name, file, format, readOnly }) => [
            "-drive",
            `if=none,id=${name},format=${format},cache=writeback,read-only=${readOnly ? "on" : "off"},file=${escaped(file)}`,
            "-device",
            `virtio-blk-pci,drive=${name},serial=${name}`,
        ]),
        // restrict: nothing in there reaches this machine or beyond.
        ...["-netdev", `user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:${hardware.sshPort}-:22`, "-device", "virtio-net-pci,netdev=net"],
        ...["-device", "virtio-rng-pci", "-serial", `file:${hardware.console}`],
    ];
}

/** QEMU's options are lists: a comma in a value is doubled. */
const escaped = (value: string): string => value.replaceAll(",", ",,");

function kernelParameters(authorizedKey: string): string {
    return [
        // A busy machine's emulated timer fails the kernel's check of it.
        "root=LABEL=root rw console=ttyS0 quiet net.ifnames=0 mitigations=off panic=-1 no_timer_check",
        // ZFS takes half of the memory for its cache otherwise.
        "zfs.zfs_arc_max=268435456",
        // systemd-tmpfiles makes root's authorized_keys of it: tmpfiles.d(5), provision.conf.
        `systemd.set_credential="ssh.authorized_keys.root:${authorizedKey}"`,
    ].join(" ");
}
