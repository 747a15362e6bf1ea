import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { GuestMount, GuestSpec, StoragePlace, Usage, VolumeRef } from "../machine";
import { MachineError } from "../machine";
import { firstScript, startScript } from "../machine/guest-files";
import { newHostKeys } from "../machine/host-keys";
import { ImaginaryMachine } from "../machine/imaginary";
import { guestConfig } from "../machine/lxc-config";
import type { Control } from "../api/control";
import { rootCalls } from "../rpc/pve-call";
import { serveCommands } from "../rpc/server";
import type { Vm } from "./vm";

const mapped = "lxc-usernsexec -m b:0:100000:65536 --";

const shim = join(__dirname, "../shims/pve-shim.py");

/**
 * A node for the lab's API whose ZFS pool, file systems and containers are real, in a virtual machine; what else the API asks for is
 * imagined. Containers are unprivileged, their volumes datasets as PVE makes them (PVE::Storage::ZFSPoolPlugin: alloc_image, volume_resize).
 */
export class VmNode extends ImaginaryMachine {
    /** The node's address on its bridge, in the network of its containers. */
    static readonly address = "10.86.0.1";

    /** A template's dataset, unpacked once: in software emulation that takes a minute. */
    private unpacked: Promise<string> | undefined;

    private constructor(
        private readonly vm: Vm,
        private readonly template: string,
    ) {
        super();
    }

    /** Makes the pool `rpool` on the machine's disk of that name, and the bridge. `template` is the file that is its disk `template`. */
    static async open(vm: Vm, template: string): Promise<VmNode> {
        await vm.run("modprobe zfs; zpool create -f -O atime=off rpool /dev/disk/by-id/virtio-rpool; zfs create rpool/data");
        await vm.run(`ip link add vmbr0 type bridge; ip addr add ${VmNode.address}/24 dev vmbr0; ip link set vmbr0 up`);
        return new VmNode(vm, template);
    }

    /** `pct` and `pvesm` on the node, as far as they need no container (which are reached by SSH here). */
    async serveCommands(control: Control): Promise<void> {
        await this.vm.run("mkdir -p /run-pve; rm -f /run-pve/pve.sock");
        for (const name of ["pct", "pvesm"])
            await this.vm.run(`cat > /usr/sbin/${name}; chmod 755 /usr/sbin/${name}`, { input: readFileSync(shim) });
        await this.vm.listen("/run-pve/pve.sock", (socket) =>
            serveCommands("pve1", socket, {
                call: rootCalls(control, "pve1"),
                guestCommand: () => undefined,
                poolCommand: () => Promise.reject(new MachineError("the virtual machine has a zfs of its own")),
                rescan: (vmid) => control.rescan("pve1", vmid),
                nodeCommand: () => {
                    throw new MachineError("files are not copied into containers of the virtual machine by pct");
                },
            }),
        );
    }

    override nodes(): { name: string; address: string; online: boolean }[] {
        return [{ name: "pve1", address: VmNode.address, online: true }];
    }

    override async createVolume(volume: VolumeRef, size: number): Promise<void> {
        const limit = size === 0 ? "none" : `${size / 1024}k`;
        await this.vm.run(`zfs create -o ${like} -o refquota=${limit} ${dataset(volume)}`);
        await this.vm.run(`chown 100000:100000 /${dataset(volume)}`);
    }

    override async resizeVolume(volume: VolumeRef, size: number): Promise<void> {
        await this.vm.run(`zfs set refquota=${size / 1024}k ${dataset(volume)}`);
    }

    override async removeVolume(volume: VolumeRef): Promise<void> {
        await this.vm.run(`zfs destroy -r ${dataset(volume)}`);
    }

    override async renameVolume(volume: VolumeRef, name: string): Promise<void> {
        await this.vm.run(`zfs rename ${dataset(volume)} ${dataset({ ...volume, name })}`);
    }

    override async copyVolume(): Promise<void> {
        throw new MachineError("volumes are not copied in a virtual machine");
    }

    override async snapshot(_node: string, _vmid: number, volumes: VolumeRef[], name: string): Promise<void> {
        await this.vm.run(`sync; zfs snapshot ${volumes.map((volume) => `${dataset(volume)}@${name}`).join(" ")}`);
    }

    override async rollbackVolume(volume: VolumeRef, name: string): Promise<void> {
        await this.vm.run(`zfs rollback ${dataset(volume)}@${name}`);
    }

    override async removeSnapshot(volume: VolumeRef, name: string): Promise<void> {
        await this.vm.run(`zfs destroy ${dataset(volume)}@${name}`);
    }

    override async volumeSize(volume: VolumeRef): Promise<number | undefined> {
        const { code, stdout } = await this.vm.attempt(`zfs get -Hp -o value refquota ${dataset(volume)}`);
        return code === 0 ? Number(stdout) : undefined;
    }

    override async list(
        node: string,
        storage: StoragePlace,
        kind: Parameters<ImaginaryMachine["list"]>[2],
    ): Promise<{ name: string; size: number; ctime: number }[]> {
        if (kind !== "images" || storage.type !== "zfspool") return super.list(node, storage, kind);
        const rows = await this.vm.run(`zfs list -Hp -r -d 1 -o name,refquota,creation ${storage.path}`);
        return rows
            .split("\n")
            .map((row) => row.split("\t"))
            .filter(([name]) => name?.startsWith(`${storage.path}/`))
            .map(([name = "", size, ctime]) => ({ name: name.slice(storage.path.length + 1), size: Number(size), ctime: Number(ctime) }));
    }

