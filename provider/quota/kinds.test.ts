import { guessed, kindAt, refuseBeyond, refuseTree } from "./kinds";
import { projectId } from "./project";
import type { MountEntry } from "../hosts/mount-table";
import type { Spot, TreeState } from "./tree";

const mount = (target: string, type: string): MountEntry => ({ target, source: `/dev${target}`, type, root: "/", options: ["rw"] });
const mounts = [
    mount("/", "ext4"),
    ...["zfs", "fuse.zfs", "btrfs", "xfs", "ceph", "fuse.ceph-fuse", "nfs4", "tmpfs"].map((type) => mount(`/${type}`, type)),
];

const at = (path: string): Spot => ({ path, from: path });

test.each([
    ["/srv/docs", "ext4"],
    ["/zfs/docs", "zfs"],
    ["/fuse.zfs", "zfs"],
    ["/btrfs/docs", "btrfs"],
    ["/xfs/docs", "xfs"],
    ["/ceph/docs", "cephfs"],
    ["/fuse.ceph-fuse/docs", "cephfs"],
])("%s is limited by %s", (path, name) => expect(kindAt(mounts, at(path))).toMatchObject({ name, tree: { path } }));

test("what is mounted below the directory that the gateway has is not the gateway's", () => {
    const all = [...mounts, mount("/zfs/shares/theirs", "zfs"), mount("/zfs/shares", "zfs")];
    const refused = (path: string, bound: string) => () => refuseBeyond(all, bound, kindAt(all, at(path)).tree, "pve1");
    expect(refused("/zfs/shares/theirs/docs", "/zfs/shares")).toThrow(
        /is on what is mounted at \/zfs\/shares\/theirs there, which is not the gateway's/,
    );
    expect(refused("/zfs/shares/theirs", "/zfs/shares")).toThrow("which is not the gateway's");
    for (const [path, bound] of [
        ["/zfs/shares/docs", "/zfs/shares"],
        ["/zfs/shares/theirs", "/zfs/shares/theirs"],
        ["/zfs/docs", "/zfs/docs"],
    ] as const)
        expect(refused(path, bound)).not.toThrow();
});

test.each(["nfs4", "tmpfs"])("%s is refused by name, with the way out", (type) => {
    expect(() => kindAt(mounts, at(`/${type}/docs`))).toThrow(
        new RegExp(
            `^backend: /${type}/docs is on a file system of type ${type} where pvesmb cannot set limits \\(it can on zfs, .*\\); use a share with its own volume`,
        ),
    );
    expect(() => kindAt([], at("/docs"))).toThrow(/is on an unknown file system where/);
});

test("what the gateway sees of a mount is a guess", () => {
    expect(guessed(mounts, "/btrfs/docs")).toBe("btrfs");
    expect(guessed(mounts, "/nfs4/docs")).toBeUndefined();
    expect(guessed([], "/docs")).toBeUndefined();
});

describe("before anything is touched", () => {
    const nothing = { convert: false, enable: false };
    const all = { convert: true, enable: true };
    const state: TreeState = { used: 0, available: 1, ids: [], drift: [] };
    const refuse =
        (type: string, more: Partial<TreeState>, wanted = nothing, filled?: string) =>
        () =>
            refuseTree(kindAt(mounts, at(`/${type}/docs`)), { state: { ...state, ...more }, filled }, wanted, "pve1");

    test("a directory with files that would have to be copied, where the file system needs an object of its own", () => {
        expect(refuse("zfs", {}, nothing, "/zfs/docs/a")).toThrow(
            /^convert: \/zfs\/docs on pve1 is a plain directory with files \(such as \/zfs\/docs\/a/,
        );
        expect(refuse("zfs", {}, all, "/zfs/docs/a")).not.toThrow();
        expect(refuse("zfs", {})).not.toThrow();
        expect(refuse("xfs", {}, nothing, "/xfs/docs/a")).not.toThrow();
    });

    test("a directory that as a whole is a gateway's data, and files in both places after a conversion that was cut off", () => {
        const seen = (filled?: string) => ({ state, filled });
        const zfs = kindAt(mounts, at("/zfs/docs"));
        expect(() => refuseTree(zfs, seen(), all, "pve1", { whole: true })).toThrow(/^path: .*holds all data of the gateway/);
        const aside = "/srv/pvesmb/.pvesmb-convert-1";
        expect(() => refuseTree(zfs, seen("/zfs/docs/a"), all, "pve1", { aside })).toThrow(/\.pvesmb-convert-1 on the gateway/);
        expect(() => refuseTree(zfs, seen(), nothing, "pve1", { aside })).not.toThrow();
    });

    test("a project number that is somebody else's, whatever was asked for", () => {
        const clash = `/etc/projects gives project ${projectId("/xfs/docs")}, which /xfs/docs would have, to /elsewhere`;
        expect(refuse("xfs", { clash }, all)).toThrow(
            /^\/xfs\/docs on pve1 cannot be limited: .*to \/elsewhere; remove that entry, or move/,
        );
    });

    test("quotas that are off, unless they may be switched on", () => {
        expect(refuse("xfs", { off: "xfs is mounted without prjquota" })).toThrow(
            /^enable: xfs is mounted without prjquota \(\/xfs on pve1\)/,
        );
        expect(refuse("xfs", { off: "xfs is mounted without prjquota" }, all)).not.toThrow();
    });
});
