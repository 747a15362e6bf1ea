/** VMs are on paper, but their configuration reads back as Proxmox VE's does. */
import { ThrowawayLab } from "./throwaway";

const secret = "11111111-2222-3333-4444-555555555555";
let lab: ThrowawayLab;
let root: ReturnType<ThrowawayLab["as"]>;

beforeEach(async () => {
    lab = await ThrowawayLab.start("9.2", {
        state: { users: [{ userid: "root@pam", tokens: [{ tokenid: "t1", secret, privsep: false }] }] },
    });
    root = lab.as(`root@pam!t1=${secret}`);
});
afterEach(() => lab.close());

async function done(method: string, path: string, params: Record<string, unknown> = {}): Promise<void> {
    expect(await root(method, path, params)).toMatchObject({ status: 200 });
    await lab.api.control.idle();
}

const config = async (vmid: number, params = {}): Promise<Record<string, string>> =>
    (await root("GET", `/nodes/pve1/qemu/${vmid}/config`, params)).body?.data as Record<string, string>;

test("a description loses what is white at its end, an empty drive its key", async () => {
    await done("POST", "/nodes/pve1/qemu", { vmid: 300, description: "one\ntwo \n\n", ide3: "file=none,media=cdrom" });
    expect(await config(300)).toMatchObject({ description: "one\ntwo", ide3: "none,media=cdrom" });
    await done("PUT", "/nodes/pve1/qemu/300/config", { description: "three\n", ide2: "file=cdrom,media=cdrom" });
    expect(await config(300)).toMatchObject({ description: "three", ide2: "cdrom,media=cdrom" });
    await done("PUT", "/nodes/pve1/qemu/300/config", { description: " \n" });
    expect(await config(300)).not.toHaveProperty("description");
});

test("a clone has ids and a description of its own, and its cloud-init drive a size", async () => {
    await done("POST", "/nodes/pve1/qemu", {
        vmid: 300,
        scsi0: "local:1",
        ide2: "local:cloudinit",
        smbios1: "family=abc,base64=1",
        description: "d",
    });
    const before = await config(300);
    expect(before["ide2"]).not.toContain("size");
    await done("POST", "/nodes/pve1/qemu/300/clone", { newid: 301, description: "of its own\n" });
    const clone = await config(301);
    expect(clone).toMatchObject({ description: "of its own", ide2: expect.stringContaining(",size=4M") as string });
    expect(clone["smbios1"]).toMatch(/^base64=1,family=abc,uuid=[0-9a-f-]{36}$/);
    expect(clone["vmgenid"]).toMatch(/^[0-9a-f-]{36}$/);
    expect([clone["smbios1"], clone["vmgenid"]]).not.toEqual([before["smbios1"], before["vmgenid"]]);
    await done("POST", "/nodes/pve1/qemu/300/clone", { newid: 302 });
    expect(await config(302)).toMatchObject({ description: "d" });
});

test("a running VM keeps waiting what it cannot take, until its next start", async () => {
    await done("POST", "/nodes/pve1/qemu", { vmid: 300, cores: 1, memory: 512, tablet: 0, bios: "ovmf", start: 1 });
    await done("PUT", "/nodes/pve1/qemu/300/config", { cores: 2, name: "now", scsi1: "local:1", delete: "bios", tablet: 1 });
    expect(await config(300)).toMatchObject({ cores: 2, name: "now", scsi1: "local:300/vm-300-disk-0.raw,size=1G", tablet: 1 });
    expect(await config(300)).not.toHaveProperty("bios");
    expect(await config(300, { current: 1 })).toMatchObject({ cores: 1, name: "now", bios: "ovmf", tablet: 1 });
    expect((await root("GET", "/nodes/pve1/qemu/300/pending")).body?.data).toEqual(
        expect.arrayContaining([
            { key: "cores", value: 1, pending: 2 },
            { key: "bios", value: "ovmf", delete: 1 },
            { key: "name", value: "now" },
        ]),
    );
    await done("PUT", "/nodes/pve1/qemu/300/config", { revert: "bios", memory: "1024" });
    expect(await config(300)).toMatchObject({ bios: "ovmf", memory: "1024" });
    await done("POST", "/nodes/pve1/qemu/300/status/stop");
    expect(await config(300, { current: 1 })).toMatchObject({ cores: 1, memory: "512" });
    await done("POST", "/nodes/pve1/qemu/300/status/start");
    expect(await config(300, { current: 1 })).toMatchObject({ cores: 2, memory: "1024", bios: "ovmf" });
});
