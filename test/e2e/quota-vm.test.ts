import { quota, share } from "./support/program";
import { alice, disk, GiB, MiB, type QuotaDrill, quotaDrill, type QuotaKind } from "./support/quota-drill";
import { SoakReport } from "./support/soak-report";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * Quotas on file systems that the lab's own kernel lacks, with a real `pulumi up`: gateways with their data in a directory of the node, on
 * XFS, ext4, btrfs and real ZFS. `make soak ONLY=quota-vm`; software emulation, half an hour and more.
 */

/** The hard limit (KiB) in a row of repquota. */
const hard = (flag: string, id: number, at: string): string =>
    `repquota ${flag} -n -v -O csv ${at} | awk -F, '$1 == "#${id}" { print $6 * 1024 }'`;

const projects = (type: "xfs" | "ext4", vmid: number, mkfs: string): QuotaKind => ({
    vmid,
    data: `/${type}/data`,
    make: `${mkfs} ${disk(type)}; mkdir /${type}; mount -o prjquota,usrquota,grpquota ${disk(type)} /${type}; mkdir /${type}/data`,
    args: {},
    place: new RegExp(`^project \\d+ \\(/${type}/data/docs on pve1\\)$`),
    byHand: (place) => `setquota -P ${/^project (\d+) /.exec(place)?.[1]} 0 ${500 * 1024} 0 0 /${type}`,
    limits: `repquota -P -n -O csv /${type} | awk -F, 'NR > 1 && ($5 > 0 || $6 > 0 || $10 > 0)'; cat /etc/projects 2>/dev/null || true`,
    accounts: {
        read: (uid, gid) => `${hard("-u", uid, `/${type}`)}; ${hard("-g", gid, `/${type}`)}`,
        byHand: (uid) => `setquota -u ${uid} 0 51200 0 0 /${type}`,
    },
});

const kinds: Record<string, QuotaKind> = {
    xfs: projects("xfs", 111, "mkfs.xfs -q"),
    ext4: projects("ext4", 112, "mkfs.ext4 -q -O quota,project"),
    zfs: {
        vmid: 114,
        data: "/rpool/shares",
        kept: "/var/lib/pvesmb/datasets/rpool/shares/docs",
        make: "zfs create -o acltype=posixacl -o xattr=sa rpool/shares",
        args: { convert: true },
        place: /^rpool\/shares\/docs \(\/var\/lib\/pvesmb\/datasets\/rpool\/shares\/docs on pve1\)$/,
        byHand: () => "zfs set refquota=500M rpool/shares/docs",
        limits: "zfs get -Hp -r -t filesystem -o name,property,value quota,refquota rpool/shares | awk '$3 != 0'",
        accounts: {
            read: (uid, gid) => `zfs get -Hp -o value userquota@${uid},groupquota@${gid} rpool/shares/docs`,
            byHand: (uid) => `zfs set userquota@${uid}=50M rpool/shares/docs`,
        },
        more: zfsAlone,
    },
    btrfs: {
        vmid: 113,
        data: "/btrfs/data",
        make: `mkfs.btrfs -q ${disk("btrfs")}; mkdir /btrfs; mount ${disk("btrfs")} /btrfs; mkdir /btrfs/data`,
        args: { convert: true, enable: true },
        place: /^subvolume \d+ \(\/btrfs\/data\/docs on pve1\)$/,
        byHand: () => "btrfs qgroup limit 500M /btrfs/data/docs",
        limits: 'btrfs qgroup show -re --raw /btrfs | awk \'NR > 2 && ($4 != "none" || $5 != "none")\'',
    },
};

const report = new SoakReport("quota-vm", "Quotas on XFS, ext4, btrfs and ZFS", ["what was seen", "result", "s"]);

let at: VmWorkplace;
beforeAll(async () => {
    at = await vmWorkplace({ xfs: GiB, ext4: GiB, btrfs: GiB });
    report.fact("in a virtual machine, up after", `${at.boot.toFixed(0)} s`);
    for (const [what, value] of Object.entries(await at.versions())) report.fact(what, value);
});
afterAll(async () => {
    await at?.dispose();
});

describe.each(Object.entries(kinds))("%s", (name, kind) => quotaDrill(name, kind, () => at, report));

/** Tests for ZFS only. */
function zfsAlone({ vmid, seen, change, limited, client, put, size, stack }: QuotaDrill): void {
    seen("snapshots count or not, as asked", async () => {
        limited("48MiB", { snapshots: "count" });
        await stack().up();
        await at.vm.run("zpool sync; zfs snapshot rpool/shares/docs@daily");
        await client("del big.bin");
        await at.vm.run("zpool sync");
        expect(await put("new.bin", 24)).toContain("NT_STATUS_DISK_FULL");
        await client("del new.bin");
        limited("48MiB");
        await stack().up();
        expect(await put("new.bin", 24)).not.toContain("NT_STATUS");
        await at.vm.run("zfs destroy rpool/shares/docs@daily");
    });

    seen("a volume becomes smaller by its refquota, when asked for and not below what is used", async () => {
        const own = { volume: { storage: "local-zfs", initialSize: "64MiB" }, onDelete: "delete", allowRestart: true } as const;
        const volume = (limit: string, more = {}): void =>
            change({ volume: share("files", "vol", { alice: "full" }, own) + quota("vol", "size", { limit, ...more }) });
        volume("64MiB");
        await stack().up();
        expect(await put("kept.bin", 20, alice, "vol")).not.toContain("NT_STATUS");
        volume("40MiB");
        expect((await stack().up({ fails: true })).output).toContain("Proxmox VE cannot shrink a volume");
        volume("16MiB", { onShrink: "force" });
        expect((await stack().up({ fails: true })).output).toMatch(
            /limit: 2\dMiB are in use in local-zfs:subvol-114-disk-\d+, more than 16MiB/,
        );
        volume("40MiB", { onShrink: "force" });
        await stack().up();
        expect(Math.abs((await size("vol")) - 40 * MiB)).toBeLessThanOrEqual(MiB);
        expect(at.api.control.config(vmid)).toMatch(/^mp\d+: local-zfs:subvol-114-disk-\d+,.*size=40M/m);
        expect(await put("big.bin", 30, alice, "vol")).toContain("NT_STATUS_DISK_FULL");
        await client("del big.bin", alice, "vol");
        await stack().refresh({ flags: ["--expect-no-changes"] });
        change({ volume: "" });
        await stack().up();
    });
}
