import { answers } from "./support/answers";
import { control } from "./support/control";
import { drillProgram, expectServed } from "./support/drill";
import { endLease, type Guest, guestsWithin, inGuest, removeGuests, renewLease, volumesWithin } from "./support/guests";
import { orphans } from "./support/orphans";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Who owns a guest? Copies, killed creates, replacements with both alive, stacks of the same name: no foreign guest is adopted or deleted.
 */

const vmids = { from: 5200, to: 5249 };
const [first, second] = ["10.86.0.151", "10.86.0.152"];

let place: Workplace;
beforeAll(async () => {
    place = await workplace(vmids);
});
afterAll(() => place?.dispose());

/** Each part starts without guests. */
const nobody = (): Promise<void> => removeGuests(vmids.from, vmids.to);
const guests = (): Promise<Guest[]> => guestsWithin(vmids.from, vmids.to);
async function only(): Promise<Guest> {
    const [guest, ...more] = await guests();
    if (guest === undefined || more.length > 0) throw new Error(`${more.length + (guest ? 1 : 0)} guests in place of one`);
    return guest;
}
const task = (verb: string, guest: Pick<Guest, "vmid">, path: string, params = {}): Promise<string> =>
    control("run", verb, `/nodes/pve1/lxc/${guest.vmid}${path}`, params);

describe("a killed create, and destroy after it", () => {
    let stack: Stack;
    beforeAll(async () => {
        stack = await place.stack(drillProgram(first, vmids));
        await control("injectTask", { type: "vzcreate", step: "extract", delayMs: 6000 });
        const { running } = stack.operate("up");
        await until("the create task", async () => (await guests()).length === 1);
        for (const pid of stack.providers()) process.kill(pid, "SIGKILL");
        expect((await running.done).code).not.toBe(0);
        await control("clearFaults");
        await control("idle");
        await stack.destroy();
        expect(await stack.resources()).toEqual([]);
    });

    test("is found, and kept while its maker may be alive", async () => {
        const guest = await only();
        const { vmid } = guest;
        await renewLease(guest);
        const { code, found, said } = await orphans(stack, "--remove", "--destroy-data");
        expect(found).toMatchObject([{ vmid, busy: true }]);
        expect({ code, said }).toEqual({ code: 1, said: `kept CT ${vmid} on pve1: it is being created right now\n` });
        expect((await only()).vmid).toBe(vmid);
    });

    test("is removed afterwards, its data volume only when told", async () => {
        const guest = await only();
        await endLease(guest);
        expect(await orphans(stack, "--remove")).toMatchObject({ code: 1, said: expect.stringContaining("--destroy-data") as string });
        expect((await only()).vmid).toBe(guest.vmid);
        expect(await orphans(stack, "--remove", "--destroy-data")).toMatchObject({ code: 0, said: `removed CT ${guest.vmid} on pve1\n` });
        expect(await guests()).toEqual([]);
        expect(await volumesWithin(vmids.from, vmids.to)).toEqual([]);
    });
});

