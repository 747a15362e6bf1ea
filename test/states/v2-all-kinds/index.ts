import * as pulumi from "@pulumi/pulumi";
import * as pvesmb from "pvesmb";

/** Every kind of resource, most properties, in the spellings users write. Recorded; never change it, add another folder. */
const files = new pvesmb.SmbGateway("files", {
    node: "pve1",
    lxc: { template: "debian-12-samba", rootfs: { storage: "local", size: "2GiB" }, cores: 2, memory: "1024MiB", swap: "0B" },
    network: { bridge: "vmbr0", address: "10.86.0.60/24", gateway: "10.86.0.1" },
    data: { storage: "tank", size: "1024MiB" },
    dataOnDelete: "destroy",
    tags: ["smb", "files"],
    description: "Recorded state",
    startup: { order: 3, up: 10 },
    samba: { workgroup: "OFFICE", serverString: "Office files" },
});
const plain = new pvesmb.SmbGateway("plain", {
    node: "pve1",
    lxc: { template: "debian-12-samba", rootfs: { storage: "local", size: "2GiB" } },
    network: { bridge: "vmbr0", address: "dhcp" },
    dataOnDelete: "destroy",
});
const alice = new pvesmb.SmbUser("alice", { gateway: files, password: pulumi.secret("alice's recorded password"), groups: ["staff"], fullName: "Alice A" });
const bob = new pvesmb.SmbUser("bob", { gateway: files, password: pulumi.secret("bob's recorded password"), uid: 20001, gid: 20001, enabled: false });
const crew = new pvesmb.SmbGroup("crew", { gateway: files, members: [bob.name], gid: 20002 });
new pvesmb.SmbShare("docs", {
    gateway: files,
    path: "/srv/pvesmb/documents",
    comment: "Documents",
    access: [
        { user: alice.name, level: "full" },
        { user: bob.name, level: "change" },
        { group: "staff", level: "read" },
    ],
    options: { "veto files": "/.DS_Store/" },
}, { dependsOn: [alice, bob, crew] });
new pvesmb.SmbShare("big", { gateway: files, volume: { storage: "tank", size: "64MiB" }, readOnly: true, access: [{ user: alice.name, level: "read" }], onDelete: "delete" });
new pvesmb.SmbShare("open", { gateway: plain, name: "Open House", guest: true, mode: "0777" });

const grows = new pvesmb.SmbShare("grows", { gateway: files, volume: { storage: "tank", initialSize: "32MiB" }, onDelete: "delete" });
new pvesmb.Quota("grows", { share: grows, limit: "48MiB", alerts: [80, 95] });

export const unc = files.unc;
export const ref = files.ref;
