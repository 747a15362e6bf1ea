import type { LabApi } from "../../../test/lab/src/api/server";
import type { Pve } from "../../proxmox/client/client";
import { createContainer } from "../../proxmox/lxc/container";
import { newVolume } from "../../proxmox/values/size";
import { resizeVolume } from "../../proxmox/lxc/resize";
import { fileSystemFault } from "../../quota/volume";
import { lagOf, refuseLag } from "./lag";
import { ensureVolume } from "./share-volume";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

const [MIB, GIB] = [2 ** 20, 2 ** 30];
const place = { node: "pve1", vmid: 105 };

let pve: Pve;
let api: LabApi;
oneNode(async (client, lab) => {
    [pve, api] = [client, lab];
    const mp0 = `${newVolume("local", GIB)},mp=/srv/pvesmb`;
    await (await createContainer(pve, place, { ...BARE, config: { ...BARE.config, mp0 } })).wait();
});
const fail = (): number => api.control.injectTask({ type: "resize", step: "file system", message: "resize2fs: Permission denied" });

it("a growth that only the volume made is a failure, of whatever mount point; a larger size makes Proxmox VE try again", async () => {
    for (const [disk, size] of [
        ["mp0", 2 * GIB],
        ["rootfs", 2 * GIB],
    ] as const) {
        fail();
        await expect(resizeVolume(pve, place, disk, size)).rejects.toMatchObject({
            kind: "RemoteFailed",
            message: expect.stringMatching(
                new RegExp(`^${disk} of CT 105 has grown, but its file system has not .*A larger size makes Proxmox VE try again`),
            ) as string,
        });
        await resizeVolume(pve, place, disk, size + GIB);
    }
});

it("a share's volume, too: what it has in Proxmox VE's words is told to be compared with what is seen inside", async () => {
    const volume = { storage: "local", size: "64MiB", backup: true };
    const { size, volumeId } = await ensureVolume(pve, place, "/srv/pvesmb/own", volume);
    expect(size).toBe(64 * MIB);
    fail();
    await expect(ensureVolume(pve, place, "/srv/pvesmb/own", { ...volume, size: "256MiB" })).rejects.toThrow("its file system has not");
    // The next run finds nothing to resize.
    const again = await ensureVolume(pve, place, "/srv/pvesmb/own", { ...volume, size: "256MiB" });
    expect(again).toMatchObject({ size: 256 * MIB, volumeId });
    const seen = { property: "volume.size", volume: volumeId, configured: again.size, fileSystem: 60 * MIB };
    expect(() => refuseLag(place, [seen])).toThrow(
        "volume.size: the file system has 60MiB of the volume's 256MiB: it did not grow with it (local:105/vm-105-disk-",
    );
});

describe("a file system", () => {
    it.each([
        ["as large as its volume, its own tables apart", 500 * GIB, 490 * GIB, undefined, false],
        ["small with its tables", 64 * MIB, 40 * MIB, undefined, false],
        ["far behind", 500 * GIB, 250 * GIB, undefined, true],
        ["a little behind, of which only the size before tells", 550 * GIB, 492 * GIB, 500 * GIB, true],
        ["grown a little", 550 * GIB, 541 * GIB, 500 * GIB, false],
        ["grown hardly at all", 501 * GIB, 492 * GIB, 500 * GIB, false],
    ])("%s", (_what, volume, fileSystem, before, lags) => {
        expect(fileSystemFault(volume, fileSystem, before) !== undefined).toBe(lags);
    });

    it("that is no image shares the space of its storage: nothing is said of it", () => {
        const small = { property: "data.size", configured: 500 * GIB, fileSystem: 20 * GIB };
        expect(lagOf({ ...small, volume: "tank:subvol-105-disk-0" })).toBeUndefined();
        expect(lagOf({ ...small, volume: "/tank/files" })).toBeUndefined();
        expect(lagOf({ ...small, volume: "lvm:vm-105-disk-0" })).toContain("data.size");
    });
});
