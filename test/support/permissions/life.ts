import type { ContainerInputs } from "../../../provider/model";
import type { Pve } from "../../../provider/proxmox/client/client";
import { isFreeVmid } from "../../../provider/proxmox/cluster";
import { deleteContainer } from "../../../provider/proxmox/lxc/delete";
import { shutdownContainer, startContainer, stopContainer } from "../../../provider/proxmox/lxc/power";
import { makeGuest } from "../../../provider/machines/lxc/guest";
import { withOwnVolume } from "../../../provider/machines/lxc/given-volume";
import { applySettings, settlePending } from "../../../provider/machines/lxc/settings";
import { fetchTemplate, findTemplate } from "../../../provider/machines/lxc/template";
import { destroyVolume, ensureVolume } from "../../../provider/machines/lxc/share-volume";
import { lines } from "../proxmox/harness";

const mirror = lines();

export const URN = "urn:pulumi:dev::proj::pulumi-nodejs:dynamic/pvesmb:SmbGateway::files";

/**
 * All requests that pvesmb sends to PVE for a gateway and a share with a volume, from the template to the removal, without the permission
 * check before them and without SSH.
 */
export async function life(pve: Pve, inputs: ContainerInputs): Promise<void> {
    const template = await fetchTemplate(pve, inputs.node, await findTemplate(pve, inputs), mirror);
    const plan = {
        inputs,
        key: URN,
        hostname: "files",
        template,
        publicKeys: [],
        keys: [Buffer.alloc(32, 1)],
        free: () => Promise.resolve(),
        ask: () => Promise.resolve(undefined),
    };
    const { keys } = plan;
    const { mark, ...place } = await makeGuest(pve, plan, mirror, () => undefined);
    const owned = await withOwnVolume(pve, place, inputs);
    await applySettings(pve, place, owned, "files", { mark, keys });
    await startContainer(pve, place);
    const grown = { ...owned, lxc: { ...owned.lxc, cores: 2, rootfs: { ...owned.lxc.rootfs, size: "2GiB" } }, tags: ["files"] };
    await applySettings(pve, place, grown, "renamed", { mark: { ...mark, phase: "ready" }, keys });
    await settlePending(pve, place, { ...grown, allowRestart: true }, mirror);
    const volume = { storage: "tank", size: "512MiB", backup: true };
    await ensureVolume(pve, place, "/srv/pvesmb/docs", volume);
    const { volumeId } = await ensureVolume(pve, place, "/srv/pvesmb/docs", { ...volume, size: "1GiB" });
    await destroyVolume(pve, place, volumeId, true, mirror);
    await shutdownContainer(pve, place);
    await startContainer(pve, place);
    await stopContainer(pve, place);
    await deleteContainer(pve, {}, async () => ((await isFreeVmid(pve, place.vmid)) ? undefined : place));
}
