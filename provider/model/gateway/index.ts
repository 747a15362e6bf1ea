import { gatewayRef } from "../connection";
import type { Model } from "../meta";
import { leaner } from "../migrations";
import { announcements, irreplaceable } from "./replacing";
import { gatewayRules } from "./rules";
import { inputs, outputs } from "./inputs";

export const gatewayModel: Model<typeof inputs, typeof outputs> = {
    kind: "SmbGateway",
    description:
        'A Samba file server in a container of its own, made, configured and kept by pvesmb; or, with `mode: "existing"`, beside the Samba of a host that is there already; or, with `mode: "native"`, on a node of Proxmox VE itself.',
    example: `const files = new pvesmb.SmbGateway("files", {
    node: "pve1",
    lxc: { template: "debian-12-standard", rootfs: { storage: "local-zfs", size: "4GiB" } },
    network: { bridge: "vmbr0", address: "192.168.1.50/24", gateway: "192.168.1.1" },
    data: { storage: "tank", size: "500GiB" },
});`,
    inputs,
    outputs,
    deletion:
        "The container is stopped and destroyed with all its volumes. While it holds data that is refused, unless `dataOnDelete` is `destroy`; a directory of the node (`data.bind`) stays. In modes `existing` and `native` pvesmb's files and its include in smb.conf go, and data and packages stay.",
    rules: gatewayRules,
    irreplaceable,
    announcements,
    reference: gatewayRef,
    uses: [
        "gateway",
        "removal",
        "template-download",
        "given-volume",
        "privileged-container",
        "privileged-nesting",
        "address-probe",
        "data-bind",
        "id-map",
        "node-address",
        "guest-login",
        "node-login",
        "existing-host",
        "native",
    ],
    version: 2,
    migrations: { 1: leaner(["vmid"]) },
};
