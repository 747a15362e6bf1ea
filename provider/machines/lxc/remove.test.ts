import type { Connection } from "../../base/connection";
import { Deadline } from "../../base/deadline";
import type { Context } from "../../base/handler";
import { closeClients, pveClient } from "../../proxmox/client/client";
import type { Pve } from "../../proxmox/client/client";
import { isFreeVmid } from "../../proxmox/cluster";
import { createContainer, readStatus } from "../../proxmox/lxc/container";
import { startContainer } from "../../proxmox/lxc/power";
import { downloadAppliance } from "../../proxmox/templates";
import { newVolume } from "../../proxmox/values/size";
import type { ContainerState, Outputs } from "../state";
import { type Mark, withClaim, withMark } from "../mark";
import { formatId } from "../id";
import { markKeys } from "../mark-keys";
import { tenantOf } from "../../resources/gateway/tenant";
import { removeContainerGateway } from "./remove";
import { parseConfig } from "../../../test/lab/src/pve/guest-config";
import { type LabApi, startApi } from "../../../test/lab/src/api/server";
import { ImaginaryMachine } from "../../../test/lab/src/machine/imaginary";
import { Bench, failureOf, lines } from "../../../test/support/proxmox/harness";

/** What Proxmox VE protects is deleted only on request and is not touched before. */
const bench = new Bench();
const TEMPLATE = "debian-12-standard_12.7-1_amd64.tar.zst";
const NONCE = "0123456789abcdef";
const id = { node: "pve1", vmid: 101, nonce: NONCE };
const place = { node: "pve1", vmid: 101 };

let api: LabApi;
let pve: Pve;
let ctx: Context<Outputs>;
let connection: Connection;
beforeEach(async () => {
    const { key, cert } = bench.certificates.node;
    api = await startApi({
        machine: new ImaginaryMachine({ nodes: ["pve1", "pve2"], appliances: [TEMPLATE] }),
        version: "9.2",
        listen: () => ({ host: "127.0.0.1", port: 0 }),
        tls: { key, cert },
        state: { users: [{ userid: "root@pam", password: "root password" }] },
    });
    connection = {
        endpoints: [`https://127.0.0.1:${api.ports.get("pve2")}`],
        auth: { kind: "ticket", username: "root@pam", password: "root password" },
        tls: { kind: "ca", pem: bench.certificates.ca },
        ssh: { via: "guest", username: "root", sudo: false, port: 22, pct: "pct", nodes: {}, knownHosts: "/nonexistent" },
    };
    const deadline = Deadline.in(15_000);
    pve = pveClient(connection, lines()).within(deadline);
    ctx = {
        log: lines(),
        deadline,
        connect: () => connection,
        pve: () => connection,
        ssh: () => connection.ssh,
        checkpoint: () => undefined,
    };

    await (await downloadAppliance(pve, "pve1", "local", TEMPLATE)).wait();
    const mark: Mark = { key: "urn:test", nonce: NONCE, vmid: 101, phase: "ready", lease: 0, hostKeys: [] };
    const config = { rootfs: newVolume("local", 2 ** 30), description: withMark("", mark, markKeys(connection)) };
    await (await createContainer(pve, place, { ostemplate: `local:vztmpl/${TEMPLATE}`, unprivileged: true, config })).wait();
    await startContainer(pve, place);
});
afterEach(async () => {
    await closeClients();
    await api.close();
});

async function remove(more: Partial<ContainerState> = {}): Promise<void> {
    const state = { currentNode: "pve1", dataOnDelete: "destroy", ready: true, ...more } as ContainerState;
    await removeContainerGateway(ctx, formatId(id), state, tenantOf(ctx, state));
}

