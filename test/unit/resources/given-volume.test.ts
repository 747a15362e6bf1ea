import type { GatewayInputs } from "../../../provider/model";
import type { Pve } from "../../../provider/proxmox/client/client";
import { createContainer, readConfig } from "../../../provider/proxmox/lxc/container";
import { editConfig } from "../../../provider/proxmox/lxc/edit";
import { startContainer } from "../../../provider/proxmox/lxc/power";
import { downloadAppliance } from "../../../provider/proxmox/templates";
import { newVolume } from "../../../provider/proxmox/values/size";
import { withOwnVolume } from "../../../provider/resources/gateway/given-volume";
import { type LabApi, startApi } from "../../lab/src/api/server";
import { ImaginaryMachine } from "../../lab/src/machine/imaginary";
import { Bench, failureOf } from "../proxmox/harness";

/** A data volume that is given: whoever holds it, it becomes the gateway's own, once. */
const bench = new Bench();
const TEMPLATE = "debian-12-standard_12.7-1_amd64.tar.zst";
const holder = { node: "pve1", vmid: 101 };
const gateway = { node: "pve1", vmid: 102 };

let api: LabApi;
let pve: Pve;
beforeEach(async () => {
    const machine = new ImaginaryMachine({ nodes: ["pve1"], appliances: [TEMPLATE] });
    const { key, cert } = bench.certificates.node;
    api = await startApi({
        machine,
        version: "9.2",
        listen: () => ({ host: "127.0.0.1", port: 0 }),
        tls: { key, cert },
        state: { users: [{ userid: "root@pam", password: "root password" }] },
    });
    const auth = { kind: "ticket", username: "root@pam", password: "root password" } as const;
    pve = bench.pve([`https://127.0.0.1:${api.ports.get("pve1")}`], { auth, timing: { answer: 2_000 }, deadline: 8_000 });
    await (await downloadAppliance(pve, "pve1", "local", TEMPLATE)).wait();
    const config = { rootfs: newVolume("local", 2 ** 30) };
    const options = { ostemplate: `local:vztmpl/${TEMPLATE}`, unprivileged: true };
    const mp0 = `${newVolume("local", 2 ** 30)},mp=/srv/pvesmb`;
    await (await createContainer(pve, holder, { ...options, config: { ...config, mp0 } })).wait();
    await (await createContainer(pve, gateway, { ...options, config })).wait();
});
afterEach(() => api.close());

/** The holder's volume, mounted there or taken off. */
async function held(how: "mounted" | "unused"): Promise<string> {
    const { mp, unused } = await editConfig(pve, holder, (config) => (how === "unused" && config.mp[0] ? { delete: ["mp0"] } : undefined));
    return (mp[0] ?? unused[0] ?? "").split(",")[0] ?? "";
}
const given = async (volume: string): Promise<string | undefined> =>
    (await withOwnVolume(pve, gateway, { data: { volume, backup: true } } as GatewayInputs)).data?.volume;

test.each(["mounted", "unused"] as const)("%s in a stopped container, it is handed over and renamed", async (how) => {
    const before = await held(how);
    const volume = await given(before);
    expect(volume).toMatch(/^local:102\/vm-102-disk-\d/);
    expect((await readConfig(pve, gateway)).unused[0]).toBe(volume);
    expect((await readConfig(pve, holder)).all).not.toMatchObject({ mp0: expect.anything() as unknown });
    expect((await readConfig(pve, holder)).unused).toEqual({});
    // Cut off here, the next run knows the old name only.
    expect(await given(before)).toBe(volume);
    await editConfig(pve, gateway, ({ mp }) => (mp[0] ? undefined : { set: { mp0: `${volume},mp=/srv/pvesmb` } }));
    expect((await readConfig(pve, gateway)).unused).toEqual({});
    expect(await given(before)).toBe(before);
});

test("in use by a running container, it stays where it is", async () => {
    const volume = await held("mounted");
    await startContainer(pve, holder);
    expect((await failureOf(given(volume))).message).toContain("running container");
    expect((await readConfig(pve, holder)).mp[0]).toContain(volume);
});

test("held by nobody, it is attached as it is", async () => {
    expect(await given("local:999/vm-999-disk-0.raw")).toBe("local:999/vm-999-disk-0.raw");
});
