import type { GatherResult } from "../hosts/batch";
import { btrfs } from "./btrfs";
import { cephfs } from "./cephfs";
import { fragmentPath, SAMBA } from "../samba/paths";
import { askedForSizes } from "../samba/config/size-part";
import { ShownSizes } from "./dfree";
import { project, projectId } from "./project";
import type { LookOptions, Tree, TreeKind, TreeState, TreeWish } from "./tree";
import { zfs } from "./zfs";

const MIB = 2 ** 20;
const options: LookOptions = { snapshots: false, ids: [], exact: false };
const wish: TreeWish = { limit: 64 * MIB, snapshots: false, ids: [], enable: false };
const fresh: TreeState = { used: 0, available: 1, ids: [], drift: [] };

/** A host's answers to a kind's looks, by command prefix. */
function answers(kind: TreeKind, tree: Tree, replies: Record<string, string>, given = options): GatherResult {
    const look = kind.look(tree, given);
    /** Strips the wrapper that looks up the mount: `sh -c ... directory`. */
    const plain = (argv: string[]): string => argv.slice(argv[0] === "sh" ? 4 : 0).join(" ");
    const all = { df: `Avail\n${900 * MIB}\n`, ...replies };
    const said = (argv: string[]): string | undefined => Object.entries(all).find(([start]) => plain(argv).startsWith(start))?.[1];
    const commands = (look.commands ?? []).map(({ name, argv }) => {
        const stdout = said(argv);
        return [name, { code: stdout === undefined ? 1 : 0, stdout: stdout ?? "", stderr: "" }] as const;
    });
    return { files: {}, stat: {}, statvfs: {}, commands: Object.fromEntries(commands), ms: 1 };
}
const argvs = (steps: { do: string; argv?: unknown }[]): unknown[] => steps.map(({ argv }) => argv);

describe("zfs", () => {
    const mount = { target: "/tank/shares", source: "tank/shares", type: "zfs", root: "/", options: [] };
    const plain = { path: "/tank/shares/docs", from: "/tank/shares", mount };
    const own = { ...plain, mount: { ...mount, target: "/tank/shares/docs", source: "tank/shares/docs" } };
    const properties = (values: Record<string, number | string>): string =>
        Object.entries({ quota: 0, refquota: 0, used: 30, referenced: 20, available: 1000, ...values })
            .map(([name, value]) => `tank/shares/docs\t${name}\t${value}\n`)
            .join("");
    const state = (values: Record<string, number | string>, given: Partial<LookOptions> = {}): TreeState => {
        const all = { ...options, ...given };
        return zfs.parse(own, answers(zfs, own, { "zfs get -Hp -r": properties(values), "zfs get -Hp -o": properties(values) }, all), all);
    };

    test("a directory without a dataset of its own becomes one, named after it", () => {
        expect(zfs.parse(plain, answers(zfs, plain, {}), options).object).toBeUndefined();
        expect(zfs.make?.(plain, 100_000)).toMatchObject([
            { argv: ["zfs", "create", "-o", "mountpoint=/var/lib/pvesmb/datasets/tank/shares/docs", "tank/shares/docs"] },
            { do: "directory", path: "/var/lib/pvesmb/datasets/tank/shares/docs", owner: "100000", mode: "0700" },
        ]);
        const odd = { ...plain, path: "/tank/shares/Büro (2)" };
        expect(zfs.make?.(odd, 0)[0]).toMatchObject({
            undo: ["zfs", "destroy", "-r", "tank/shares/B:C3:BCro:20:282:29"],
        });
    });

    test("one that was made and not yet plugged in is known by its place, somebody else's of that name is not", () => {
        const at = (mountpoint: string): TreeState =>
            zfs.parse(plain, answers(zfs, plain, { "zfs get -Hp -r": properties({ refquota: 100, mountpoint }) }), options);
        const apart = "/var/lib/pvesmb/datasets/tank/shares/docs";
        expect(at(apart)).toMatchObject({ object: "tank/shares/docs", apart, limit: 100 });
        expect(at("/tank/shares/docs").object).toBeUndefined();
        expect(zfs.parse(own, answers(zfs, own, { "zfs get -Hp -r": properties({}) }), options).apart).toBeUndefined();
    });

    test("without and with snapshots", () => {
        expect(state({ refquota: 100 })).toMatchObject({ object: "tank/shares/docs", limit: 100, used: 20, drift: [] });
        expect(state({ quota: 100 }, { snapshots: true })).toMatchObject({ limit: 100, used: 30, drift: [] });
        expect(state({})).toMatchObject({ limit: undefined });
        expect(state({ refquota: 100, quota: 50 }).drift).toEqual(["tank/shares/docs: quota is set as well (50 bytes)"]);
    });

    test("only what differs is set, and what was there is set again at a rollback", () => {
        expect(zfs.set(own, state({ refquota: 64 * MIB }), wish)).toEqual([]);
        const [step] = zfs.set(own, state({ refquota: 100 }), wish);
        expect(step).toMatchObject({
            argv: ["zfs", "set", `refquota=${64 * MIB}`, "tank/shares/docs"],
            undo: ["zfs", "set", "refquota=100", "tank/shares/docs"],
        });
        expect(argvs(zfs.set(own, state({ quota: 5 }), wish))).toEqual([
            ["zfs", "set", `refquota=${64 * MIB}`, "tank/shares/docs"],
            ["zfs", "set", "quota=none", "tank/shares/docs"],
        ]);
    });

    test("users and groups, by the node's numbers", () => {
        const ids = [
            { kind: "user", id: 110_000 },
            { kind: "group", id: 110_001 },
        ] as const;
        const found = state(
            { refquota: 64 * MIB, "userquota@110000": 7, "userused@110000": 3, "groupquota@110001": "none", "groupused@110001": "-" },
            { ids },
        );
        expect(found.ids).toEqual([
            { kind: "user", id: 110_000, limit: 7, used: 3 },
            { kind: "group", id: 110_001, limit: 0, used: 0 },
        ]);
        const wanted = [
            { kind: "user" as const, id: 110_000, limit: 0 },
            { kind: "group" as const, id: 110_001, limit: 9 },
        ];
        expect(argvs(zfs.set(own, found, { ...wish, ids: wanted }))).toEqual([
            ["zfs", "set", "userquota@110000=none", "tank/shares/docs"],
            ["zfs", "set", "groupquota@110001=9", "tank/shares/docs"],
        ]);
        expect(argvs(zfs.release(own, found))).toContainEqual(["zfs", "set", "userquota@110000=none", "tank/shares/docs"]);
        expect(zfs.release(plain, fresh)).toEqual([]);
    });
});

