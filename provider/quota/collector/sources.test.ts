import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type UsageSource } from ".";
import { Collector } from "../../../test/support/quota/collector";

let collector: Collector;
beforeAll(() => (collector = new Collector()));
afterAll(() => collector.dispose());

async function read(source: UsageSource): Promise<object> {
    collector.declare("x", { source });
    await collector.round();
    const { used, limit, files, error } = await collector.report("x");
    collector.forget("x");
    await collector.round();
    return error === null ? { used, limit, files } : { error };
}
const file = (name: string, text: string): string => {
    writeFileSync(join(collector.root, name), text);
    return join(collector.root, name);
};

test("statvfs is what df shows", async () => {
    const { blocks, bfree, bavail, bsize } = statfsSync(tmpdir());
    const found = (await read({ kind: "statvfs", path: tmpdir() })) as { used: number; limit: number };
    expect(Math.abs(found.used / ((blocks - bfree) * bsize) - 1)).toBeLessThan(0.05);
    expect(Math.abs(found.limit / ((blocks - bfree + bavail) * bsize) - 1)).toBeLessThan(0.05);
    expect(await read({ kind: "statvfs", path: "/no/such" })).toEqual({ error: "/no/such: No such file or directory" });
});

test("tables of ZFS (tabs), btrfs, repquota and xfs_quota (blanks, KiB)", async () => {
    const zfs = file("zfs", "tank/my docs\t1024\t4096\ntank/open\t7\tnone\n");
    const table = { kind: "table", argv: ["cat", zfs], separator: "tab", used: 1, limit: 2 } as const;
    expect(await read({ ...table, argv: ["cat", zfs], key: { column: 0, equals: "tank/my docs" } })).toMatchObject({
        used: 1024,
        limit: 4096,
    });
    expect(await read({ ...table, argv: ["cat", zfs], key: { column: 0, equals: "tank/open" } })).toEqual({
        used: 7,
        limit: null,
        files: null,
    });
    expect(await read({ ...table, argv: ["cat", zfs], key: { column: 0, equals: "tank" } })).toEqual({
        error: `cat ${zfs}: says nothing of tank`,
    });
    const btrfs = file(
        "btrfs",
        "Qgroupid    Referenced    Exclusive  Max referenced\n0/5   16384   16384   none\n0/257   1000   1000   5000\n",
    );
    const groups: UsageSource = { kind: "table", argv: ["cat", btrfs], separator: "blanks", key: { column: 0, equals: "0/257" }, used: 1 };
    expect(await read({ ...groups, limit: 3 })).toMatchObject({ used: 1000, limit: 5000 });
    const xfs = file("xfs", "#0   0   0   0   00 [--------]\n#42   12   0   100   00 [--------]\n");
    expect(
        await read({
            ...{ kind: "table", argv: ["cat", xfs], separator: "blanks", key: { column: 0, equals: "#42" }, used: 1, limit: 3 },
            unit: 1024,
        }),
    ).toMatchObject({ used: 12 * 1024, limit: 100 * 1024 });
});

test("a command that fails or is not there says why", async () => {
    const key = { column: 0, equals: "x" };
    const table = { kind: "table", separator: "tab", key, used: 1 } as const;
    expect(await read({ ...table, argv: ["sh", "-c", "echo broken >&2; exit 3"] })).toEqual({
        error: "sh -c echo broken >&2; exit 3: exit code 3: broken",
    });
    expect(await read({ ...table, argv: ["/no/such"] })).toEqual({ error: "/no/such: exit code 127: No such file or directory" });
});

test("counters of btrfs, and extended attributes", async () => {
    const none = file("none", "18446744073709551615\n");
    expect(await read({ kind: "counters", used: file("used", "123\n"), limit: none })).toEqual({ used: 123, limit: null, files: null });
    expect(await read({ kind: "counters", used: join(collector.root, "gone") })).toMatchObject({ error: expect.stringContaining("gone") });
    expect(await read({ kind: "counters", used: file("bad", "much") })).toEqual({ error: "counters: the value is not a number" });
    // Not in memory: tmpfs has user attributes only since Linux 6.6.
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-"));
    execFileSync("python3", [
        "-c",
        `import os; [os.setxattr(${JSON.stringify(folder)}, "user." + n, v) for n, v in (("r", b"55"), ("m", b"99"))]`,
    ]);
    expect(await read({ kind: "xattr", path: folder, used: "user.r", limit: "user.m" })).toEqual({ used: 55, limit: 99, files: null });
    expect(await read({ kind: "xattr", path: folder, used: "user.r", limit: "user.none" })).toMatchObject({ used: 55, limit: null });
    rmSync(folder, { recursive: true });
});
