import { Vm } from "../lab/src/vm/vm";
import { limited, type Limited } from "./support/limited";
import { until } from "./support/until";

/**
 * How the kernel's file systems enforce limits, on a kernel that has all of them: the facts that quotas rely on. `make soak
 * ONLY=file-systems-vm`; software emulation, some minutes.
 */

const MiB = 2 ** 20;
const GiB = 2 ** 30;
/** Runs as root of an unprivileged container. */
const unprivileged = "lxc-usernsexec -m b:0:100000:65536 --";

let vm: Vm;
beforeAll(async () => {
    vm = await Vm.create({ disks: Object.fromEntries(Object.keys(limited).map((name) => [name, GiB])) });
    console.log(`virtual machine up after ${(await vm.start()).toFixed(1)} s`);
    for (const each of all) await vm.run(`${each.make}\n${each.limit(32)}\nchown 100000:100000 ${each.path}`);
    await vm.run("head -c 100M /dev/urandom > /dev/shm/random");
});
afterAll(() => vm?.dispose());

const all: Limited[] = Object.values(limited);
const space = async (path: string): Promise<number> => Number((await vm.run(`df -B1 --output=size ${path} | tail -1`)).trim());

/** Writes as root of an unprivileged container; returns how much was written and the error. */
async function write(path: string, mebibytes: number): Promise<{ code: number; said: string; bytes: number }> {
    const dd = `dd if=/dev/shm/random of=${path} bs=1M count=${mebibytes} conv=fsync`;
    const { code, stderr } = await vm.attempt(`${unprivileged} ${dd}`);
    return { code, said: stderr, bytes: Number(await vm.run(`stat -c %s ${path} 2>/dev/null || echo 0`)) };
}

/** Empties it and sets a limit. Freed space counts until it is written to disk: ZFS refuses a refquota below it, btrfs the next write. */
async function afresh(fs: Limited, mebibytes: number): Promise<void> {
    const script = `find ${fs.path} -mindepth 1 -not -path '*/.zfs*' -delete; sync -f ${fs.path}; ${fs.limit(mebibytes)}`;
    await until(`an empty ${fs.path}`, async () => (await vm.attempt(script)).code === 0);
}

describe.each(Object.entries<Limited>(limited))("%s", (_name, fs) => {
    test(`statvfs of the directory ${fs.shown ? "is its limit" : "is the whole file system"}`, async () => {
        const size = await space(fs.path);
        if (fs.shown) expect(Math.abs(size - 32 * MiB)).toBeLessThanOrEqual(MiB);
        else expect(size).toBeGreaterThan(900 * MiB);
    });

    test(`a write stops at the limit: ${fs.error}`, async () => {
        const stopped = await write(`${fs.path}/big`, 48);
        expect(stopped).toMatchObject({ code: 1, said: expect.stringContaining(fs.error) as string });
        expect(stopped.bytes).toBeGreaterThan(24 * MiB);
        expect(stopped.bytes).toBeLessThanOrEqual(32 * MiB);
    });

    test("a raised limit holds at once, without a new mount", async () => {
        await vm.run(fs.limit(96));
        expect(await write(`${fs.path}/big`, 48)).toMatchObject({ code: 0, bytes: 48 * MiB });
        if (fs.shown) expect(Math.abs((await space(fs.path)) - 96 * MiB)).toBeLessThanOrEqual(MiB);
    });

    test(`a limit below what is used is ${fs.shrinks ? "taken, and stops the next write" : "refused"}`, async () => {
        const { code } = await vm.attempt(fs.limit(24));
        if (!fs.shrinks) return expect(code).not.toBe(0);
        expect(code).toBe(0);
        expect(await write(`${fs.path}/more`, 1)).toMatchObject({ code: 1, bytes: 0 });
    });

    test("root of an unprivileged container gives files away within its ids, and not beyond", async () => {
        await afresh(fs, 96);
        await vm.run(`${unprivileged} sh -ec 'touch ${fs.path}/given; chown 1000:1000 ${fs.path}/given'`);
        expect((await vm.run(`stat -c %u:%g ${fs.path}/given`)).trim()).toBe("101000:101000");
        expect((await vm.attempt(`${unprivileged} chown 70000 ${fs.path}/given`)).code).not.toBe(0);
    });

    test("POSIX ACLs and user.NTACL are for it, security.NTACL is not", async () => {
        const script = [
            `cd ${fs.path}; mkdir acl`,
            "setfacl -m u:1000:rwx,d:u:1000:rwx acl; getfacl -cn acl",
            `touch ntacl; setfattr -n user.NTACL -v 0x${"ab".repeat(3000)} ntacl; getfattr --only-values -n user.NTACL ntacl | wc -c`,
        ].join("; ");
        const seen = await vm.run(`${unprivileged} sh -ec '${script}'`);
        expect(seen).toContain("user:1000:rwx");
        expect(seen).toContain("default:user:1000:rwx");
        expect(seen.trim().endsWith("3000")).toBe(true);
        expect(await vm.attempt(`${unprivileged} setfattr -n security.NTACL -v 0xab ${fs.path}/ntacl`)).toMatchObject({
            code: 1,
            stderr: expect.stringContaining("Operation not permitted") as string,
        });
    });

    test.each(fs.escapes)("it cannot lift its own limit: %s", async (escape) => {
        const { code, stderr } = await vm.attempt(`${unprivileged} ${escape}`);
        expect(code).not.toBe(0);
        expect(stderr).toMatch(/not permitted|denied|Invalid argument|Unable to access ZFS/i);
    });
});