describe("two backends with the same project and stack name", () => {
    const stacks: Stack[] = [];
    beforeAll(async () => {
        await nobody();
        for (const address of [first, second]) stacks.push(await place.stack(drillProgram(address, vmids)));
    });

    test("make a gateway each, at the same time", async () => {
        await Promise.all(stacks.map((stack) => stack.up()));
        const both = await guests();
        expect(both).toHaveLength(2);
        // Both have the same URN: only the nonce distinguishes them.
        expect(new Set(both.map(({ mark }) => mark?.key)).size).toBe(1);
        expect(new Set(both.map(({ mark }) => mark?.nonce)).size).toBe(2);
        for (const address of [first, second]) await expectServed(place, address);
    });

    test("destroy and change only their own", async () => {
        const [one, other] = stacks as [Stack, Stack];
        await one.destroy();
        expect(await guests()).toHaveLength(1);
        await other.refresh({ flags: ["--expect-no-changes"] });
        await expectServed(place, second);
    });

    test("a copy of the guest in Proxmox is nobody's", async () => {
        const [, stack] = stacks as [Stack, Stack];
        const original = await only();
        const copy = { vmid: vmids.to };
        await task("POST", original, "/status/stop");
        await task("POST", original, "/clone", { newid: String(copy.vmid), full: "1", hostname: "copy" });
        await task("POST", original, "/status/start");
        expect((await guests()).map(({ mark }) => mark?.vmid)).toEqual([original.vmid, original.vmid]);
        await answers(original, second);
        await stack.refresh({ flags: ["--expect-no-changes"] });
        expect((await orphans(stack)).found).toEqual([]);
        await stack.destroy();
        expect((await only()).vmid).toBe(copy.vmid);
        expect(await volumesWithin(copy.vmid, copy.vmid)).toHaveLength(2);

        // A new gateway does not adopt it either.
        await stack.up();
        const made = (await guests()).filter(({ vmid }) => vmid !== copy.vmid);
        expect(made).toHaveLength(1);
        expect(made[0]?.mark?.vmid).toBe(made[0]?.vmid);
        await stack.destroy();
        expect((await only()).vmid).toBe(copy.vmid);
    });
});

describe("a replacement with the user's deleteBeforeReplace: false", () => {
    const replaced = { lxc: { template: "debian-12-samba", rootfs: { storage: "tank", size: "4GiB" } } };
    const options = { deleteBeforeReplace: false };
    let stack: Stack;
    beforeAll(async () => {
        await nobody();
        stack = await place.stack(drillProgram(first, vmids, { options }));
        await stack.up();
    });
    afterAll(() => stack.destroy());

    test("at the same address is refused: the old one would answer for the new one", async () => {
        const old = await only();
        stack.write(drillProgram(first, vmids, { options, files: replaced }));
        const { output } = await stack.up({ fails: true });
        expect(output).toContain(`network.address: ${first} is in use: CT ${old.vmid} (files) on pve1 (net0) uses it`);
        await expectServed(place, first);
        expect((await guests()).map(({ vmid }) => vmid)).toEqual([old.vmid]);
    });

    test("at another address: the new one is made, then the old one goes, and only that", async () => {
        const old = (await guests()).map(({ vmid }) => vmid);
        const network = { bridge: "vmbr0", address: `${second}/24` };
        stack.write(drillProgram(first, vmids, { options, files: { ...replaced, network } }));
        const { steps } = await stack.up();
        expect(steps.map(({ op }) => op)).toContain("create-replacement");
        const { vmid, config } = await only();
        expect(old[0]).not.toBe(vmid);
        expect(String(config["rootfs"])).toMatch(/^tank:/);
        await expectServed(place, second);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });
});

test("a finished gateway that Pulumi has forgotten is taken over by its own resource, and what differed is told", async () => {
    await nobody();
    const guest = { node: "pve1", vmid: vmids.from };
    const stack = await place.stack(drillProgram(first, vmids, { files: { vmid: guest.vmid } }));
    await stack.up();
    await stack.importState({ version: 3, deployment: {} });
    expect((await stack.up({ fails: true })).output).toMatch(/vmid: 5200 is already in use by files/);
    await control("call", "PUT", `/nodes/pve1/lxc/${guest.vmid}/config`, { memory: "640" });
    await inGuest(guest, "sed -i 's/server min protocol = .*/server min protocol = NT1/' /etc/samba/smb.conf");
    stack.write(drillProgram(first, vmids, { files: { vmid: guest.vmid, adopt: true } }));
    expect((await stack.up()).output).toContain(
        'SmbGateway CT 5200: taken over (adopt); changed: lxc.memory: "640MiB" -> "512MiB"; samba: /etc/samba/smb.conf: [global] server min protocol = NT1 instead of SMB3_00',
    );
    expect((await only()).vmid).toBe(guest.vmid);
    await expectServed(place, first);
    await stack.refresh({ flags: ["--expect-no-changes"] });
    await stack.destroy();
});
