/** The lab that a file is replayed against, and the few things the arranging rules do to it. */
import type { StoragePlace } from "../machine";
import { ImaginaryMachine } from "../machine/imaginary";
import { ThrowawayLab } from "../api/throwaway";
import type { Lab } from "../api/lab";
import type { Guest } from "../api/cluster";
import { emptyConfig, type Values } from "../pve/guest-config";
import type { Version } from "../pve/method-table";
import { formatSize, parseSize } from "../pve/size";
import { parseVolumeId, parseVolumeName } from "../pve/volume-id";

export const tokenSecret = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
export const password = "replayed-1";

export class World {
    private constructor(
        readonly server: ThrowawayLab,
        readonly machine: ImaginaryMachine,
        readonly home: string,
    ) {}

    static async make(version: Version, nodes: string[], storage: string): Promise<World> {
        const machine = new ImaginaryMachine({ nodes, bridges: [] });
        const server = await ThrowawayLab.start(version, { machine, timing: { lock: 60, refusal: 1 }, state: { storages: [] } });
        const world = new World(server, machine, nodes[0] ?? "pve1");
        world.storage(storage);
        return world;
    }

    get lab(): Lab {
        return this.server.api.lab;
    }

    close(): Promise<void> {
        return this.server.close();
    }

    /** A directory storage of that name, when there is none yet. */
    storage(name: string): void {
        if (!this.lab.cluster.storages.has(name))
            this.lab.cluster.storages.set(name, {
                storage: name,
                type: "dir",
                path: name === "local" ? "/var/lib/vz" : `/var/lib/${name}`,
                content: "vztmpl,snippets,images,backup,iso,rootdir,import",
            });
    }

    private place(storage: string): StoragePlace {
        return this.lab.storages.place(this.lab.storages.config(storage));
    }

    /** Sees to it that a volume or file is there (with a size), or is not. Names that are none are left alone. */
    async volume(volid: string, wanted: number | "absent", node = this.home): Promise<void> {
        const id = parseVolumeId(volid);
        if (!id || !this.lab.cluster.storages.has(id.storage)) return;
        const parsed = nameOrNothing(this.lab, id.storage, id.name);
        if (!parsed || parsed.content === "import") return;
        const place = this.place(id.storage);
        if (parsed.content !== "images") {
            if (wanted === "absent") await this.machine.removeFile(node, place, parsed.content, parsed.file);
            else this.machine.addFile(node, place, parsed.content, parsed.file, wanted);
            return;
        }
        const ref = { node, storage: place, name: id.name };
        await this.lab.storages.remove(volid, node);
        if (wanted === "absent") return;
        if (parsed.format === "qcow2") this.lab.storages.putOnPaper(volid, node, wanted);
        else await this.machine.createVolume(ref, wanted);
    }

    async dropGuest(vmid: number): Promise<void> {
        const guest = this.lab.cluster.guests.get(vmid);
        if (!guest) return;
        await this.machine.stop(guest.node, vmid);
        for (const storage of this.lab.cluster.storages.keys())
            for (const image of await this.lab.storages.images(storage, guest.node))
                if (image.parsed.vmid === vmid) await this.lab.storages.remove(image.volid, guest.node);
        this.lab.cluster.guests.delete(vmid);
        this.lab.cluster.haResources.delete(`${guest.kind === "lxc" ? "ct" : "vm"}:${vmid}`);
        this.lab.access.forgetGuest(vmid);
    }

    /** The guest that is there, or a plain stopped one made now. One of the other kind or on another node gives way. */
    async guest(kind: "lxc" | "qemu", vmid: number, node: string, storage: string): Promise<Guest> {
        const found = this.lab.cluster.guests.get(vmid);
        if (found && found.kind === kind && found.node === node && found.config.values["lock"] !== "create") return found;
        await this.dropGuest(vmid);
        const volid = `${storage}:${vmid}/vm-${vmid}-disk-0.${kind === "lxc" ? "raw" : "qcow2"}`;
        this.storage(storage);
        await this.volume(volid, 1024 ** 3, node);
        const lxc: Values = {
            arch: "amd64",
            hostname: `CT${vmid}`,
            memory: "512",
            swap: "512",
            ostype: "debian",
            unprivileged: "1",
            rootfs: `${volid},size=1G`,
        };
        const qemu: Values = { boot: "order=scsi0", scsi0: `${volid},size=1G`, smbios1: "uuid=00000000-0000-0000-0000-000000000000" };
        const guest: Guest = { kind, vmid, node, config: emptyConfig(kind === "lxc" ? lxc : qemu) };
        this.lab.cluster.guests.set(vmid, guest);
        return guest;
    }

    /** Every volume that a config names is there; its size as it says. */
    async volumesOf(guest: Guest): Promise<void> {
        for (const value of Object.values(guest.config.values)) {
            const size = /(?:^|,)size=(\w+)/.exec(value)?.[1];
            const volid = value.split(",")[0] ?? "";
            if (size !== undefined && this.isVolume(volid) && (await this.lab.storages.size(volid, guest.node)) === undefined)
                await this.volume(volid, parseSize(size) ?? 0, guest.node);
        }
    }

    private isVolume(volid: string): boolean {
        const id = parseVolumeId(volid);
        return id !== undefined && this.lab.cluster.storages.has(id.storage) && nameOrNothing(this.lab, id.storage, id.name) !== undefined;
    }

    /** Gives a guest a disk of that size under a key. */
    async disk(guest: Guest, key: string, bytes: number, storage: string): Promise<void> {
        const present = guest.config.values[key];
        const parts = present?.split(",") ?? [];
        const index = guest.kind === "lxc" && key === "rootfs" ? 0 : 20 + Number(/\d+/.exec(key)?.[0] ?? 0);
        const volid =
            parts[0] !== undefined && parseVolumeId(parts[0])
                ? parts[0]
                : `${storage}:${guest.vmid}/vm-${guest.vmid}-disk-${index}.${guest.kind === "lxc" ? "raw" : "qcow2"}`;
        await this.volume(volid, bytes, guest.node);
        const others = parts.slice(1).filter((part) => !part.startsWith("size="));
        if (guest.kind === "lxc" && key !== "rootfs" && others.length === 0) others.push(`mp=/${key}`);
        guest.config.values[key] = [volid, ...others, `size=${formatSize(bytes)}`].join(",");
    }

    async diskSize(guest: Guest, key: string): Promise<number | undefined> {
        const volid = guest.config.values[key]?.split(",")[0];
        return volid === undefined ? undefined : this.lab.storages.size(volid, guest.node);
    }
}

function nameOrNothing(lab: Lab, storage: string, name: string): ReturnType<typeof parseVolumeName> | undefined {
    try {
        return parseVolumeName(lab.storages.config(storage).type, name);
    } catch {
        return undefined;
    }
}

/** Bytes of a size parameter, a leading `+` left out. */
export function sizeOf(text: unknown): number {
    return parseSize(String(text).replace(/^\+/, "")) ?? 0;
}
