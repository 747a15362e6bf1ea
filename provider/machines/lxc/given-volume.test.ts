import type { ContainerInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig } from "../../proxmox/lxc/container";
import { editConfig } from "../../proxmox/lxc/edit";
import { startContainer } from "../../proxmox/lxc/power";
import { newVolume } from "../../proxmox/values/size";
import { withOwnVolume } from "./given-volume";
import { failureOf } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

/** An existing data volume becomes the gateway's own exactly once, whoever holds it. */
const holder = { node: "pve1", vmid: 101 };
const gateway = { node: "pve1", vmid: 102 };

let pve: Pve;
oneNode(async (fresh) => {
    pve = fresh;
    const mp0 = `${newVolume("local", 2 ** 30)},mp=/srv/pvesmb`;
    await (await createContainer(pve, holder, { ...BARE, config: { ...BARE.config, mp0 } })).wait();
    await (await createContainer(pve, gateway, BARE)).wait();
});

/** The holder's volume, mounted or detached. */
async function held(how: "mounted" | "unused"): Promise<string> {
    const { mp, unused } = await editConfig(pve, holder, (config) => (how === "unused" && config.mp[0] ? { delete: ["mp0"] } : undefined));
    return (mp[0] ?? unused[0] ?? "").split(",")[0] ?? "";
}
const given = async (volume: string): Promise<string | undefined> =>
    (await withOwnVolume(pve, gateway, { data: { volume, backup: true } } as ContainerInputs)).data?.volume;

test.each(["mounted", "unused"] as const)("%s in a stopped container, it is handed over and renamed", async (how) => {
    const before = await held(how);
    const volume = await given(before);
    expect(volume).toMatch(/^local:102\/vm-102-disk-\d/);
    expect((await readConfig(pve, gateway)).unused[0]).toBe(volume);
    expect((await readConfig(pve, holder)).all).not.toMatchObject({ mp0: expect.anything() as unknown });
    expect((await readConfig(pve, holder)).unused).toEqual({});
    // If the run is interrupted here, the next one only knows the old name.
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

describe("a gateway that has a data volume by its state", () => {
    const attached = async (size = 1): Promise<string> => {
        const mp0 = `${newVolume("local", size * 2 ** 30)},mp=/srv/pvesmb`;
        const { mp } = await editConfig(pve, gateway, () => ({ set: { mp0 } }));
        return (mp[0] ?? "").split(",")[0] ?? "";
    };
    const sized = { data: { storage: "local", size: "1GiB", backup: true } } as ContainerInputs;
    const wanted = (dataVolume: string, ready = true): Promise<ContainerInputs> =>
        withOwnVolume(pve, gateway, sized, { ready, dataVolume });

    test("gets that one back, whatever else is unused", async () => {
        await editConfig(pve, gateway, () => ({ set: { mp1: `${newVolume("local", 2 ** 30)},mp=/srv/pvesmb/own` } }));
        const volume = await attached();
        await editConfig(pve, gateway, () => ({ delete: ["mp1"] }));
        await editConfig(pve, gateway, () => ({ delete: ["mp0"] }));
        expect((await readConfig(pve, gateway)).unused).toEqual({ 0: expect.not.stringMatching(volume) as unknown, 1: volume });
        expect((await wanted(volume)).data?.volume).toBe(volume);
    });

    test("gets none when that one is nowhere", async () => {
        const failure = await failureOf(wanted("local:102/vm-102-disk-9.raw"));
        expect(failure).toMatchObject({ kind: "Conflict", details: { property: "data" } });
        expect(failure.message).toContain("local:102/vm-102-disk-9.raw is no longer mp0 of CT 102");
        expect((await readConfig(pve, gateway)).mp).toEqual({});
    });

    test("keeps it when it would go at the next restart only", async () => {
        const volume = await attached();
        await startContainer(pve, gateway);
        await editConfig(pve, gateway, () => ({ delete: ["mp0"] }));
        expect((await readConfig(pve, gateway)).mp).toEqual({});
        expect((await wanted(volume)).data?.volume).toBeUndefined();
        expect((await readConfig(pve, gateway)).mp[0]).toBe((await readConfig(pve, gateway, "active")).mp[0]);
    });

    test("a finished one takes no unused volume for a given one", async () => {
        await attached();
        await editConfig(pve, gateway, () => ({ delete: ["mp0"] }));
        const data = { volume: "local:999/vm-999-disk-0.raw", backup: true };
        const found = await withOwnVolume(pve, gateway, { data } as ContainerInputs, { ready: true });
        expect(found.data?.volume).toBe(data.volume);
    });
});
