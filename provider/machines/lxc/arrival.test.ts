import { Deadline } from "../../base/deadline";
import { PvesmbError } from "../../base/errors";
import type { Host } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import { createContainer, readConfig, readStatus } from "../../proxmox/lxc/container";
import { setConfig } from "../../proxmox/lxc/edit";
import { startContainer } from "../../proxmox/lxc/power";
import { arrive } from "./arrival";
import { lines } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

const place = { node: "pve1", vmid: 105 };
const OLD = "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:05,ip=10.9.0.5/24,type=veth";
const wanted = { property: "network.address", address: "10.9.0.6", index: 0, bridge: "vmbr0", vlan: undefined };

let pve: Pve;
oneNode(async (client) => {
    pve = client;
    await (await createContainer(pve, place, { ...BARE, config: { ...BARE.config, onboot: 1, net0: OLD } })).wait();
    await startContainer(pve, place);
});

/** The host that answers commands. */
const hosts = {
    "another machine by its MAC address": () => Promise.resolve({ code: 0, stdout: "02:00:00:00:00:01\n", stderr: "" }),
    "another machine by its host key": () => Promise.reject(new PvesmbError("HostKeyMismatch", "10.9.0.6 shows the host key SHA256:x")),
    nobody: () => Promise.reject(new PvesmbError("Unreachable", "10.9.0.6: no answer")),
    itself: () => Promise.resolve({ code: 0, stdout: "bc:24:11:00:00:05\n", stderr: "" }),
};
const to = async (who: keyof typeof hosts, how: { fresh: boolean; moves?: boolean }): Promise<void> => {
    const from = (await readConfig(pve, place)).net;
    if (how.moves)
        await setConfig(pve, place, { set: { net0: OLD.replace("10.9.0.5", "10.9.0.6"), net1: "name=eth1,bridge=vmbr0,ip=10.9.0.7/24" } });
    const host = { name: "10.9.0.6", id: "10.9.0.6", exec: hosts[who] } as unknown as Host;
    const moves = how.moves ? { moves: { to: [wanted], from } } : {};
    await arrive({ pve, place, fresh: how.fresh, ...moves }, await readConfig(pve, place), host, {
        deadline: Deadline.in(2_000),
        log: lines(),
    });
};
const now = async () => {
    const { net, onboot } = await readConfig(pve, place);
    return { net, onboot, running: (await readStatus(pve, place)).running };
};
const asItWas = async () => {
    const { net, ...rest } = await now();
    expect(Object.keys(net)).toEqual(["0"]);
    expect(net[0]).toContain("ip=10.9.0.5/24");
    expect(rest).toEqual({ onboot: true, running: true });
};

it.each([
    ["another machine by its MAC address", "another machine answers at 10.9.0.6"],
    ["another machine by its host key", "another machine answers at 10.9.0.6"],
    ["nobody", "the gateway cannot be reached from here at 10.9.0.6"],
] as const)("a running gateway gets its interfaces back when at its new address is %s", async (who, message) => {
    await expect(to(who, { fresh: false, moves: true })).rejects.toMatchObject({
        kind: "Conflict",
        message: expect.stringMatching(
            new RegExp(`^network\\.address: ${message}; CT 105 has its interfaces back as they were \\(10\\.9\\.0\\.5/24\\)`),
        ) as string,
        details: { property: "network.address" },
    });
    await asItWas();
});

it.each(["another machine by its MAC address", "another machine by its host key"] as const)(
    "a new guest does not go on with the address of %s, nor at the node's next boot",
    async (who) => {
        await expect(to(who, { fresh: true })).rejects.toMatchObject({
            kind: "Conflict",
            message: expect.stringContaining("network.address belongs to another machine: 10.9.0.6 is not CT 105") as string,
        });
        expect(await now()).toMatchObject({ onboot: false, running: false });
    },
);

it("a change that leaves the addresses alone takes nothing back", async () => {
    await expect(to("another machine by its host key", { fresh: false })).rejects.toMatchObject({ kind: "HostKeyMismatch" });
    await asItWas();
});

it("one that answers keeps what it got", async () => {
    await to("itself", { fresh: false, moves: true });
    expect((await now()).net[0]).toContain("ip=10.9.0.6/24");
});
