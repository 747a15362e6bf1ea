import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MachineError } from "../machine";
import { Container } from "./container";
import { newHostKeys } from "./host-keys";
import { network } from "./layout";
import type { NodeLayout } from "./layout";
import { nodeConfig } from "./lxc-config";
import { NodeSpace, usualIds } from "./node-space";
import { preparePools } from "./pools";
import { run } from "./run";
import { caFile } from "./tls";

/** What all nodes share. */
export interface NodeSetup {
    /** The directory made by buildNodeTree. */
    tree: string;
    /** Public key that may log in as root. */
    authorizedKey: string;
    nodes: NodeLayout[];
}

/** One node: a privileged container with sshd, `pct` and `pvesm`, in the same network namespace as its guests' bridge. */
export class LabNode {
    private container: Container | undefined;

    private constructor(
        readonly layout: NodeLayout,
        readonly space: NodeSpace,
    ) {}

    static async open(layout: NodeLayout, setup: NodeSetup): Promise<LabNode> {
        for (const dir of [...Object.values(layout.directories), layout.lxcPath, layout.rpcDir]) mkdirSync(dir, { recursive: true });
        const space = await NodeSpace.open(layout);
        await preparePools(space);
        const [upper, work, root] = ["upper", "work", "root"].map((name) => join(layout.dir, name));
        for (const dir of [upper, work, root]) mkdirSync(dir ?? "", { recursive: true });
        await space.run([
            "mount",
            "-t",
            "overlay",
            "overlay",
            "-o",
            `lowerdir=${setup.tree},upperdir=${upper},workdir=${work}`,
            root ?? "",
        ]);
        const node = new LabNode(layout, space);
        await node.furnish(setup);
        return node;
    }

    get online(): boolean {
        return this.container?.running ?? false;
    }

    /** The running container. */
    get live(): Container {
        if (!this.container?.running) throw new MachineError(`node ${this.layout.name} is down`);
        return this.container;
    }

    /** `rebooting` is called when it has gone down to reboot. */
    async boot(rebooting: () => void): Promise<void> {
        const storages = Object.entries(this.layout.directories).map(([target, source]) => ({ source, target }));
        // ZFS calls its datasets' mount points by the path on the machine's side: they are there in the node, too.
        const zfs = join(this.layout.dir, "zfs");
        const mounts = [...storages, { source: zfs, target: zfs }, { source: this.layout.rpcDir, target: "/run-pve" }];
        const config = nodeConfig(this.layout.name, join(this.layout.dir, "root"), mounts);
        this.container = await Container.start(this.space, this.layout.name, `${this.layout.name}/node`, config);
        void this.container.ended.then((how) => {
            if (how === "reboot") rebooting();
        });
        this.writeAuthority();
        await this.sshReady();
    }

    /** The cluster's CA certificate, where people take it from. */
    private writeAuthority(): void {
        const file = this.space.outside(this.space.path("/etc/pve/pve-root-ca.pem"));
        mkdirSync(dirname(file), { recursive: true });
        copyFileSync(caFile, file);
        chmodSync(file, 0o640);
    }

    /** /etc/pve/lxc/VMID.conf, as root there and nobody else may read it. */
    writeConfig(vmid: number, text: string | undefined): void {
        const file = this.space.outside(this.space.path(`/etc/pve/lxc/${vmid}.conf`));
        if (text === undefined) return rmSync(file, { force: true });
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.new`, text, { mode: 0o600 });
        renameSync(`${file}.new`, file);
    }

    /** The system's root is PVE's root@pam, over SSH as well. */
    async setRootPassword(password: string): Promise<void> {
        await run(this.live.command(["/usr/sbin/chpasswd"], false), { input: `root:${password}\n` });
    }

    /** All of /etc/pve/lxc: VMID -> text. */
    readConfigs(): Map<number, string> {
        const dir = this.space.outside(this.space.path("/etc/pve/lxc"));
        const names = existsSync(dir) ? readdirSync(dir).filter((name) => /^\d+\.conf$/.test(name)) : [];
        return new Map(names.map((name) => [parseInt(name), readFileSync(join(dir, name), "utf8")]));
    }

    /** Takes its power away. Its guests are the caller's to kill. */
    async kill(): Promise<void> {
        await this.container?.kill();
        this.container = undefined;
    }

    private async sshReady(): Promise<void> {
        for (let tries = 0; tries < 500; tries++) {
            if ((await this.space.run(["ss", "-Hltn", "sport = :22"])).includes(":22")) return;
            await sleep(20);
        }
        throw new MachineError(`sshd of node ${this.layout.name} does not start`);
    }

    private async furnish(setup: NodeSetup): Promise<void> {
        const root = this.space.outside(join(this.layout.dir, "root"));
        const hosts = setup.nodes.map((node) => `${node.address} ${node.name}.${network.domain} ${node.name}`);
        const keys = await newHostKeys(this.layout.name, ["ed25519"]);
        const file = (path: string, text: string, mode = 0o644): void => writeFileSync(join(root, path), text, { mode });
        file("etc/hostname", `${this.layout.name}\n`);
        file("etc/hosts", `127.0.0.1 localhost\n${hosts.join("\n")}\n`);
        file("etc/resolv.conf", `search ${network.domain}\nnameserver ${network.services}\n`);
        for (const name of ["subuid", "subgid"])
            if (!existsSync(join(root, "etc", name)) || readFileSync(join(root, "etc", name), "utf8") === "") file(`etc/${name}`, usualIds);
        for (const key of keys) file(`etc/ssh/${key.name}`, key.text, parseInt(key.mode, 8));
        mkdirSync(join(root, "root/.ssh"), { recursive: true, mode: 0o700 });
        // As PVE's installer leaves it.
        mkdirSync(join(root, "etc/ssh/sshd_config.d"), { recursive: true });
        file("etc/ssh/sshd_config.d/pve.conf", "PermitRootLogin yes\nPasswordAuthentication yes\n");
        file("root/.ssh/authorized_keys", `${setup.authorizedKey.trim()}\n`, 0o600);
        for (const command of ["pct", "pveam", "pvesm", "pveum", "zfs", "zpool"]) {
            copyFileSync(join(__dirname, "../shims/pve-shim.py"), join(root, "usr/sbin", command));
            chmodSync(join(root, "usr/sbin", command), 0o755);
        }
    }
}
