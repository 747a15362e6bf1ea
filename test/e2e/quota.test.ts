import { control } from "./support/control";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { dataQuota, gateway, program, quota, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/** Limits on volumes: a share's, and a gateway's data. */

const vmids = { from: 6600, to: 6629 };
const host = "10.86.0.120";
const guest = { node: "pve1", vmid: 6600 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const MIB = 2 ** 20;

let place: Workplace;
let stack: Stack;
const { data: _data, ...basics } = smallArgs(host, vmids);
const files = gateway("files", { ...basics, vmid: guest.vmid, data: { storage: "tank", initialSize: "96MiB" } });
const parts = {
    files,
    alice: user("files", alice),
    vault: share("files", "vault", { alice: "full" }, { volume: { storage: "tank", initialSize: "64MiB" } }),
    limit: quota("vault", "limit", { limit: "128MiB" }),
    homes: "",
    data: "",
};
const change = (changes: Partial<typeof parts>): void => {
    Object.assign(parts, changes);
    stack.write(program(...Object.values(parts)));
};
const limited = (limit: string, more = {}): void => change({ limit: quota("vault", "limit", { limit, ...more }) });

beforeAll(async () => {
    place = await workplace(vmids, ["--feature", "quota-shrink"]);
    stack = await place.stack("", { project: "quota" });
    change({});
    await stack.up();
});
afterAll(() => place?.dispose());

const at = (name: string) => ({ host, share: name });
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const config = async (): Promise<Guest["config"]> => (await guestsWithin(guest.vmid, guest.vmid))[0]?.config ?? {};
const outputs = async (name: string): Promise<Record<string, unknown>> =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`:Quota::${name}`))?.outputs ?? {};
const claims = async (): Promise<string[]> => (await inGuest(guest, "ls /srv/pvesmb/.pvesmb/quotas")).split("\n").filter(Boolean);
/** Total bytes as a client sees them. */
const seen = async (name: string): Promise<number> => {
    const { output } = await smbclient(within, at(name), alice, "du");
    const [, blocks, bytes] = /(\d+) blocks of size (\d+)/.exec(output) ?? [];
    return Number(blocks) * Number(bytes);
};
const bytes = (mib: number): string => "x".repeat(mib * MIB);

