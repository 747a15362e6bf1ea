import type { ContainerInputs } from "../../model";
import { gatewayModel } from "../../model";
import { filled } from "../../model/schema";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { startContainer } from "../../proxmox/lxc/power";
import { newVolume } from "../../proxmox/values/size";
import { applySettings } from "./settings";
import type { Mark } from "../mark";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

/** The data volume of a running container: changes of its mount point wait for a restart, a new size does not. */
const place = { node: "pve1", vmid: 101 };

let pve: Pve;
oneNode(async (fresh) => {
    pve = fresh;
    const mp0 = `${newVolume("local", 2 ** 30)},mp=/srv/pvesmb,backup=1`;
    await (await createContainer(pve, place, { ...BARE, config: { ...BARE.config, mp0 } })).wait();
    await startContainer(pve, place);
});

const mark: Mark = { key: "urn:test", nonce: "0123456789abcdef", vmid: 101, phase: "ready", lease: 0, hostKeys: [] };
const apply = (data: object) => {
    const lxc = { template: "debian-12-standard", rootfs: { storage: "local", size: "1GiB" } };
    const network = { bridge: "vmbr0", address: "10.86.0.60/24" };
    const inputs = filled(gatewayModel.inputs, { node: "pve1", lxc, network, data: { storage: "local", ...data } }) as ContainerInputs;
    return applySettings(pve, place, inputs, "files", { mark, keys: [Buffer.alloc(32)] });
};
const views = async () => [(await readConfig(pve, place, "active")).mp[0], (await readConfig(pve, place)).mp[0]];

test("size and backup changed together: grown now, and the waiting change has the new size", async () => {
    await apply({ size: "2GiB", backup: false });
    const [active, pending] = await views();
    expect(active).toMatch(/backup=1.*size=2G|size=2G.*backup=1/);
    expect(pending).toContain("size=2G");
    expect(pending).not.toContain("backup=1");
});

test("a waiting change without a size gets it back, and the volume still grows", async () => {
    const volume = (await readConfig(pve, place)).mp[0]?.split(",")[0] ?? "";
    await editConfig(pve, place, () => ({ set: { mp0: `${volume},mp=/srv/pvesmb,backup=0` } }));
    await apply({ size: "2GiB", backup: false });
    const [active, pending] = await views();
    expect(active).toContain("size=2G");
    expect(pending).toContain("size=2G");
});
