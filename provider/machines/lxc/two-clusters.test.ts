import { lines } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig } from "../../proxmox/lxc/container";
import { mountPoint } from "../../proxmox/values/property-string";
import { newVolume } from "../../proxmox/values/size";
import { fetchTemplate } from "./template";
import { storedSize } from "./volume-sizes";

/** Two clusters in one program usually have the same node and storage names. */
const clusters: Pve[] = [];
beforeEach(() => void (clusters.length = 0));
for (const size of [2 ** 30, 2 ** 31])
    oneNode(async (pve) => {
        clusters.push(pve);
        const config = { rootfs: newVolume("local", size) };
        await (await createContainer(pve, { node: "pve1", vmid: 101 }, { ...BARE, config })).wait();
    });

test("the size of a volume is that of its own cluster", async () => {
    const sizes = await Promise.all(
        clusters.map(async (pve) => {
            const { volume } = mountPoint.parse(String((await readConfig(pve, { node: "pve1", vmid: 101 })).all["rootfs"]));
            return [volume, await storedSize(pve, "pve1", volume ?? "")];
        }),
    );
    expect(sizes[0]?.[0]).toBe(sizes[1]?.[0]);
    expect(sizes.map(([, size]) => size)).toEqual([2 ** 30, 2 ** 31]);
});

test("a template that one cluster downloads is not the other's", async () => {
    const file = "debian-12-standard_12.7-1_amd64.tar.zst";
    const template = { volid: `local:vztmpl/${file}`, download: { storage: "local", file } };
    const logs = clusters.map(() => lines());
    await Promise.all(clusters.map((pve, i) => fetchTemplate(pve, "pve1", template, logs[i] ?? lines())));
    for (const log of logs) expect(log.lines[0]).toContain("downloading template");
});