    override async usage(_node?: string, storage?: StoragePlace): Promise<Usage> {
        if (storage?.type !== "zfspool") return super.usage();
        const [used = 0, available = 0] = (await this.vm.run(`zfs get -Hp -o value used,available ${storage.path}`))
            .split("\n")
            .map(Number);
        return { total: used + available, used, available };
    }

    override async directoryExists(_node: string, path: string): Promise<boolean> {
        return (await this.vm.attempt(`test -d '${path}'`)).code === 0;
    }

    override async populate(
        spec: GuestSpec,
        _template?: unknown,
        secrets: { password?: string; sshKeys?: string } = {},
    ): Promise<{ ostype: string; log: string[] }> {
        const rootfs = place(spec, "rootfs");
        const volume = rootfs.slice(1);
        const made = await (this.unpacked ??= this.unpack());
        const refquota = (await this.vm.run(`zfs get -Hp -o value refquota ${volume}`)).trim();
        await this.vm.run(`zfs destroy ${volume}; zfs clone -o ${like} -o refquota=${refquota} ${made} ${volume}`);
        await this.inside(rootfs, firstScript(secrets, await newHostKeys(spec.hostname, ["ed25519"])));
        return { ostype: "debian", log: [] };
    }

    private async unpack(): Promise<string> {
        const tar =
            "tar --extract --numeric-owner --preserve-permissions --xattrs --xattrs-include='user.*' --anchored --exclude='./dev/*'";
        // A disk ends at a full sector, the file need not.
        const archive = `head -c ${statSync(this.template).size} /dev/disk/by-id/virtio-template | zstd -dcq`;
        await this.vm.run(`zfs create -o ${like} rpool/template; chown 100000:100000 /rpool/template`);
        await this.vm.run(`set -o pipefail; ${archive} | ${mapped} ${tar} -C /rpool/template`, { timeout: 1_800_000 });
        await this.vm.run("zfs snapshot rpool/template@made");
        return "rpool/template@made";
    }

    override async start(spec: GuestSpec): Promise<{ systemd?: number }> {
        const { vmid } = spec;
        const rootfs = place(spec, "rootfs");
        await this.inside(rootfs, startScript(spec, { nameserver: [], searchdomain: [] }));
        const mounts = spec.mounts
            .filter(({ key }) => key !== "rootfs")
            .map(({ key, target, readOnly }) => ({ source: place(spec, key), target, readOnly }));
        const config = guestConfig(spec, mounts, { rootfs, cgroup: 2, cpus: 2 });
        await this.vm.run(`mkdir -p /var/lib/lxc/${vmid}; cat > /var/lib/lxc/${vmid}/config`, { input: config });
        await this.vm.run(`lxc-start -n ${vmid} -l info -o /var/log/lxc-${vmid} || { tail -20 /var/log/lxc-${vmid} >&2; exit 1; }`);
        return super.start({ ...spec, mounts: [] });
    }

    override async stop(node: string, vmid: number): Promise<void> {
        await this.vm.run(`lxc-stop -k -n ${vmid}`);
        await super.stop(node, vmid);
    }

    override async shutdown(node: string, vmid: number, timeout = 60): Promise<void> {
        await this.vm.run(`lxc-stop --nokill -t ${timeout} -n ${vmid}`);
        await super.stop(node, vmid);
    }

    override async isRunning(_node: string, vmid: number): Promise<boolean> {
        return (await this.vm.attempt(`lxc-info -n ${vmid} -sH`)).stdout.trim() === "RUNNING";
    }

    override async hotplugMount(spec: GuestSpec, mount: GuestMount): Promise<void> {
        const source = place({ ...spec, mounts: [mount] }, mount.key);
        const namespace = `/proc/$(lxc-info -n ${spec.vmid} -pH)/ns/mnt`;
        const helper = readFileSync(join(__dirname, "../machine/move-mount.pl"));
        await this.vm.run(`perl - ${source} ${namespace} ${mount.target} ${mount.readOnly ? "ro" : "rw"}`, { input: helper });
    }

    /** Runs a shell script by the guest's own programs and ids. */
    private async inside(rootfs: string, script: string): Promise<void> {
        await this.vm.run(`${mapped} env PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot ${rootfs} /bin/sh -s`, { input: script });
    }
}

/** As PVE makes a container's datasets. */
const like = "acltype=posixacl -o xattr=sa";

const dataset = ({ storage, name }: Pick<VolumeRef, "storage" | "name">): string => `${storage.path}/${name}`;

/** The directory in the virtual machine that is seen at a mount point. */
function place(spec: GuestSpec, key: string): string {
    const source = spec.mounts.find((mount) => mount.key === key)?.source;
    if (source?.kind === "bind") return source.path;
    if (source?.kind !== "volume" || source.volume.storage.type !== "zfspool") throw new MachineError(`${key} is no volume of the pool`);
    return `/${dataset(source.volume)}`;
}