test("pulling the plug loses what was not synced, and nothing that was; limits stay", async () => {
    for (const fs of all) {
        await afresh(fs, 64);
        await vm.run(`cd ${fs.path}; echo kept > kept; sync -f kept; echo lost > lost`);
    }
    await vm.kill();
    console.log(`virtual machine up again after ${(await vm.start()).toFixed(1)} s`);
    await vm.run("head -c 100M /dev/urandom > /dev/shm/random");
    for (const fs of all) {
        await vm.run(fs.mount);
        expect((await vm.run(`cat ${fs.path}/kept`)).trim()).toBe("kept");
        expect((await vm.attempt(`grep -q lost ${fs.path}/lost`)).code).not.toBe(0);
        expect(await write(`${fs.path}/big`, 80)).toMatchObject({ code: 1, said: expect.stringContaining(fs.error) as string });
    }
});

describe("zfs", () => {
    const dataset = "zfs/subvol-101-disk-1";

    beforeEach(() => afresh(limited.zfs, 64));

    test("snapshots do not count against refquota, and are read below .zfs by root of an unprivileged container", async () => {
        await vm.run(
            `cd ${limited.zfs.path}; head -c 40M /dev/shm/random > before; zpool sync; zfs snapshot ${dataset}@daily; rm before; zpool sync`,
        );
        expect(await write(`${limited.zfs.path}/after`, 50)).toMatchObject({ code: 0 });
        expect(await vm.run(`${unprivileged} sh -c 'cat ${limited.zfs.path}/.zfs/snapshot/daily/before | wc -c'`)).toBe(`${40 * MiB}\n`);
    });

    test("userquota stops one user and nobody else", async () => {
        await vm.run(`chmod 0777 ${limited.zfs.path}; zfs set userquota@101000=8M ${dataset}`);
        // Usage per user is known once it is on disk: a few more MiB may pass.
        const dd = (uid: number): string =>
            `for i in 0 1 2 3 4 5; do setpriv --reuid ${uid} --regid ${uid} --clear-groups dd if=/dev/shm/random of=${limited.zfs.path}/u${uid} bs=4M count=1 seek=$i conv=notrunc,fsync 2>&1 || exit 1; zpool sync; done`;
        expect(await vm.attempt(dd(101000))).toMatchObject({ code: 1, stdout: expect.stringContaining("Disk quota exceeded") as string });
        expect(await vm.attempt(dd(101001))).toMatchObject({ code: 0 });
        expect(await vm.run(`zfs userspace -Hpn -o name,used,quota ${dataset}`)).toMatch(/^101000\t\d+\t8388608$/m);
    });
});