describe("btrfs", () => {
    const mount = { target: "/mnt/pool", source: "/dev/sdb", type: "btrfs", root: "/", options: [] };
    const tree = { path: "/mnt/pool/shares/my docs", from: "/mnt/pool/shares", mount };
    const uuid = "161dbb32-2d04-4fdb-ad13-0feeccc2c4e6";
    const subvolumes = { "/mnt/pool/shares": 256, "/mnt/pool/shares/my docs": 257 };
    const groups = { 256: { used: 16384 }, 257: { used: 52_412_416, limit: 64 * MIB } };
    const parsed = (at = tree): TreeState =>
        btrfs.parse(at, { ...answers(btrfs, at, {}), subvolumes, btrfs: { [at.from]: { uuid, groups } } }, options);

    test("a subvolume by its id, and where the kernel counts it", () => {
        expect(parsed()).toEqual({
            object: "subvolume 257",
            limit: 64 * MIB,
            used: 52_412_416,
            available: 900 * MIB,
            ids: [],
            off: undefined,
            drift: [],
            counter: `/sys/fs/btrfs/${uuid}/qgroups/0_257`,
        });
        expect(parsed({ ...tree, path: "/mnt/pool/shares" })).toMatchObject({ object: "subvolume 256", limit: undefined });
        expect(parsed({ ...tree, path: "/mnt/pool/docs" })).toMatchObject({
            object: undefined,
            limit: undefined,
            counter: undefined,
        });
    });

    test("with quotas off, it says so; they are switched on only when asked", () => {
        const off = btrfs.parse(tree, { ...answers(btrfs, tree, {}), subvolumes, btrfs: { [tree.from]: { uuid } } }, options);
        expect(off.off).toBe("quotas are off on this btrfs");
        const group = ["0/", { value: "subvolume" }];
        expect(btrfs.set(tree, off, wish)).toMatchObject([
            { do: "subvolume", path: tree.path },
            { in: tree.path, argv: ["btrfs", "qgroup", "limit", String(64 * MIB), group, "."] },
        ]);
        expect(argvs(btrfs.set(tree, off, { ...wish, enable: true }))[0]).toEqual(["btrfs", "quota", "enable", "/mnt/pool"]);
    });

    test("an unchanged limit costs nothing", () => {
        expect(btrfs.set(tree, parsed(), wish)).toEqual([]);
        expect(argvs(btrfs.release(tree, parsed()))).toEqual([["btrfs", "qgroup", "limit", "none", "0/257", "."]]);
    });

    test("an empty or absent directory becomes a subvolume, whose id the limit then goes by", () => {
        const plain = { ...tree, path: "/mnt/pool/docs" };
        expect(btrfs.make?.(plain, 100_000)).toEqual([{ do: "subvolume", id: "subvolume", path: plain.path, owner: "100000" }]);
        expect(btrfs.set(plain, parsed(plain), wish)).toMatchObject([{ do: "run", in: plain.path }]);
    });
});

