import { cephAddition, oneNodeCeph } from "../lab/src/vm/ceph";
import { disk, GiB, MiB, type QuotaDrill, quotaDrill } from "./support/quota-drill";
import { SoakReport } from "./support/soak-report";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * Quotas on CephFS, by a real `pulumi up`: a cluster of one node, mounted by the kernel's client as Proxmox VE mounts it, and a gateway
 * whose data is a directory there. `make soak ONLY=quota-ceph-vm`; software emulation, ten minutes.
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
            // A directory without an attribute of quotas has none to print.
            limits: `find ${mount}/data -type d -exec ${printed("quota.max_bytes", "{}")} \\; 2>/dev/null | grep '[1-9]' || true`,
            more: cephAlone,
        },
        () => at,
        report,
    ));

/** What is CephFS's own. */
function cephAlone({ vmid, seen, limited, stack }: QuotaDrill): void {
    seen("root of the gateway can take the limit away; refresh tells it, up repairs it", async () => {
        limited("64MiB");
        await stack().up();
        await at.vm.run(`lxc-attach -n ${vmid} --clear-env -- setfattr -n ceph.quota.max_bytes -v 0 /srv/pvesmb/docs`);
        expect((await stack().refresh()).output).toMatch(/Quota limit updated/);
        await stack().up();
        expect(await at.vm.run(printed("quota.max_bytes"))).toBe(String(64 * MiB));
    });
}
