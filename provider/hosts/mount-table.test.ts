import { mountHolding, parseMounts } from "./mount-table";

const mounts = parseMounts(
    JSON.stringify({
        filesystems: [
            { target: "/", source: "/dev/sda1", fstype: "ext4", fsroot: "/", options: "rw" },
            { target: "/tank", source: "tank", fstype: "zfs", fsroot: "/", options: "rw,xattr" },
            { target: "/tank/a", source: "tank/a", fstype: "zfs", fsroot: "/", options: "rw" },
            { target: "/data", source: "/dev/sdb[/sub/data]", fstype: "btrfs", fsroot: "/sub/data", options: "rw" },
            { target: "/data", source: "/dev/sdc", fstype: "xfs", fsroot: "/", options: "rw,prjquota" },
        ],
    }),
);
test.each([
    ["/tank/a", "tank/a"],
    ["/tank/a/b", "tank/a"],
    ["/tank/ab", "tank"],
    ["/srv", "/dev/sda1"],
    ["/data/x", "/dev/sdc"],
])("%s is on %s", (path, source) => expect(mountHolding(mounts, path)?.source).toBe(source));

test("what a bind mount shows of its device is not part of its name", () => {
    const mount = mounts[3]!;
    expect(mount.source).toBe("/dev/sdb");
});

test.each(["", "null", "[]", "{}", '{"filesystems": null}', '{"filesystems": [null]}', '{"filesystems": [{"target": 5}]}'])(
    "no table of findmnt's, no mounts: %s",
    (text) => expect(parseMounts(text)).toEqual([]),
);

test("a name without end takes no time with the square of its length", () => {
    const before = process.cpuUsage();
    parseMounts(JSON.stringify({ filesystems: [{ target: "/", source: "[".repeat(300_000), fstype: "x", fsroot: "/", options: "" }] }));
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});
