import { configText } from "../pve/guest-config";
import type { Cluster } from "./cluster";

/** Writes or, without a text, removes the configuration file of a container on its node. */
export type WriteConfig = (node: string, vmid: number, text: string | undefined) => void;

/** The nodes' own view of their containers, /etc/pve/lxc/VMID.conf: written anew whenever something may have changed. */
export class ConfigFiles {
    private readonly written = new Map<string, string>();

    constructor(
        private readonly cluster: Cluster,
        private readonly write: WriteConfig,
    ) {}

    sync(): void {
        const wanted = new Map<string, string>();
        for (const { kind, node, vmid, config } of this.cluster.guests.values())
            if (kind === "lxc") wanted.set(`${node}/${vmid}`, configText(config));
        for (const key of new Set([...this.written.keys(), ...wanted.keys()])) {
            const text = wanted.get(key);
            if (text === this.written.get(key)) continue;
            const [node = "", vmid] = key.split("/");
            this.write(node, Number(vmid), text);
            if (text === undefined) this.written.delete(key);
            else this.written.set(key, text);
        }
    }
}
