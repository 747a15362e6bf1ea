import { X509Certificate } from "node:crypto";
import type { Server } from "node:net";
import type { ConfigStore } from "./api/config-files";
import type { InitialState } from "./api/initial-state";
import { startApi } from "./api/server";
import type { DaemonOptions } from "./daemon";
import { controlSocket, zfsPool } from "./machine/layout";
import type { NodeLayout } from "./machine/layout";
import type { RealMachine } from "./machine/real-machine";
import { listenIn } from "./machine/services/listen";
import { nodeCertificate } from "./machine/tls";
import { rootCalls } from "./rpc/pve-call";
import type { PveCall } from "./rpc/pve-call";

export interface PveServer {
    /** Calls the API as root@pam by way of a node. */
    call(node: string): PveCall;
    /** SHA-256 of each node's certificate, in PVE's spelling (colons, upper case). */
    fingerprints: Record<string, string>;
    nodeDied(node: string): void;
    /** `pct rescan` on a node. */
    rescan(node: string, vmid: number | undefined): Promise<void>;
}

/** The storages of a fresh lab, on every node; `shared` stands for a file system that all nodes mount. */
const storages: InitialState["storages"] = [
    { storage: "local", type: "dir", path: "/var/lib/vz", content: "vztmpl,snippets,images,backup,iso,rootdir" },
    { storage: "tank", type: "dir", path: "/tank", content: "images,rootdir" },
    { storage: "local-zfs", type: "zfspool", pool: `${zfsPool}/data`, content: "images,rootdir", sparse: "1" },
    { storage: "local-btrfs", type: "btrfs", path: "/mnt/btrfs", content: "images,rootdir" },
    { storage: "shared", type: "dir", path: "/mnt/pve/shared", content: "images,rootdir,vztmpl,iso,backup,snippets", shared: "1" },
];

/** Puts the API on port 8006 of each node, with the node's own certificate. */
export async function startPve(options: {
    machine: RealMachine;
    nodes: NodeLayout[];
    version: DaemonOptions["version"];
    password: string;
    configStore: ConfigStore;
}): Promise<PveServer> {
    const { machine, nodes, version, password, configStore } = options;
    const places = await Promise.all(
        nodes.map(async (node) => ({ node, tls: await nodeCertificate(node), server: await listenIn(node.namespace, node.address, 8006) })),
    );
    const sockets = new Map<string, Server>(places.map(({ node, server }) => [node.name, server]));
    const [first] = places;
    if (!first) throw new Error("a lab needs at least one node");
    const { control } = await startApi({
        machine,
        version,
        tls: first.tls,
        controlSocket,
        configStore,
        state: { storages, users: [{ userid: "root@pam", password }] },
        listen: (name) => {
            const socket = sockets.get(name);
            if (!socket) throw new Error(`no socket for node ${name}`);
            return socket;
        },
    });
    for (const { node, tls } of places) control.setCertificate(tls, node.name);
    return {
        fingerprints: Object.fromEntries(places.map(({ node, tls }) => [node.name, new X509Certificate(tls.cert).fingerprint256])),
        nodeDied: (node) => control.nodeDied(node),
        rescan: (node, vmid) => control.rescan(node, vmid),
        call: (node) => rootCalls(control, node),
    };
}