describe("a gateway that was never finished", () => {
    const guest = (phase: Mark["phase"], more: Record<string, string>): void => {
        const mark: Mark = { key: "urn:test", nonce: NONCE, vmid: 101, phase, lease: 0, hostKeys: [] };
        const { description: _old, ...values } = parseConfig(api.control.config(101)).values;
        const lines = Object.entries({ ...values, ...more }).map(([key, value]) => `${key}: ${value}\n`);
        api.control.setConfig(101, `${notes(withMark("", mark, markKeys(connection)))}${lines.join("")}`, { node: "pve1", kind: "lxc" });
    };
    const notes = (text: string): string => `#${encodeURIComponent(text).replaceAll("%20", " ")}\n`;
    const half = (state: Partial<ContainerState> = {}): Promise<void> => remove({ dataOnDelete: "refuse", ready: false, ...state });
    const data = "local:101/vm-101-disk-1.raw,mp=/srv/pvesmb,size=1G";

    test.each<[string, Mark["phase"], Record<string, string>, Partial<ContainerState>]>([
        ["a volume that was given to it", "creating", { mp0: data }, { data: { volume: "local:100/vm-100-disk-1.raw", backup: true } }],
        ["one that it has not mounted yet", "creating", { unused0: "local:101/vm-101-disk-1.raw" }, {}],
        ["one that somebody else put in", "creating", { mp3: data.replace("/srv/pvesmb", "/mnt") }, {}],
        ["a data volume, made stopped and perhaps used since", "ready", { mp0: data }, {}],
    ])("is kept with %s", async (_what, phase, more, state) => {
        guest(phase, more);
        const failure = await failureOf(half(state));
        expect(failure).toMatchObject({ kind: "Conflict", details: { property: "dataOnDelete" } });
        expect(failure.message).toContain("disk-1");
        expect((await readStatus(pve, place)).running).toBe(true);
    });

    test("goes with the data volume that its create made for it", async () => {
        guest("creating", {});
        await half();
        expect(await isFreeVmid(pve, 101)).toBe(true);
    });
});

test("what its mark does not prove to be ours is kept: not signed, of another VMID, or gone", async () => {
    const mark: Mark = { key: "urn:test", nonce: NONCE, vmid: 101, phase: "ready", lease: 0, hostKeys: [] };
    for (const description of [
        withClaim("", mark),
        withClaim("", { ...mark, nonce: "fedcba9876543210" }),
        withMark("", { ...mark, vmid: 102 }, markKeys(connection)),
        withMark("", mark, [Buffer.alloc(32)]),
        "somebody's notes",
    ]) {
        await pve.put("/nodes/pve1/lxc/101/config", { description });
        expect(await failureOf(remove())).toMatchObject({ kind: "Conflict" });
        expect((await readStatus(pve, place)).running).toBe(true);
    }
});

const keepers: [string, string, () => Promise<unknown>][] = [
    ["protected", "protection", () => pve.put("/nodes/pve1/lxc/101/config", { protection: true })],
    ["managed by HA", "purge", () => pve.post("/cluster/ha/resources", { sid: "ct:101" })],
    ["replicated", "purge", () => pve.post("/cluster/replication", { id: "101-0", target: "pve2", type: "local" })],
];

test.each(keepers)("%s: refused, naming `%s`, and still running", async (what, property, keep) => {
    await keep();
    const failure = await failureOf(remove());
    expect(failure).toMatchObject({ kind: "Conflict", details: { property } });
    expect(failure.message).toContain(what);
    expect((await readStatus(pve, place)).running).toBe(true);
});

test("with `purge` it is stopped through HA, deleted, and HA and replication have forgotten it", async () => {
    for (const [what, , keep] of keepers) if (what !== "protected") await keep();
    await remove({ purge: true });
    expect(await isFreeVmid(pve, 101)).toBe(true);
    expect(api.control.tasks().map(({ upid }) => upid.split(":")[5])).toContain("hastop");
    expect(await pve.get("/cluster/ha/resources")).toEqual([]);
    expect(await pve.get("/cluster/replication")).toEqual([]);
});

test("moved to another node since, it is deleted there", async () => {
    api.control.setConfig(102, api.control.config(101), { node: "pve2", kind: "lxc" });
    await api.control.run("POST", "/nodes/pve1/lxc/101/migrate", { target: "pve2", restart: "1" });
    await api.control.idle();
    await remove();
    expect(await isFreeVmid(pve, 101)).toBe(true);
    // A copy with the same mark under another VMID is not ours.
    expect(await isFreeVmid(pve, 102)).toBe(false);
});
