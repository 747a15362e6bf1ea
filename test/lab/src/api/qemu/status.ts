import type { Guest } from "../cluster";
import { parseSize } from "../../pve/size";

const mebibyte = 1024 ** 2;

/** One row as PVE::QemuServer::vmstatus gives it for a VM without a process. */
export function vmStatus(guest: Guest): Record<string, unknown> {
    const { values } = guest.config;
    const disk = (values["boot"] ?? "").match(/(?:scsi|virtio|sata|ide)\d+/)?.[0] ?? "scsi0";
    const size = /(?:^|,)size=([^,]+)/.exec(values[disk] ?? "")?.[1];
    const memory = Number(/^(?:current=)?(\d+)/.exec(values["memory"] ?? "512")?.[1] ?? 512);
    return {
        vmid: guest.vmid,
        name: values["name"] ?? `VM ${guest.vmid}`,
        status: guest.running ? "running" : "stopped",
        qmpstatus: guest.running ? "running" : "stopped",
        cpus: Number(values["cores"] ?? 1) * Number(values["sockets"] ?? 1),
        cpu: 0,
        maxmem: memory * mebibyte,
        mem: 0,
        memhost: 0,
        maxdisk: (size === undefined ? 0 : parseSize(size)) ?? 0,
        disk: 0,
        uptime: 0,
        netin: 0,
        netout: 0,
        ...(values["template"] === "1" ? { template: 1 } : {}),
        ...(values["lock"] === undefined ? {} : { lock: values["lock"] }),
        ...(values["tags"] === undefined ? {} : { tags: values["tags"] }),
    };
}
