import { check } from "../../runtime/check";
import type { GatherResult } from "../../hosts";
import { quotaModel } from "../../model";
import type { QuotaInputs } from "../../model";
import { configOf } from "../../proxmox/lxc/config";
import { mountOf } from "../../machines/lxc/mounts";
import { treeOf } from "./target";

const config = configOf({
    mp0: "/tank/shares,mp=/srv/pvesmb",
    mp1: "local-zfs:subvol-101-disk-1,mp=/srv/pvesmb/docs,size=8G",
    mp3: "tank:101/vm-101-disk-2.raw,mp=/srv/pvesmb/docs/deep,backup=1,size=64M",
});

test.each([
    ["/srv/pvesmb", { kind: "bind", key: "mp0", source: "/tank/shares", at: "/srv/pvesmb" }],
    ["/srv/pvesmb/documents", { kind: "bind", key: "mp0" }],
    ["/srv/pvesmb/docs", { kind: "volume", key: "mp1", volume: "local-zfs:subvol-101-disk-1", configured: 8 * 2 ** 30, declared: false }],
    ["/srv/pvesmb/docs/deep/er", { kind: "volume", key: "mp3", at: "/srv/pvesmb/docs/deep" }],
    ["/srv", { kind: "rootfs" }],
])("%s is on the nearest mount above it", (path, mount) => expect(mountOf(config, path)).toMatchObject(mount));

test("the gateway's own volume is its own to size, unless its mark says that it leaves it open", () => {
    const mp0 = "tank:101/vm-101-disk-0.raw,mp=/srv/pvesmb,size=1G";
    const mark = (more: string): string =>
        `<!-- pvesmb 1 {"key":"k","nonce":"n","vmid":101,"phase":"ready","lease":0,"hostKeys":[]${more}} -->`;
    expect(mountOf(configOf({ mp0, description: mark("") }), "/srv/pvesmb")).toMatchObject({ declared: true });
    expect(mountOf(configOf({ mp0, description: mark(',"openSize":true') }), "/srv/pvesmb")).toMatchObject({ declared: false });
});

test.each([
    ["docs", "/srv/pvesmb/docs", "/srv/pvesmb/docs"],
    ["homes", "/srv/pvesmb/people/%S", "/srv/pvesmb/people"],
])("a share that is served as [%s] with path %s is limited at %s", (section, path, directory) => {
    const nonce = "0123456789abcdef";
    const fragment = `# pvesmb 1 ${JSON.stringify({ key: "k", nonce })}\n[${section}]\n\tpath = ${path}\n`;
    const look = { files: { "/etc/samba/pvesmb/shares.d/x.conf": fragment } } as unknown as GatherResult;
    expect(treeOf({ share: { id: nonce } } as unknown as QuotaInputs, look)).toEqual({ path: directory, share: section });
});

describe("what check refuses", () => {
    const gateway = { id: "pve1/101/0123456789abcdef" };
    const share = { id: "0123456789abcdef", gateway };
    const faults = (inputs: object): string[] =>
        check(quotaModel, { limit: "1GiB", ...inputs }).map(({ property, reason }) => `${property}: ${reason}`.replace(/^: /, ""));

    test.each<[string, object, RegExp]>([
        ["neither share nor gateway", {}, /^share: set either/],
        ["both", { share, gateway }, /^share: set either/],
        [
            "a share that declares its size",
            { share: { ...share, size: "2GiB" } },
            /share: the share sets `volume.size` itself \(2GiB\).*initialSize/,
        ],
        ["a path beside a share", { share, path: "/srv/pvesmb/x" }, /^path: is the directory of the share/],
        ["a path outside the data", { gateway, path: "/etc" }, /^path: must be \/srv\/pvesmb or below it/],
        ["soft above hard", { share, soft: "2GiB" }, /^soft: must not be greater than `limit` \(2GiB > 1GiB\)/],
        ["soft on a volume", { share, backend: "volume", soft: "1MiB" }, /^soft: a volume of Proxmox VE has no soft limits.*xfs, ext4/],
        [
            "users on btrfs",
            { share, backend: "btrfs", users: [{ name: "alice", limit: "1MiB" }] },
            /^users: a btrfs subvolume has no limits per user or group.*one of: zfs/,
        ],
        [
            "a user's soft limit on zfs",
            { share, backend: "zfs", users: [{ name: "alice", limit: "2MiB", soft: "1MiB" }] },
            /^users: a ZFS dataset has no soft limits/,
        ],
        [
            "a user's number of files on zfs",
            { share, backend: "zfs", users: [{ name: "alice", limit: "2MiB", files: 9 }] },
            /^users: a ZFS dataset has no limit on the number of files/,
        ],
        ["everybody's limit on a volume", { share, backend: "volume", userLimit: "1MiB" }, /^userLimit: .*one of: zfs, xfs, ext4/],
        ["a record that nobody keeps", { share, collect: false, history: { every: "1h" } }, /^history: requires the collector/],
        ["a token for nobody", { share, notify: { token: "t0ken", mail: ["a@example.org"] } }, /is for a webhook/],
        ["a user twice", { share, users: [1, 2].map(() => ({ name: "alice", limit: "1MiB" })) }, /^users: names alice twice/],
        ["falling thresholds", { share, alerts: [95, 75] }, /^alerts: must be in ascending order/],
    ])("%s", (_, inputs, expected) => expect(faults(inputs).join("\n")).toMatch(expected));

    test("an unknown value never fails, whatever depends on it", () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        expect(faults({ share: { ...share, id: unknown, size: unknown } })).toEqual([]);
        expect(faults({ share, backend: "volume", soft: unknown })).toEqual([]);
    });
});
