import { runOnNode } from "../lab/src/client";
import { answers } from "./support/answers";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { nodeKeys } from "./support/node-keys";
import { dataQuota, gateway, program, quota, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Limits on ZFS with zfs-fuse. It has no POSIX ACLs and lets only real root change owners, so the gateways are privileged and the share is
 * for guests (real ZFS: zfs-vm.test.ts). Everything runs as root@pam with a password, the only identity that may create such containers;
 * bind mounts then go through the API.
 */

const vmids = { from: 6660, to: 6689 };
const host = "10.86.0.122";
const guest = { node: "pve1", vmid: 6660 };
const other = { node: "pve1", vmid: 6661 };
const visitor = { user: "visitor", password: "none" };
/** The path of the share's dataset on the node. */
const docs = "/var/lib/pvesmb/datasets/rpool/quota/docs";
const MIB = 2 ** 20;
const bytes = (mib: number): string => "x".repeat(mib * MIB);

let place: Workplace;
let stack: Stack;
const { data: _data, lxc, dataOnDelete: _onDelete, ...basics } = smallArgs(host, vmids);
const privileged = { ...basics, lxc: { ...lxc, unprivileged: false } };
const open = { guest: true, mode: "0777" };
const parts = {
    files: gateway("files", { ...privileged, vmid: guest.vmid, data: { bind: "/rpool/quota" } }),
    people: user("files", { user: "alice", password: "alice's long p4ssword" }),
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
    // A container that has just stopped may hold its mounts for a moment.
    await until("the pool is as it was", async () =>
        (
            await onNode("zfs list rpool/quota >/dev/null 2>&1 && zfs destroy -r rpool/quota >&2; zfs list rpool/quota 2>&1 || true")
        ).includes("not exist"),
    );
    await onNode("zfs create rpool/quota");
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
async function reboot(): Promise<void> {
    await onNode(`pct reboot ${guest.vmid}`);
    await answers(guest, host);
}
const configOf = async (vmid: number): Promise<Guest["config"]> => (await guestsWithin(vmid, vmid))[0]?.config ?? {};
const outputs = async (name: string): Promise<Record<string, unknown>> =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`:Quota::${name}`))?.outputs ?? {};
const property = async (name: string, dataset = "rpool/quota/docs"): Promise<string> =>
    (await onNode(`zfs get -Hp -o value ${name} ${dataset}`)).trim();
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (name: string) => ({ host, share: name });
const write = (name: string, mib: number, to = "docs"): Promise<void> => putFile(within, at(to), visitor, name, bytes(mib));
const FULL = /NT_STATUS_(DISK_FULL|QUOTA_EXCEEDED)/;

/** Does the work while a client with an open session keeps writing. */
async function written<T>(during: () => Promise<T>): Promise<T> {
    const session = await SmbSession.open(within, at("docs"), visitor);
    try {
        const running = during();
        for (let i = 0; i < 8; i++) expect(await session.run(`put /etc/services busy${i}.txt`)).not.toContain("NT_STATUS");
        const result = await running;
        expect(await session.run("put /etc/services after.txt")).not.toContain("NT_STATUS");
        return result;
    } finally {
        session.close();
    }
}

