import type { Connection } from "../../base/connection";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { shutdownContainer, startContainer } from "../../proxmox/lxc/power";
import { MachineError } from "../../../test/lab/src/machine";
import { ImaginaryMachine } from "../../../test/lab/src/machine/imaginary";
import { failureOf } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";
import { ensureBind } from "./bind";
import { bindDataset, isPlugged } from "./dataset-mount";
import { ensureVolume } from "./share-volume";

/**
 * Proxmox VE cannot mount something in a running guest, for example over a link that root of the guest put there: the mount point stays
 * pending. That is said, and the next run tries again.
 */
const place = { node: "pve1", vmid: 101 };
const connection = { auth: { kind: "ticket", username: "root@pam", password: "" } } as Connection;
const path = "/srv/pvesmb/docs";
const volume = { storage: "local", size: "1GiB", backup: true };

let pve: Pve;
oneNode(async (fresh) => {
    pve = fresh;
    await (await createContainer(pve, place, BARE)).wait();
    await startContainer(pve, place);
});
afterEach(() => jest.restoreAllMocks());

const refused = (): void =>
    void jest.spyOn(ImaginaryMachine.prototype, "hotplugMount").mockRejectedValueOnce(new MachineError(`${path} is a symbolic link`));
const active = async () => (await readConfig(pve, place, "active")).mp;

test.each<[string, () => Promise<unknown>]>([
    ["a quota's dataset", () => bindDataset({ pve, connection }, place, path, "/tank/docs")],
    ["the gateway's data", () => ensureBind(pve, connection, place, "/tank/data")],
    ["a share's new volume", () => ensureVolume(pve, place, path, volume)],
])("%s", async (_, mount) => {
    refused();
    expect((await failureOf(mount())).message).toContain(`unable to hotplug`);
    expect(await active()).toEqual({});
    await mount();
    expect(Object.values(await active())).toHaveLength(1);
    // The third time nothing is left to do.
    const before = (await readConfig(pve, place)).digest;
    await mount();
    expect((await readConfig(pve, place)).digest).toBe(before);
});

test("a share's kept volume", async () => {
    const { volumeId } = await ensureVolume(pve, place, path, volume);
    await editConfig(pve, place, () => ({ delete: ["mp1"] }));
    await shutdownContainer(pve, place);
    await startContainer(pve, place);
    refused();
    expect((await failureOf(ensureVolume(pve, place, path, volume, { volumeId }))).message).toContain("unable to hotplug");
    expect(await active()).toEqual({});
    await ensureVolume(pve, place, path, volume, { volumeId });
    expect((await active())[1]).toContain(volumeId);
});

test("whether a mount was made is what the running container has, not what waits", async () => {
    refused();
    await failureOf(bindDataset({ pve, connection }, place, path, "/tank/docs"));
    expect(await isPlugged({ pve }, place, path)).toBe(false);
    await bindDataset({ pve, connection }, place, path, "/tank/docs");
    expect(await isPlugged({ pve }, place, path)).toBe(true);
});
