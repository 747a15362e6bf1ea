import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { GuestMount, GuestSpec } from "../machine";
import { MachineError } from "../machine";
import type { NodeSpace } from "./node-space";
import { volumeKind } from "./volumes";

/** Where one guest's volumes are mounted on its node's side, before LXC puts them together. */
export class GuestMounts {
    private readonly dir: string;

    constructor(
        private readonly space: NodeSpace,
        vmid: number,
        /** The spaces of all nodes: a shared storage's volume may be named with another node. */
        private readonly spaceOf: (node: string) => NodeSpace,
    ) {
        this.dir = join(space.layout.dir, "guests", String(vmid));
    }

    at(key: string): string {
        return join(this.dir, key);
    }

    /** Mounts all of a guest's volumes and says which directory goes where inside. */
    async mountAll(spec: GuestSpec): Promise<{ source: string; target: string; readOnly: boolean }[]> {
        const entries = [];
        for (const mount of spec.mounts) {
            const source = await this.mount(mount);
            if (mount.key !== "rootfs") entries.push({ source, target: mount.target, readOnly: mount.readOnly });
        }
        return entries;
    }

    /** Returns the directory, on the node's side, whose content is to be seen in the guest. */
    async mount({ key, source, readOnly }: GuestMount): Promise<string> {
        if (source.kind === "bind") {
            const path = this.space.path(source.path);
            if (!existsSync(this.space.outside(path))) throw new MachineError(`directory '${source.path}' does not exist`);
            return path;
        }
        const { storage, name, node } = source.volume;
        const space = storage.shared ? this.space : this.spaceOf(node);
        const at = this.at(key);
        mkdirSync(this.space.outside(at), { recursive: true });
        await volumeKind(storage.type).mount({ space, place: storage, name }, at, readOnly);
        return at;
    }

    /** Unmounts whatever of this guest is still mounted. */
    async unmountAll(): Promise<void> {
        const table = readFileSync(`/proc/${this.space.keeper}/mountinfo`, "utf8").split("\n");
        const mine = table.filter((line) => line.split(" ")[4]?.startsWith(`${this.dir}/`));
        const path = (line: string): string => line.split(" ")[4] ?? "";
        // Other mount namespaces may hold a file system for a while; what was written is in the volume all the same.
        const images = mine.filter((line) => / - \S+ \/dev\/loop/.test(line)).map(path);
        if (images.length > 0) await this.space.run(["sync", "--file-system", ...images]);
        for (const line of mine.reverse()) await this.space.run(["umount", "--lazy", path(line)]);
    }
}
