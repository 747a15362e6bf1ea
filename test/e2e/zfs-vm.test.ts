import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gateway, program, share, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { SoakReport } from "./support/soak-report";
import { getFile, putFile, smbclient, type Unc } from "./support/smb-client";
import { Stack } from "./support/stack";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * The gate for every claim about ZFS: a real `pulumi up` with an unprivileged container, on datasets of the real ZFS module. `make soak
 * ONLY=zfs-vm`; software emulation, about ten minutes.
 */

const MiB = 2 ** 20;
const address = "10.86.0.101";
const vmid = 101;
const alice = { user: "alice", password: "alice's long p4ssword" };
const dataset = (index: number): string => `rpool/data/subvol-${vmid}-disk-${index}`;
const within = (argv: readonly string[]): string[] => [...argv];
const unc = (name: string): Unc => ({ host: "127.0.0.1", share: name });

const report = new SoakReport("zfs-vm", "Shares on true ZFS", ["what was seen", "result", "s"]);

let at: VmWorkplace;
let stack: Stack;
let flags: string[];
const client = (name: string, commands: string) => smbclient(within, unc(name), alice, commands, flags);

/** The program, with a share that has its own volume. */
function files(size: string): string {
    return program(
        gateway("files", {
            node: "pve1",
            vmid,
            lxc: { template: "debian-12-samba", rootfs: { storage: "local-zfs", size: "2GiB" } },
            network: { bridge: "vmbr0", address: `${address}/24` },
            data: { storage: "local-zfs", size: "128MiB" },
            dataOnDelete: "destroy",
            connection: at.connection,
        }),
        user("files", alice),
        share("files", "docs", { alice: "full" }, { volume: { storage: "local-zfs", size }, onDelete: "delete", allowRestart: true }),
        // Windows ACLs, stored where an unprivileged container may store them (docs: vfs_acl_xattr(8)).
        share("files", "windows", { alice: "full" }, { acl: "windows" }),
    );
}

/** Runs a shell command in the container, like `pct exec`. */
const inside = (script: string): Promise<string> =>
    at.vm.run(`lxc-attach -n ${vmid} --clear-env -- sh -euc '${script.replaceAll("'", `'\\''`)}'`);

/** The size of a share that a client sees, in bytes. */
async function sizeOf(name: string): Promise<number> {
    const [, blocks, each] = /(\d+) blocks of size (\d+)\./.exec((await client(name, "du")).output) ?? [];
    return Number(blocks) * Number(each);
}

async function put(name: string, mebibytes: number): Promise<string> {
    const file = join(mkdtempSync(join(runDirectory(), "put-")), name);
    writeFileSync(file, randomBytes(mebibytes * MiB));
    return (await client("docs", `put ${file} ${name}`)).output;
}

beforeAll(async () => {
    at = await vmWorkplace();
    const { environment } = at;
    stack = await Stack.create({ runDirectory: runDirectory(), program: { text: files("48MiB") }, within, environment });
    const { seconds } = await stack.up();
    flags = ["-p", String(await at.vm.forward(address, 445))];
    report.fact("in a virtual machine, up after", `${at.boot.toFixed(0)} s (pulumi up after another ${seconds.toFixed(0)} s)`);
    for (const [what, value] of Object.entries(await at.versions())) report.fact(what, value);
});
afterAll(async () => {
    stack?.dispose();
    await at?.dispose();
});

report.test("right after up there is nothing to do", async () => {
    await stack.settled();
});

report.test("the volumes are datasets as PVE makes them, with exactly the size asked for", async () => {
    const rows = await at.vm.run(`zfs get -Hp -r -d 1 -t filesystem -o name,value refquota rpool/data`);
    const mib = (index: number, size: number): string => `${dataset(index)}\t${size * MiB}`;
    expect(rows.trim().split("\n").slice(1)).toEqual([mib(0, 2048), mib(1, 128), mib(2, 48)]);
});

report.test("a client writes and reads; owners on the dataset are the container's ids", async () => {
    await putFile(within, unc("docs"), alice, "hello.txt", "hello\n", flags);
    expect(await getFile(within, unc("docs"), alice, "hello.txt", flags)).toBe("hello\n");
    expect((await at.vm.run(`stat -c %u /${dataset(2)}/hello.txt`)).trim()).toMatch(/^1100\d\d$/);
});

report.test("clients see the refquota as the size of the share", async () => {
    expect(await sizeOf("docs")).toBe(48 * MiB);
    expect(await sizeOf("windows")).toBe(128 * MiB);
});

report.test("a write beyond the size ends with DISK_FULL", async () => {
    expect(await put("big", 64)).toContain("NT_STATUS_DISK_FULL");
    // ZFS completes the last transaction; statvfs then shows the usage, not the limit.
    expect(await sizeOf("docs")).toBeLessThanOrEqual(49 * MiB);
});

report.test("a larger size is one update, and holds at once", async () => {
    stack.write(files("96MiB"));
    const { steps } = await stack.up();
    expect(steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`)).toEqual(["update docs"]);
    expect(await sizeOf("docs")).toBe(96 * MiB);
    expect(await put("big", 64)).not.toContain("NT_STATUS");
});

report.test("a refquota below what is used is refused by ZFS itself", async () => {
    const { code, stderr } = await at.vm.attempt(`zpool sync; zfs set refquota=16M ${dataset(2)}`);
    expect(code).not.toBe(0);
    expect(stderr).toContain("size is less than current used");
});

report.test("snapshots take no room of the share, and are read in the container below .zfs/snapshot", async () => {
    await at.vm.run(`zpool sync; zfs snapshot ${dataset(2)}@daily`);
    expect((await client("docs", "del big")).output).not.toContain("NT_STATUS");
    await at.vm.run("zpool sync");
    expect(await put("more", 64)).not.toContain("NT_STATUS");
    const snapshot = "/srv/pvesmb/docs/.zfs/snapshot/daily";
    expect(await inside(`cat ${snapshot}/hello.txt; wc -c < ${snapshot}/big`)).toBe(`hello\n${64 * MiB}\n`);
});

report.test("access entries are POSIX ACLs on the dataset", async () => {
    expect(await inside("getfacl -cp /srv/pvesmb/docs")).toMatch(/^user:alice:rwx$[\s\S]*^default:user:alice:rwx$/m);
});

report.test("Windows ACLs are kept in user.NTACL; security.NTACL is not for an unprivileged container", async () => {
    await putFile(within, unc("windows"), alice, "acl.txt", "x", flags);
    expect(await inside("getfattr --absolute-names -n user.NTACL /srv/pvesmb/windows/acl.txt")).toContain("user.NTACL=");
    const refused = await at.vm.attempt(`lxc-attach -n ${vmid} -- setfattr -n security.NTACL -v 0x00 /srv/pvesmb/windows/acl.txt`);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("Operation not permitted") as string]);
});

report.test("destroy leaves nothing of it in the pool", async () => {
    await at.vm.run(`zfs destroy ${dataset(2)}@daily`);
    await stack.destroy();
    expect(await stack.resources()).toEqual([]);
    expect(await at.vm.run("zfs list -H -o name -r rpool/data")).toBe("rpool/data\n");
});
