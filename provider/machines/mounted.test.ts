import type { MountEntry } from "../hosts";
import type { Mount } from "./machine";
import { lackOf } from "./mounted";

/** A mount that Proxmox VE has configured is there only if the guest's mount table has it. */
const entry = (target: string, source: string, type: string): MountEntry => ({ target, source, type, root: "/", options: [] });
const root = entry("/", "/dev/loop1", "ext4");
const dataset = entry("/srv/pvesmb/docs", "rpool/evil/docs", "zfs");
const place = "/var/lib/pvesmb/datasets/rpool/evil/docs";
const bind: Mount = { kind: "bind", key: "mp1", source: place, at: "/srv/pvesmb/docs" };
const volume: Mount = {
    kind: "volume",
    key: "mp0",
    volume: "tank:101/vm-101-disk-1.raw",
    at: "/srv/pvesmb",
    configured: undefined,
    declared: false,
};

test.each<[string, MountEntry[], Mount, MountEntry | undefined, string | undefined]>([
    ["a dataset that is there", [root, dataset], bind, dataset, undefined],
    ["a dataset that is not", [root], bind, dataset, `${place} (mp1) is not mounted at /srv/pvesmb/docs in the gateway`],
    [
        "one that is mounted above or below only",
        [root, entry("/srv/pvesmb/docs/x", "x", "zfs")],
        bind,
        dataset,
        `${place} (mp1) is not mounted`,
    ],
    [
        "another file system over it",
        [root, dataset, entry("/srv/pvesmb/docs", "none", "tmpfs")],
        bind,
        dataset,
        `none (tmpfs) is mounted at /srv/pvesmb/docs in the gateway instead of ${place} (mp1)`,
    ],
    [
        "another dataset in its place",
        [root, entry("/srv/pvesmb/docs", "rpool/evil", "zfs")],
        bind,
        dataset,
        "rpool/evil (zfs) is mounted at /srv/pvesmb/docs in the gateway instead",
    ],
    ["a device by another name", [root, entry(bind.at, "/dev/dm-1", "xfs")], bind, entry("/x", "/dev/mapper/x", "xfs"), undefined],
    ["a volume that is there", [root, entry("/srv/pvesmb", "/dev/loop2", "ext4")], volume, undefined, undefined],
    ["a volume that is not", [root], volume, undefined, "tank:101/vm-101-disk-1.raw (mp0) is not mounted at /srv/pvesmb"],
    ["a directory of the root file system", [root], { kind: "rootfs" }, undefined, undefined],
    ["a table that could not be read", [], bind, dataset, undefined],
])("%s", (_, table, mount, source, says) => {
    const lack = lackOf(table, mount, source);
    if (says === undefined) expect(lack).toBeUndefined();
    else expect(lack).toContain(says);
});
