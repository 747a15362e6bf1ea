import { runOnNode } from "../lab/src/client";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { nodeKeys } from "./support/node-keys";
import { dataQuota, gateway, program, quota, share, smallArgs } from "./support/program";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Limits on ZFS, by zfs-fuse. That has no POSIX ACLs and lets only true root change owners: the gateways are privileged, the share is one for
 * guests, and what is written is written in the gateway (a client's writes on true ZFS: zfs-vm.test.ts). Everything is done as root@pam with a password, the one identity that may make such containers; binds then go by the API.
 */

const vmids = { from: 6660, to: 6689 };
const host = "10.86.0.122";
const guest = { node: "pve1", vmid: 6660 };
const other = { node: "pve1", vmid: 6661 };
const MIB = 2 ** 20;

let place: Workplace;
let stack: Stack;
const { data: _data, lxc, dataOnDelete: _onDelete, ...basics } = smallArgs(host, vmids);
const privileged = { ...basics, lxc: { ...lxc, unprivileged: false } };
const open = { guest: true, mode: "0777" };
const parts = {
    files: gateway("files", { ...privileged, vmid: guest.vmid, data: { bind: "/rpool/quota" } }),
    docs: share("files", "docs", {}, open),
    limit: quota("docs", "limit", { limit: "64MiB" }),
    other: "",
};
const change = (changes: Partial<typeof parts>): void => {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
};

beforeAll(async () => {
    place = await workplace(vmids);
    await onNode("zfs destroy -r rpool/quota; zfs create rpool/quota");
    const asRoot = { ...place.lab.environment, PROXMOX_VE_API_TOKEN: "", PVESMB_SSH_PCT: "", ...(await nodeKeys()) };
    stack = await place.stack("", { project: "quota-zfs", environment: asRoot });
    change({});
    await stack.up();
});
afterAll(() => place?.dispose());

async function onNode(command: string): Promise<string> {
    const { code, stdout, stderr } = await runOnNode("pve1", command);
    if (code !== 0) throw new Error(`on pve1: ${command}\nended with ${code}: ${stderr}`);
    return stdout;
}
const configOf = async (vmid: number): Promise<Guest["config"]> => (await guestsWithin(vmid, vmid))[0]?.config ?? {};
const outputs = async (name: string): Promise<Record<string, unknown>> =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`:Quota::${name}`))?.outputs ?? {};
const property = async (name: string, dataset = "rpool/quota/docs"): Promise<string> =>
    (await onNode(`zfs get -Hp -o value ${name} ${dataset}`)).trim();
/** Writes so many MiB into the share's directory, in the gateway; what dd says. */
const write = (name: string, mib: number): Promise<string> =>
    inGuest(guest, `dd if=/dev/zero of=/srv/pvesmb/docs/${name} bs=1M count=${mib} conv=fsync 2>&1 || true`);
const FULL = /Disk quota exceeded|No space left/;

describe("a dataset per share on a bound directory", () => {
    test("is made of the new share's directory, limited, and plugged into the running gateway", async () => {
        expect(await property("refquota")).toBe(String(64 * MIB));
        const { mp0, mp1 } = await configOf(guest.vmid);
        expect([mp0, mp1]).toEqual(["/rpool/quota,mp=/srv/pvesmb", "/rpool/quota/docs,mp=/srv/pvesmb/docs"]);
        expect(await inGuest(guest, "stat -c %a /srv/pvesmb/docs")).toBe("777\n");
        expect(await outputs("limit")).toMatchObject({
            backendFound: "zfs",
            place: "rpool/quota/docs (/rpool/quota/docs on pve1)",
            level: "ok",
        });
        await stack.preview({ flags: ["--expect-no-changes"] });
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("statvfs shows it in the gateway, and a write stops at it without harm to what is there", async () => {
        const [size = 0, blocks = 0] = (await inGuest(guest, "stat -f -c '%S %b' /srv/pvesmb/docs")).split(" ").map(Number);
        expect(size * blocks).toBeLessThanOrEqual(64 * MIB);
        expect(await write("kept.bin", 30)).not.toMatch(FULL);
        expect(await write("big.bin", 60)).toMatch(FULL);
        expect((await inGuest(guest, "stat -c %s /srv/pvesmb/docs/kept.bin; rm /srv/pvesmb/docs/big.bin")).trim()).toBe(String(30 * MIB));
    });

    test("up, down, below what is used, and from refquota to quota", async () => {
        change({ limit: quota("docs", "limit", { limit: "128MiB" }) });
        await stack.up();
        expect(await write("big.bin", 60)).not.toMatch(FULL);
        change({ limit: quota("docs", "limit", { limit: "64MiB" }) });
        expect((await stack.up({ fails: true })).output).toMatch(/limit: \d+MiB are used in rpool\/quota\/docs \(.*, more than 64MiB/);
        change({ limit: quota("docs", "limit", { limit: "112MiB", snapshots: "count" }) });
        await stack.up();
        expect([await property("quota"), await property("refquota")]).toEqual([String(112 * MIB), "0"]);
    });

    test("changed by hand shows, and is repaired", async () => {
        await onNode("zfs set quota=200M rpool/quota/docs && zfs set refquota=180M rpool/quota/docs");
        expect((await stack.refresh()).output).toContain("limit");
        await stack.up();
        expect([await property("quota"), await property("refquota")]).toEqual([String(112 * MIB), "0"]);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("limits of users: set, told, taken back", async () => {
        const nobody = { limit: "112MiB", users: [{ name: "nobody", limit: "100MiB" }] };
        change({ limit: quota("docs", "limit", { ...nobody, users: [{ name: "nobdy", limit: "1MiB" }] }) });
        expect((await stack.up({ fails: true })).output).toContain("users: the gateway has no user nobdy");
        change({ limit: quota("docs", "limit", nobody) });
        await stack.up();
        expect(await property("userquota@65534")).toBe(String(100 * MIB));
        await onNode("zfs set userquota@65534=150M rpool/quota/docs");
        expect((await stack.refresh()).output).toContain("limit");
        await stack.up();
        expect(await property("userquota@65534")).toBe(String(100 * MIB));
        change({ limit: quota("docs", "limit", { limit: "112MiB" }) });
        await stack.up();
        expect(await property("userquota@65534")).toMatch(/^(0|none|-)$/);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("is there again after a restart of the gateway", async () => {
        await onNode(`pct reboot ${guest.vmid}`);
        expect(await inGuest(guest, "mountpoint /srv/pvesmb/docs")).toContain("is a mountpoint");
    });

    test("ends with the quota, and the data stays", async () => {
        change({ limit: "" });
        await stack.up();
        expect([await property("quota"), await property("refquota")]).toEqual(["0", "0"]);
        expect(await onNode("ls /rpool/quota/docs")).toBe("big.bin\nkept.bin\n");
    });
});

describe("a volume that is a dataset", () => {
    const limited = (limit: string, more = {}): void =>
        change({
            other: [
                gateway("other", {
                    ...privileged,
                    vmid: other.vmid,
                    network: { bridge: "vmbr0", address: "10.86.0.123/24" },
                    data: { storage: "local-zfs", initialSize: "256MiB" },
                    dataOnDelete: "destroy",
                }),
                dataQuota("other", "size", { limit, ...more }),
            ].join("\n"),
        });
    const size = async (): Promise<string> => String((await configOf(other.vmid))["mp0"]);

    test("grows by Proxmox VE", async () => {
        limited("320MiB");
        await stack.up();
        expect(await size()).toMatch(/^local-zfs:subvol-6661-disk-\d+,.*size=320M/);
    });
});