describe("projects of xfs and ext4", () => {
    const mount = { target: "/ext4", source: "/dev/vdc", type: "ext4", root: "/", options: ["rw", "prjquota"] };
    const tree = { path: "/ext4/share/my docs", from: "/ext4/share", mount };
    const projects = { "/ext4/share/my docs": 268435500 };
    /** As Linux 6.12 and quota 4.06 print it. */
    const replies = {
        "repquota -P": [
            "Project,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace",
            "#0,ok,ok,28,0,0,,4,0,0,",
            "#268435500,soft,ok,5124,1024,32768,7days,2,0,100,",
            "",
        ].join("\n"),
    };
    const parsed = (at: Tree, files: Record<string, string> = {}): TreeState =>
        project.parse(at, { ...answers(project, at, replies), files, projects }, options);

    test("limits, soft limits and files are read", () => {
        expect(parsed(tree)).toMatchObject({
            object: "project 268435500",
            limit: 32 * MIB,
            soft: MIB,
            files: 100,
            used: 5124 * 1024,
            filesUsed: 2,
            off: undefined,
        });
    });

    test("a plain directory is given a number of its own, all that is in it too, and the number is written down", () => {
        const plain = { ...tree, path: "/ext4/share/b" };
        const state = parsed(plain);
        expect(state).toMatchObject({ object: undefined, limit: undefined, used: 0 });
        const id = projectId(plain.path);
        expect(id).toBeGreaterThanOrEqual(2 ** 28);
        expect(id).toBeLessThan(2 ** 29);
        const steps = project.set(plain, state, { ...wish, files: 9, soft: MIB, graceSeconds: 60 });
        expect(steps[0]).toMatchObject({ argv: ["tee", "-a", "/etc/projects"], stdin: `${id}:/ext4/share/b\n` });
        expect(steps[1]).toEqual({ do: "project", path: "/ext4/share/b", project: id });
        expect(argvs(steps.slice(2))).toEqual([
            ["setquota", "-P", String(id), "1024", "65536", "0", "9", "/ext4"],
            ["setquota", "-t", "-P", "60", "60", "/ext4"],
        ]);
    });

    test("only what differs is set", () => {
        expect(project.set(tree, parsed(tree), { ...wish, limit: 32 * MIB, soft: MIB, files: 100 })).toEqual([]);
        expect(project.set(tree, parsed(tree), { ...wish, limit: 48 * MIB, soft: MIB, files: 100 })).toEqual([
            {
                do: "run",
                argv: ["setquota", "-P", "268435500", "1024", "49152", "0", "100", "/ext4"],
                undo: ["setquota", "-P", "268435500", "1024", "32768", "0", "100", "/ext4"],
            },
        ]);
    });

    test("somebody else's use of the number, a missing mount option and missing tools are seen", () => {
        const plain = { ...tree, path: "/ext4/share/b" };
        expect(parsed(plain, { "/etc/projects": `${projectId(plain.path)}:/elsewhere\n` }).clash).toMatch(
            /^\/etc\/projects gives project \d+.*to \/elsewhere$/,
        );
        expect(parsed(plain, { "/etc/projects": `${projectId(plain.path)}:/ext4/share/b\n` }).clash).toBeUndefined();
        expect(parsed({ ...tree, mount: { ...mount, options: ["rw"] } }).off).toBe("ext4 is mounted without prjquota");
        expect(project.parse(tree, answers(project, tree, {}), options).off).toBe("repquota does not run (package quota)");
    });

    test("users' and groups' limits are the file system's, by mount options of their own", () => {
        const head =
            "User,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace";
        const users = { "repquota -u": `${head}\n#0,ok,ok,20,0,0,,3,0,0,\n#101000,ok,ok,4,2048,8192,,1,0,50,\n` };
        const groups = { "repquota -g": `${head}\n#101001,ok,ok,8,0,0,,2,0,0,\n` };
        const watched = { ...options, ids: [{ kind: "user", id: 101000 } as const, { kind: "group", id: 101001 } as const] };
        const at = { ...tree, mount: { ...mount, options: ["rw", "usrquota", "grpquota", "prjquota"] } };
        const state = project.parse(at, { ...answers(project, at, { ...replies, ...users, ...groups }, watched), projects }, watched);
        expect(state.off).toBeUndefined();
        expect(state.ids).toEqual([
            { kind: "user", id: 101000, limit: 8 * MIB, soft: 2 * MIB, files: 50, used: 4096 },
            { kind: "group", id: 101001, limit: 0, soft: undefined, files: undefined, used: 8192 },
        ]);
        const ids = [
            { kind: "user", id: 101000, limit: 8 * MIB, soft: 2 * MIB, files: 50 } as const,
            { kind: "group", id: 101001, limit: 16 * MIB } as const,
        ];
        expect(argvs(project.set(at, state, { ...wish, limit: 32 * MIB, soft: MIB, files: 100, ids }))).toEqual([
            ["setquota", "-g", "101001", "0", "16384", "0", "0", "/ext4"],
        ]);
        expect(argvs(project.release(at, state))[0]).toEqual(["setquota", "-u", "101000", "0", "0", "0", "0", "/ext4"]);
        expect(project.parse(tree, { ...answers(project, tree, replies, watched), projects }, watched).off).toBe(
            "ext4 is mounted without usrquota,grpquota",
        );
        const [remount] = project.set(tree, { ...state, off: "so" }, { ...wish, ids, enable: true });
        expect(remount).toMatchObject({ argv: ["mount", "-o", "remount,prjquota,usrquota,grpquota", "/ext4"] });
    });

    test("its end takes number, marks and limit away", () => {
        expect(project.release(tree, parsed(tree))).toMatchObject([
            { argv: ["setquota", "-P", "268435500", "0", "0", "0", "0", "/ext4"] },
            { do: "project", path: "/ext4/share/my docs", project: 0 },
            { argv: ["sed", "-i", "/^268435500:/d", "/etc/projects"] },
        ]);
    });
});

