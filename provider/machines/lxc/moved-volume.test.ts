import { gatewayModel, shareModel } from "../../model";
import type { ContainerInputs } from "../../model";
import { configOf } from "../../proxmox/lxc/config";
import { refuseLosses } from "./refusals";
import { diff } from "../../runtime/diff";
import { failureOf, lines } from "../../../test/support/proxmox/harness";

/** A volume that was moved to another storage in Proxmox VE: pvesmb follows the move and creates no new volume. */
const lxc = { template: "debian-12-standard", rootfs: { storage: "local", size: "4GiB" } };
const gateway = { node: "pve1", lxc, network: { bridge: "vmbr0" }, data: { storage: "tank", size: "1GiB" } };
const share = { gateway: { id: "pve1/101/0123" }, volume: { storage: "tank", size: "1GiB" } };

test("the gateway's new storage replaces nothing", () => {
    const news = { ...gateway, data: { ...gateway.data, storage: "local" } };
    expect(diff(gatewayModel, { ...gateway, dataVolume: "local:101/vm-101-disk-1.raw" }, news, lines()).replaces).toEqual([]);
});

test("nor does the share's", () => {
    const news = { ...share, volume: { ...share.volume, storage: "local" } };
    expect(diff(shareModel, share, news, lines()).replaces).toEqual([]);
});

describe("an update", () => {
    const config = configOf({ rootfs: "local:101/vm-101-disk-0.raw,size=4G", mp0: "local:101/vm-101-disk-1.raw,mp=/srv/pvesmb,size=1G" });
    const of = (storage: string): ContainerInputs => ({ ...gateway, data: { ...gateway.data, storage } }) as unknown as ContainerInputs;
    const check = async (before: string, after: string): Promise<void> => refuseLosses(of(after), config, of(before));

    test("may name the storage where the volume is, or was when it was made", async () => {
        await check("tank", "local");
        await check("tank", "tank");
    });

    test("is refused for any other", async () => {
        expect(await failureOf(check("tank", "fast"))).toMatchObject({ kind: "InvalidInput", details: { property: "data.storage" } });
    });
});
