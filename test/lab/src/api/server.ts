/** The lab's PVE API: HTTPS on every node, one state behind them. */
import type { Machine } from "../machine";
import type { Version } from "../pve/method-table";
import { ConfigFiles, type ConfigStore } from "./config-files";
import { Control } from "./control";
import { serveControl } from "./control-socket";
import { applyState, type InitialState } from "./initial-state";
import { Lab, pveTiming, type Timing } from "./lab";
import { NodeServer, type ListenPlace } from "./node-server";

export interface ApiOptions {
    machine: Machine;
    version: Version;
    /** Where each node's API listens; port 0 takes a free one (see `LabApi.ports`). */
    listen: (node: string) => ListenPlace;
    /** PEM texts. */
    tls: { key: string; cert: string };
    state?: InitialState;
    /** Times that PVE takes; a 401 comes after 300 ms unless told, all others as in PVE. */
    timing?: Partial<Timing>;
    /** Keeps the nodes' own configuration files; none when left out. */
    configStore?: ConfigStore;
    /** Unix socket of the control endpoint; none when left out. */
    controlSocket?: string;
}

export interface LabApi {
    control: Control;
    /** The state behind it, for tests in the same process. */
    lab: Lab;
    /** Node -> port it listens on. */
    ports: ReadonlyMap<string, number>;
    close(): Promise<void>;
}

export async function startApi(options: ApiOptions): Promise<LabApi> {
    const lab = new Lab(options.version, options.machine, { ...pveTiming, refusal: 300, ...options.timing });
    applyState(lab, options.state ?? {});
    if (options.configStore) {
        const names = (): string[] => options.machine.nodes().map(({ name }) => name);
        const files = new ConfigFiles(lab.cluster, options.configStore, names);
        lab.changed = () => files.sync();
        lab.refresh = () => files.refresh();
    }
    await lab.storages.activateAll();
    const servers = new Map<string, NodeServer>();
    const ports = new Map<string, number>();
    for (const { name } of options.machine.nodes()) {
        const server = new NodeServer(lab, name, options.tls);
        ports.set(name, await server.listen(options.listen(name)));
        servers.set(name, server);
    }
    const control = new Control(lab, servers);
    const closeControl = options.controlSocket === undefined ? undefined : await serveControl(control, options.controlSocket);
    return {
        control,
        lab,
        ports,
        close: async () => {
            lab.ha.close();
            await closeControl?.();
            await Promise.all([...servers.values()].map((server) => server.close()));
        },
    };
}