test("cephfs: attributes of the directory", () => {
    const tree = {
        path: "/mnt/ceph/docs",
        from: "/mnt/ceph",
        mount: { target: "/mnt/ceph", source: "mon:/", type: "ceph", root: "/", options: [] },
    };
    const value = (name: string): string => `getfattr --only-values -n ceph.${name}`;
    const replies = { [value("quota.max_bytes")]: "100", [value("dir.rbytes")]: "40", [value("dir.rentries")]: "3" };
    const state = cephfs.parse(tree, answers(cephfs, tree, replies), options);
    expect(state).toMatchObject({ object: "CephFS directory", limit: 100, files: undefined, used: 40, filesUsed: 3 });
    expect(cephfs.set(tree, state, { ...wish, limit: 100, files: 7 })).toMatchObject([
        { in: tree.path, argv: ["setfattr", "-n", "ceph.quota.max_files", "-v", "7", "."] },
    ]);
    expect(argvs(cephfs.release(tree, state))).toEqual([["setfattr", "-n", "ceph.quota.max_bytes", "-v", "0", "."]]);
});

describe("what clients are shown", () => {
    const sizes = new ShownSizes(askedForSizes);
    const written = (steps: { do: string; path?: string; content?: unknown }[]): Record<string, string> =>
        Object.fromEntries(steps.filter((step) => step.do === "write").map(({ path, content }) => [path ?? "", String(content)]));

    test("a line per directory, known again", () => {
        const files = written(sizes.show("/srv/pvesmb/my docs", "btrfs", "/sys/x"));
        expect(sizes.isShown({ files }, "/srv/pvesmb/my docs", "btrfs", "/sys/x")).toBe(true);
        expect(sizes.isShown({ files }, "/srv/pvesmb/my docs", "btrfs", "/sys/y")).toBe(false);
        expect(sizes.isShown({ files: {} }, "/srv/pvesmb/my docs", "btrfs", "/sys/x")).toBe(false);
    });

    test("Samba asks for every share, whatever its name begins with; where an earlier version has it, that is no difference", () => {
        const files = written(sizes.show("/srv/pvesmb/a", "btrfs", "/sys/x"));
        const [part = ""] = Object.keys(files).filter((path) => path.startsWith(`${SAMBA.fragments}/`));
        expect(files[part]).toBe("[global]\n\tdfree command = /usr/local/lib/pvesmb/dfree\n");
        for (const share of ["0", "-a", "%", "Ä", "~", "_", "a", "(b)", "'"]) expect(part < fragmentPath(share)).toBe(true);
        const { [part]: text = "", ...rest } = files;
        expect(sizes.isShown({ files: rest }, "/srv/pvesmb/a", "btrfs", "/sys/x")).toBe(false);
        const earlier = { ...rest, [`${SAMBA.fragments}/=dfree.conf`]: text };
        expect(sizes.isShown({ files: earlier }, "/srv/pvesmb/a", "btrfs", "/sys/x")).toBe(true);
    });

    test("a move takes the old line away, and only the last one ends the script", () => {
        const gone = (before?: string) => sizes.show("/srv/pvesmb/b", "btrfs", "/sys/x", before).filter((step) => step.do === "remove");
        expect(gone("/srv/pvesmb/a").length - gone().length).toBe(1);
        const [own, last, ...rest] = sizes.hide("/srv/pvesmb/a");
        expect(own).toMatchObject({ do: "remove" });
        expect(rest.every((step) => step.ifChanged === last?.id && step.do === "remove")).toBe(true);
    });
});
