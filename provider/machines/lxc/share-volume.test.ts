import type { Connection } from "../../base/connection";
import { bindDataset } from "./dataset-mount";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig, readStatus } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { shutdownContainer, startContainer } from "../../proxmox/lxc/power";
import { newVolume } from "../../proxmox/values/size";
import { destroyVolume, ensureVolume } from "./share-volume";
import { failureOf, lines } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

/** A share's own volume on a running container, whose mount points change only at the next restart. */
const place = { node: "pve1", vmid: 101 };

let pve: Pve;
oneNode(async (fresh) => {
    pve = fresh;
    await (await createContainer(pve, place, BARE)).wait();
    await startContainer(pve, place);
});

const wanted = { storage: "local", size: "1GiB", backup: true };
const ensure = (path = "/srv/pvesmb/own", known?: string, more = {}) =>
    ensureVolume(pve, place, path, { ...wanted, ...more }, { volumeId: known });
const takeOff = (key: string) => editConfig(pve, place, () => ({ delete: [key] }));

test("made again before the restart that would take it off, it is the same one, and stays", async () => {
    const made = await ensure();
    await takeOff("mp1");
    expect(await ensure()).toEqual(made);
    await shutdownContainer(pve, place);
    await startContainer(pve, place);
    expect((await readConfig(pve, place)).mp[1]).toContain(`${made.volumeId},`);
});

test("a number that is taken until the restart goes to no other share", async () => {
    const first = await ensure();
    await takeOff("mp1");
    const second = await ensure("/srv/pvesmb/other");
    expect(second.mountPoint).toBe("mp2");
    expect(second.volumeId).toMatch(/^local:101\/vm-101-disk-\d\.raw$/);
    expect(second.volumeId).not.toBe(first.volumeId);
});

test("nor to a dataset of the node that a quota makes", async () => {
    await ensure();
    await takeOff("mp1");
    const connection = { auth: { kind: "ticket", username: "root@pam", password: "" } } as Connection;
    const bind = (path: string) => bindDataset({ pve, connection }, place, path, `/tank/${path.slice(1)}`);
    await bind("/srv/pvesmb/a");
    await bind("/srv/pvesmb/a");
    expect((await readConfig(pve, place)).mp).toEqual({ 2: "/tank/srv/pvesmb/a,mp=/srv/pvesmb/a" });
    // A volume that is to be detached at the next restart is kept.
    await takeOff("mp2");
    await bind("/srv/pvesmb/a");
    await shutdownContainer(pve, place);
    await startContainer(pve, place);
    expect((await readConfig(pve, place)).mp).toEqual({ 2: "/tank/srv/pvesmb/a,mp=/srv/pvesmb/a" });
});

test("taken off, it comes back; gone, no other takes its place", async () => {
    const made = await ensure();
    await takeOff("mp1");
    await shutdownContainer(pve, place);
    await startContainer(pve, place);
    expect((await readConfig(pve, place)).unused).toEqual({ 0: made.volumeId });
    expect((await ensure("/srv/pvesmb/own", made.volumeId)).volumeId).toBe(made.volumeId);
    const failure = await failureOf(ensure("/srv/pvesmb/lost", "local:101/vm-101-disk-9.raw"));
    expect(failure).toMatchObject({ kind: "Conflict", details: { property: "volume" } });
    expect(Object.keys((await readConfig(pve, place)).mp)).toEqual(["1"]);
});

test("a volume that is still to be made has no id", async () => {
    await ensure();
    const mp1 = `${newVolume("local", 2 ** 30)},mp=/srv/pvesmb/own,backup=1`;
    await editConfig(pve, place, () => ({ set: { mp1 } }));
    expect((await failureOf(ensure())).message).toContain("mp1 is pending");
});

test("a pending change without the size gets it back", async () => {
    const { volumeId } = await ensure();
    await editConfig(pve, place, () => ({ set: { mp1: `${volumeId},mp=/srv/pvesmb/own` } }));
    await ensure("/srv/pvesmb/own", volumeId, { backup: false });
    expect((await readConfig(pve, place)).mp[1]).toContain("size=1G");
    await ensure("/srv/pvesmb/own", volumeId, { size: "2GiB" });
    expect((await readConfig(pve, place, "active")).mp[1]).toContain("size=2G");
});

test("nothing is restarted for a volume that is not there", async () => {
    const { uptime } = await readStatus(pve, place);
    const log = lines();
    await destroyVolume(pve, place, "local:101/vm-101-disk-9.raw", true, log);
    expect(log.lines.join()).toContain("no longer attached");
    expect(log.lines.join()).not.toContain("restarting");
    expect((await readStatus(pve, place)).uptime).toBeGreaterThanOrEqual(uptime);
});