describe("on a share's own volume", () => {
    test("is the volume's size, and what is used is told", async () => {
        expect((await config())["mp1"]).toMatch(/^tank:6600\/.*mp=\/srv\/pvesmb\/vault.*size=128M/);
        expect(await outputs("limit")).toMatchObject({
            backendFound: "volume",
            place: expect.stringMatching(/^tank:6600\/vm-6600-disk-\d+\.raw$/) as string,
            path: "/srv/pvesmb/vault",
            level: "ok",
        });
        expect(await seen("vault")).toBeGreaterThan(80 * MIB);
        expect(await seen("vault")).toBeLessThanOrEqual(128 * MIB);
        await stack.settled();
        const collector = "systemctl is-active pvesmb-quota.timer && ls /var/lib/pvesmb/quota.d | wc -l";
        expect(await inGuest(guest, collector)).toBe("active\n1\n");
    });

    test("stops a write with the right error, and leaves what was there", async () => {
        await putFile(within, at("vault"), alice, "kept.bin", bytes(60));
        await expect(putFile(within, at("vault"), alice, "big.bin", bytes(120))).rejects.toThrow("NT_STATUS_DISK_FULL");
        expect(await getFile(within, at("vault"), alice, "kept.bin")).toBe(bytes(60));
        await smbclient(within, at("vault"), alice, "del big.bin");
        await stack.refresh({ flags: ["--expect-no-changes"] });
        const { used, available, percent } = (await outputs("limit")) as Record<string, number>;
        expect(used).toBeGreaterThanOrEqual(60 * MIB);
        expect(used! + available!).toBeLessThanOrEqual(128 * MIB);
        expect(percent).toBeCloseTo((used! / (used! + available!)) * 100, 0);
    });

    test("below what is used is refused with the figure, and so is a volume that would have to become smaller", async () => {
        limited("32MiB", { onShrink: "force" });
        const before = await config();
        expect((await stack.up({ fails: true })).output).toMatch(/limit: \d+MiB are in use in tank:6600\/.*, more than 32MiB/);
        limited("112MiB");
        expect((await stack.up({ fails: true })).output).toMatch(
            /limit: the volume tank:6600\/\S+ has 128MiB, and Proxmox VE cannot shrink a volume/,
        );
        limited("112MiB", { onShrink: "force" });
        expect((await stack.up({ fails: true })).output).toMatch(/tank is a storage of type dir, whose volumes cannot become smaller/);
        expect(await config()).toEqual(before);
    });

    test("grows while a client writes", async () => {
        const session = await SmbSession.open(within, at("vault"), alice);
        limited("256MiB", { alerts: [10, 20, 30] });
        const growing = stack.up();
        for (let i = 0; i < 8; i++) expect(await session.run(`put /etc/services busy${i}.txt`)).not.toContain("NT_STATUS");
        const { steps } = await growing;
        expect(await session.run("put /etc/services after.txt")).not.toContain("NT_STATUS");
        session.close();
        expect(steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`)).toEqual(["update limit"]);
        await putFile(within, at("vault"), alice, "big.bin", bytes(120));
        await stack.refresh({ flags: ["--expect-no-changes"] });
        expect(await outputs("limit")).toMatchObject({ level: "emergency" });
        expect(await getFile(within, at("vault"), alice, "kept.bin")).toBe(bytes(60));
    });

    test("changed by hand shows in refresh, and is taken over or refused", async () => {
        await control("run", "PUT", `/nodes/pve1/lxc/${guest.vmid}/resize`, { disk: "mp1", size: "320M" });
        const { steps } = await stack.refresh();
        expect(steps.filter(({ op }) => op !== "same" && op !== "refresh").map(({ name }) => name)).toContain("limit");
        expect((await stack.up({ fails: true })).output).toContain("has 320MiB, and Proxmox VE cannot shrink a volume");
        limited("320MiB");
        await stack.up();
        await stack.settled();
    });

    test("two quotas on one tree: the second is refused, and nothing of the first is touched", async () => {
        change({ data: quota("vault", "second", { limit: "512MiB" }) });
        expect((await stack.up({ fails: true })).output).toContain("/srv/pvesmb/vault already has a quota of another resource");
        expect((await config())["mp1"]).toContain("size=320M");
        change({ data: "" });
        await stack.up();
    });

    test("beside a declared size is refused in the preview", async () => {
        const kept = parts.vault;
        change({ vault: share("files", "vault", { alice: "full" }, { volume: { storage: "tank", size: "320MiB" } }) });
        expect((await stack.preview({ fails: true })).output).toContain("the share sets `volume.size` itself (320MiB)");
        change({ vault: kept });
    });

    test("follows a share that is renamed, and ends with the quota, not with the data", async () => {
        change({ vault: share("files", "vault", { alice: "full" }, { name: "safe", volume: { storage: "tank", initialSize: "64MiB" } }) });
        await stack.up();
        expect(await getFile(within, at("safe"), alice, "kept.bin")).toBe(bytes(60));
        await stack.refresh({ flags: ["--expect-no-changes"] });
        expect(await claims()).toHaveLength(1);
        change({ limit: "" });
        await stack.up();
        expect(await claims()).toEqual([]);
        expect(await inGuest(guest, "systemctl is-active pvesmb-quota.timer || true; ls /var/lib/pvesmb")).not.toMatch(/^active|quota/m);
        expect((await config())["mp1"]).toContain("size=320M");
        expect(await getFile(within, at("safe"), alice, "kept.bin")).toBe(bytes(60));
    });
});

test("on a share of homes it is a limit of all of them together", async () => {
    const volume = { storage: "tank", initialSize: "64MiB" };
    const people = share("files", "people", { alice: "full" }, { purpose: "homes", volume });
    change({ homes: people + quota("people", "together", { limit: "80MiB" }) });
    await stack.up();
    await inGuest(guest, "install -d -m 0700 -o alice /srv/pvesmb/people/alice");
    expect(await outputs("together")).toMatchObject({ path: "/srv/pvesmb/people", backendFound: "volume" });
    expect((await config())["mp2"]).toMatch(/mp=\/srv\/pvesmb\/people.*size=80M/);
    expect(await seen("alice")).toBeGreaterThan(64 * MIB);
    await putFile(within, at("alice"), alice, "mine.bin", bytes(8));
    await stack.refresh();
    expect((await outputs("together"))["used"]).toBeGreaterThan(8 * MIB);
    await stack.preview({ flags: ["--expect-no-changes"] });
    change({ homes: "" });
    await stack.up();
});

describe("on a gateway's data", () => {
    test("a directory of it is refused, with the way out", async () => {
        change({ data: dataQuota("files", "data", { path: "/srv/pvesmb/sub", limit: "64MiB" }) });
        expect((await stack.up({ fails: true })).output).toMatch(
            /path: \/srv\/pvesmb\/sub is a directory on the volume tank:6600\/.*`initialSize`.*data\.bind/,
        );
    });

    test("as a whole it is the data volume's size", async () => {
        change({ data: dataQuota("files", "data", { limit: "192MiB" }) });
        await stack.up();
        expect((await config())["mp0"]).toContain("size=192M");
        expect(await outputs("data")).toMatchObject({ backendFound: "volume", path: "/srv/pvesmb" });
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("beside a declared size it is refused, and takes over once that is gone", async () => {
        change({ data: "", files: gateway("files", { ...basics, vmid: guest.vmid, data: { storage: "tank", size: "192MiB" } }) });
        await stack.up();
        change({ data: dataQuota("files", "data", { limit: "224MiB" }) });
        expect((await stack.up({ fails: true })).output).toContain("gateway: it sets `data.size` itself");
        change({ files });
        await stack.up();
        expect((await config())["mp0"]).toContain("size=224M");
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });
});

test("destroy leaves nothing", async () => {
    await stack.destroy();
    expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
});
