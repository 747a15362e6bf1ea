import { X509Certificate } from "node:crypto";
import { type LabApi, startApi } from "../../lab/src/api/server";
import { selfSigned } from "../../lab/src/api/throwaway";
import { debianSources } from "../../lab/src/machine/packages/debian-sources";
import { buildTemplate } from "../../lab/src/machine/packages/images";
import { Vm, type VmOptions } from "../../lab/src/vm/vm";
import { VmNode } from "../../lab/src/vm/vm-node";
import type { SmbGatewayArgs } from "../../../sdk/nodejs/generated/smb-gateway";

const template = "debian-12-samba_12.7-1_amd64.tar.zst";
const pool = "rpool/data";
const password = "of root@pam in the drill";

/**
 * The lab's API for a node with a kernel of its own: pulumi runs on this machine, containers run in the virtual one, reached through its
 * sshd.
 */
export interface VmWorkplace {
    vm: Vm;
    api: LabApi;
    environment: Record<string, string>;
    connection: SmbGatewayArgs["connection"];
    /** Seconds the boot took. */
    boot: number;
    /** The versions that a report shows for the machine. */
    versions(): Promise<Record<string, string>>;
    dispose(): Promise<void>;
}

/** The node's storage is `local-zfs`; templates are on `local`. `disks` are additional empty disks, name to bytes. */
export async function vmWorkplace(disks: Record<string, number> = {}, more?: VmOptions["more"]): Promise<VmWorkplace> {
    const file = await buildTemplate(template, await debianSources());
    const vm = await Vm.create({ disks: { rpool: 8 * 2 ** 30, ...disks }, media: { template: file }, more });
    try {
        const boot = await vm.start();
        const machine = await VmNode.open(vm, file);
        const local = { storage: "local", type: "dir", path: "/var/lib/vz", content: "vztmpl" };
        const tls = selfSigned();
        const api = await startApi({
            machine,
            version: "9.2",
            tls,
            listen: () => ({ host: "127.0.0.1", port: 0 }),
            state: {
                storages: [local, { storage: "local-zfs", type: "zfspool", pool, content: "images,rootdir", sparse: "1" }],
                users: [{ userid: "root@pam", password }],
            },
        });
        machine.addFile("pve1", { id: "local", type: "dir", path: "/var/lib/vz", shared: false }, "vztmpl", template);
        await machine.serveCommands(api.control);
        const { privateKey, hostKey } = vm.keys;
        const hostKeys = [hostKey.split(" ").slice(0, 2).join(" ")];
        return {
            vm,
            api,
            boot,
            environment: {
                PROXMOX_VE_ENDPOINT: `https://127.0.0.1:${api.ports.get("pve1")}`,
                PROXMOX_VE_USERNAME: "root@pam",
                PROXMOX_VE_PASSWORD: password,
                PROXMOX_VE_TLS_FINGERPRINT: new X509Certificate(tls.cert).fingerprint256,
                PROXMOX_VE_SSH_PRIVATE_KEY: privateKey,
            },
            connection: {
                ssh: { jump: { address: "127.0.0.1", port: vm.sshPort, hostKeys }, nodes: { pve1: { address: VmNode.address, hostKeys } } },
            },
            versions: async () => ({
                "its kernel": (await vm.run("uname -r")).trim(),
                ZFS: (await vm.run("cat /sys/module/zfs/version")).trim(),
                Samba: (await vm.run("smbd --version")).trim().replace(/^Version /, ""),
            }),
            dispose: async () => {
                await api.close();
                await vm.dispose();
            },
        };
    } catch (error) {
        await vm.dispose();
        throw error;
    }
}
