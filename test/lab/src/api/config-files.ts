import { configText, parseConfig } from "../pve/guest-config";
import type { Cluster } from "./cluster";

/** Where nodes keep the configuration files of their containers. */
export interface ConfigStore {
    /** Without a text: removes it. */
    write(node: string, vmid: number, text: string | undefined): void;
    /** All files of a node: VMID -> text. */
    read(node: string): Map<number, string>;
}

/**
 * The nodes' own view of their containers, /etc/pve/lxc/VMID.conf. The file is the configuration: it is written anew whenever something
 * may have changed, and what an administrator changed in it counts from then on.
 */
export class ConfigFiles {
    /** `node/vmid` -> the file as it was last seen, and what it says in PVE's own form. */
    private readonly known = new Map<string, { file: string; text: string }>();

    constructor(
        private readonly cluster: Cluster,
        private readonly store: ConfigStore,
        private readonly nodes: () => string[],
    ) {}

    sync(): void {
        const wanted = new Map<string, string>();
        for (const { kind, node, vmid, config } of this.cluster.guests.values())
            if (kind === "lxc") wanted.set(`${node}/${vmid}`, configText(config));
        for (const key of new Set([...this.known.keys(), ...wanted.keys()])) {
            const text = wanted.get(key);
            if (text === this.known.get(key)?.text) continue;
            const [node = "", vmid] = key.split("/");
            this.store.write(node, Number(vmid), text);
            if (text === undefined) this.known.delete(key);
            else this.known.set(key, { file: text, text });
        }
    }

    /** Takes over what was changed, removed or made by hand. */
    refresh(): void {
        for (const node of this.nodes()) {
            const files = this.store.read(node);
            for (const [vmid, file] of files) if (this.known.get(`${node}/${vmid}`)?.file !== file) this.take(node, vmid, file);
            for (const key of [...this.known.keys()].filter((name) => name.startsWith(`${node}/`))) {
                const vmid = Number(key.slice(node.length + 1));
                if (!files.has(vmid)) this.drop(node, vmid);
            }
        }
    }

    private take(node: string, vmid: number, file: string): void {
        const guest = this.cluster.guests.get(vmid);
        if (guest && (guest.kind !== "lxc" || guest.node !== node)) return; // One VMID is one guest; the other one's file was first.
        const config = parseConfig(file);
        if (guest) guest.config = config;
        else this.cluster.guests.set(vmid, { kind: "lxc", vmid, node, config });
        this.known.set(`${node}/${vmid}`, { file, text: configText(config) });
    }

    private drop(node: string, vmid: number): void {
        this.known.delete(`${node}/${vmid}`);
        if (this.cluster.guests.get(vmid)?.node === node) this.cluster.guests.delete(vmid);
    }
}
