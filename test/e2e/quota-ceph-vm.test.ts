import { setTimeout as sleep } from "node:timers/promises";
import { cephAddition, oneNodeCeph } from "../lab/src/vm/ceph";
import { disk, GiB, MiB, type QuotaDrill, quotaDrill } from "./support/quota-drill";
import { SoakReport } from "./support/soak-report";
import { until } from "./support/until";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * Quotas on CephFS with a real `pulumi up`: a cluster of one node, mounted by the kernel's client as Proxmox VE mounts it, and a gateway
 * with its data in a directory there. `make soak ONLY=quota-ceph-vm`; software emulation, ten minutes.
 */

const mount = "/mnt/pve/cephfs";
const docs = `${mount}/data/docs`;
const printed = (attribute: string, path = docs): string => `getfattr --absolute-names --only-values -n ceph.${attribute} ${path}`;

const report = new SoakReport("quota-cephfs", "Quotas on CephFS", ["what was seen", "result", "s"]);

let at: VmWorkplace;
beforeAll(async () => {
    at = await vmWorkplace({ osd: 2 * GiB }, cephAddition);
    report.fact("in a virtual machine, up after", `${at.boot.toFixed(0)} s`);
    const { "its kernel": kernel = "", Samba = "" } = await at.versions();
    report.fact("its kernel and CephFS client", kernel);
    report.fact("Samba", Samba);
    const began = Date.now();
    await at.vm.run(oneNodeCeph(disk("osd"), mount));
    const ceph = (await at.vm.run("ceph-osd --version")).split(" ")[2];
    report.fact("Ceph", `${ceph} (a cluster of one node, made in ${((Date.now() - began) / 1000).toFixed(0)} s)`);
});
afterAll(async () => {
    await at?.dispose();
});

describe("cephfs", () =>
    quotaDrill(
        "cephfs",
        {
            vmid: 115,
            data: `${mount}/data`,
            make: `mkdir ${mount}/data`,
            args: {},
            place: /^CephFS directory \(\/mnt\/pve\/cephfs\/data\/docs on pve1\)$/,
            byHand: () => `setfattr -n ceph.quota.max_bytes -v ${500 * MiB} ${docs}`,
            // A directory without a quota attribute prints nothing.
            limits: `find ${mount}/data -type d -exec ${printed("quota.max_bytes", "{}")} \\; 2>/dev/null | grep '[1-9]' || true`,
            more: cephAlone,
        },
        () => at,
        report,
    ));

/** Tests for CephFS only. */
function cephAlone({ vmid, seen, limited, client, put, stack }: QuotaDrill): void {
    /** The value after this node's client has flushed its writes to the server. */
    const counted = async (attribute: string): Promise<number> => Number(await at.vm.run(`sync -f ${mount}; ${printed(attribute)}`));

    seen("the number of files is limited too", async () => {
        const files = (await counted("dir.rentries")) + 2;
        limited("64MiB", { files });
        await stack().up();
        for (const name of ["one", "two"]) expect(await put(name, 1)).not.toContain("NT_STATUS");
        await until("the two are counted", async () => (await counted("dir.rentries")) === files);
        expect(await put("three", 1)).toContain("NT_STATUS_DISK_FULL");
        await client("del one; del two; del three");
        limited("64MiB");
        await stack().up();
        expect(await put("three", 1)).not.toContain("NT_STATUS");
        await client("del three");
        await stack().refresh({ flags: ["--expect-no-changes"] });
    });

    seen("far below the directory a write is stopped too; how far beyond the limit is told", async () => {
        await client("mkdir far; mkdir far\\below");
        let written = 0;
        let said = "";
        for (; written < 160 && !said.includes("NT_STATUS"); written += 4) said = await put(`far\\below\\${written}.bin`, 4);
        expect(said).toContain("NT_STATUS_DISK_FULL");
        // Late writes are counted late.
        const known = async (): Promise<number | false> => {
            const before = await counted("dir.rbytes");
            await sleep(15_000);
            const after = await counted("dir.rbytes");
            return after === before && after;
        };
        const over = (await until("what is used is known", known, 180)) - 64 * MiB;
        expect(over).toBeGreaterThan(-4 * MiB);
        report.row("cephfs: written far below the directory beyond its limit", `${(over / MiB).toFixed(1)} MiB`, "");
        await client("deltree far");
    });

    seen("root of the gateway can take the limit away; refresh tells it, up repairs it", async () => {
        await at.vm.run(`lxc-attach -n ${vmid} --clear-env -- setfattr -n ceph.quota.max_bytes -v 0 /srv/pvesmb/docs`);
        expect((await stack().refresh()).output).toMatch(/Quota limit updated/);
        await stack().up();
        expect(await at.vm.run(printed("quota.max_bytes"))).toBe(String(64 * MiB));
    });
}