describe("a dataset per share on a bound directory", () => {
    test("is made of the new share's directory, limited, and plugged into the running gateway", async () => {
        expect(await property("refquota")).toBe(String(64 * MIB));
        const { mp0, mp1 } = await configOf(guest.vmid);
        expect([mp0, mp1]).toEqual(["/rpool/quota,mp=/srv/pvesmb", `${docs},mp=/srv/pvesmb/docs`]);
        expect(await inGuest(guest, "stat -c %a /srv/pvesmb/docs")).toBe("777\n");
        expect(await outputs("limit")).toMatchObject({
            backendFound: "zfs",
            place: `rpool/quota/docs (${docs} on pve1)`,
            level: "ok",
        });
        await stack.settled();
    });

    test("a client sees it, and a write stops at it without harm to what is there", async () => {
        const { output } = await smbclient(within, at("docs"), visitor, "du");
        const [, blocks, size] = /(\d+) blocks of size (\d+)/.exec(output) ?? [];
        expect(Number(blocks) * Number(size)).toBe(64 * MIB);
        await write("kept.bin", 30);
        await expect(write("big.bin", 60)).rejects.toThrow(FULL);
        expect(await getFile(within, at("docs"), visitor, "kept.bin")).toBe(bytes(30));
        await smbclient(within, at("docs"), visitor, "del big.bin");
    });

    test("up and down while a client writes, never below what is used, and from refquota to quota", async () => {
        change({ limit: quota("docs", "limit", { limit: "128MiB" }) });
        await written(() => stack.up());
        await write("big.bin", 60);
        change({ limit: quota("docs", "limit", { limit: "64MiB" }) });
        expect((await stack.up({ fails: true })).output).toMatch(/limit: \d+MiB are in use in rpool\/quota\/docs \(.*, more than 64MiB/);
        change({ limit: quota("docs", "limit", { limit: "112MiB", snapshots: "count" }) });
        await written(() => stack.up());
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
        expect((await stack.up({ fails: true })).output).toContain("users: there is no user nobdy on the gateway");
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

    test("a limit for every user: who has it not shows, a later one too", async () => {
        const limitOf = async (name: string): Promise<string> => property(`userquota@${(await inGuest(guest, `id -u ${name}`)).trim()}`);
        change({ limit: quota("docs", "limit", { limit: "112MiB", userLimit: "48MiB" }) });
        await stack.up();
        expect(await limitOf("alice")).toBe(String(48 * MIB));
        change({ people: parts.people + user("files", { user: "bob", password: "bob's long p4ssword" }) });
        await stack.up();
        await stack.refresh();
        expect(JSON.stringify(await stack.resources())).toContain("userLimit: not that of bob");
        await stack.up();
        expect(await limitOf("bob")).toBe(String(48 * MIB));
        await stack.refresh({ flags: ["--expect-no-changes"] });
        change({ limit: quota("docs", "limit", { limit: "112MiB" }) });
        await stack.up();
        for (const name of ["alice", "bob"]) expect(await limitOf(name)).toMatch(/^(0|none|-)$/);
    });

    test("unmounted in the gateway, that is named, and it is there again after a restart", async () => {
        await inGuest(guest, "umount -l /srv/pvesmb/docs");
        expect((await stack.refresh({ flags: ["--diff"] })).output).toContain(
            `limit: ${docs} (mp1) is not mounted at /srv/pvesmb/docs in the gateway`,
        );
        expect((await stack.up({ fails: true })).output).toContain("restart CT 6660, then run `pulumi up` again");
        await reboot();
        expect(await inGuest(guest, "mountpoint /srv/pvesmb/docs")).toContain("is a mountpoint");
    });

    test("not mounted by Proxmox VE, it is mounted by the next up, which hides no files", async () => {
        // Gone from Proxmox VE, and then not mounted over a link that root of the gateway has put there: the mount point is pending.
        await onNode(`pct set ${guest.vmid} --delete mp1`);
        await reboot();
        await inGuest(guest, "rmdir /srv/pvesmb/docs && ln -s /etc /srv/pvesmb/docs");
        expect(await onNode(`pct set ${guest.vmid} --mp1 ${docs},mp=/srv/pvesmb/docs 2>&1 || true`)).toContain("unable to hotplug mp1");
        await inGuest(guest, "rm /srv/pvesmb/docs && mkdir /srv/pvesmb/docs && touch /srv/pvesmb/docs/new.txt");
        expect((await stack.up({ fails: true })).output).toMatch(
            /contains files \(such as \/srv\/pvesmb\/docs\/new.txt\), which the mount would hide/,
        );
        await inGuest(guest, "mv /srv/pvesmb/docs/new.txt /srv/pvesmb");
        await stack.up();
        expect(await inGuest(guest, "mountpoint /srv/pvesmb/docs")).toContain("is a mountpoint");
        expect(await getFile(within, at("docs"), visitor, "kept.bin")).toBe(bytes(30));
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await inGuest(guest, "rm /srv/pvesmb/new.txt");
    });

    test("follows the share's name; its directory cannot be moved, and that is said before anything is", async () => {
        const moved = { ...open, path: "/srv/pvesmb/papers" };
        change({ docs: share("files", "docs", {}, moved) });
        expect((await stack.up({ fails: true })).output).toMatch(
            /path: the share's volume is mounted at \/srv\/pvesmb\/docs and stays there \(\S+\/rpool\/quota\/docs, mp1 of CT 6660\)/,
        );
        change({ docs: share("files", "docs", {}, { ...open, name: "papers" }) });
        await stack.up();
        expect(await getFile(within, at("papers"), visitor, "kept.bin")).toBe(bytes(30));
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("ends with the quota, and the data stays", async () => {
        change({ limit: "" });
        await stack.up();
        expect([await property("quota"), await property("refquota")]).toEqual(["0", "0"]);
        expect(await onNode(`ls ${docs}`)).toContain("kept.bin\n");
    });

    test("a share that goes with its files leaves an empty dataset, for the next one there", async () => {
        const gone = share("files", "docs", {}, { ...open, onDelete: "delete" });
        change({ docs: gone, limit: quota("docs", "limit", { limit: "128MiB" }) });
        await stack.up();
        change({ docs: "", limit: "" });
        expect((await stack.up()).output).toMatch(/the empty \S+\/rpool\/quota\/docs of pve1 stays mounted in CT 6660 \(mp1\)/);
        expect(await onNode(`ls -A ${docs}`)).toBe("");
        expect(await property("refquota")).toBe("0");
        change({ docs: gone, limit: quota("docs", "limit", { limit: "112MiB" }) });
        await stack.up();
        expect(await property("refquota")).toBe(String(112 * MIB));
        await write("first.bin", 1);
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
    const dataset = async (): Promise<string> => `rpool/data/${/^local-zfs:([^,]+)/.exec(await size())?.[1]}`;
    const refquota = async (): Promise<string> => property("refquota", await dataset());

    test("grows by Proxmox VE", async () => {
        limited("320MiB");
        await stack.up();
        expect(await size()).toMatch(/^local-zfs:subvol-6661-disk-\d+,.*size=320M/);
    });

    /** In MiB. ZFS updates the figure after it has written the changes, some seconds later. */
    const used = async (): Promise<number> => {
        const [size = 0, all = 0, free = 0] = (await inGuest(other, "stat -f -c '%S %b %f' /srv/pvesmb")).split(" ").map(Number);
        return (size * (all - free)) / MIB;
    };

    test("shrinks when asked to, by the node, and not below what is used", async () => {
        const fill = (name: string): Promise<string> =>
            inGuest(other, `dd if=/dev/urandom of=/srv/pvesmb/${name} bs=1M count=64 conv=fsync 2>&1 || true`);
        await fill("filler");
        await until("the use is known", async () => (await used()) >= 64);
        limited("32MiB", { onShrink: "force" });
        expect((await stack.up({ fails: true })).output).toMatch(
            /limit: 6\dMiB are in use in local-zfs:subvol-6661-disk-\d+, more than 32MiB/,
        );
        limited("96MiB", { onShrink: "force" });
        await stack.up();
        expect([await size(), await refquota()]).toEqual([expect.stringMatching(/size=96M/), String(96 * MIB)]);
        await stack.refresh({ flags: ["--expect-no-changes"] });
        expect(await fill("more")).toMatch(/Disk quota exceeded|No space left/);
        await inGuest(other, "rm /srv/pvesmb/more");
        await until("the room is free again", async () => (await used()) < 80);
    });

    test("a limit that somebody set by hand shows, and is repaired", async () => {
        await onNode(`zfs set refquota=160M ${await dataset()}`);
        expect((await stack.refresh()).output).toContain("limit");
        await stack.up();
        expect([await size(), await refquota()]).toEqual([expect.stringMatching(/size=96M/), String(96 * MIB)]);
    });
});
