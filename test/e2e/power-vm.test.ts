import { SAMBA } from "../../provider/samba/paths";
import { Vm } from "../lab/src/vm/vm";
import { fragments, SambaInVm, type Version, versionOf } from "./support/samba-in-vm";
import { SoakReport } from "./support/soak-report";

/**
 * Power loss during share batches, with whatever the kernel had not written yet: afterwards the configuration is either the old or the new
 * one as a whole. The virtual machine is the gateway; the provider's own code changes it over SSH. `make soak ONLY=power-vm`; software
 * emulation, a minute and more for each of PVESMB_KILLS (20).
 */

const KILLS = Number(process.env["PVESMB_KILLS"] ?? 20);
const SHARES = 20;
const report = new SoakReport("power-loss", "Power lost in the middle of a batch", [
    "plug pulled after (ms)",
    "batch had ended well",
    "fragments on disk: old, new, torn",
    "what smbd reads",
    "then taken back",
    "stands",
]);

let vm: Vm;
let samba: SambaInVm;
/** Milliseconds of an undisturbed batch. */
let whole = 0;
/** The current version. */
let now: Version = { number: 0, shares: new Map() };

/** The configuration that smbd reads, assembled from the fragments of a version. */
async function assembled(version: Version): Promise<string> {
    const sorted = [...fragments(version)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
    return (await vm.run(`head -1 ${SAMBA.shares}`)) + sorted.join("");
}

/** The fragments on disk: path -> text. */
async function onDisk(): Promise<Map<string, string>> {
    const script = `for file in ${SAMBA.fragments}/*.conf; do printf '%s\\0' "$file"; cat "$file"; printf '\\0'; done`;
    const parts = (await vm.run(script)).split("\0");
    return new Map(
        Array.from({ length: Math.floor(parts.length / 2) }, (_, index) => [parts[2 * index] ?? "", parts[2 * index + 1] ?? ""]),
    );
}

beforeAll(async () => {
    vm = await Vm.create();
    report.fact("in a virtual machine, up after", `${(await vm.start()).toFixed(0)} s`);
    report.fact("its kernel", (await vm.run("uname -r")).trim());
    report.fact("root file system", (await vm.run("findmnt -no FSTYPE,OPTIONS /")).trim());
    samba = new SambaInVm(vm);
    await samba.set();
    for (const number of [1, 2]) {
        const next = versionOf(number, SHARES);
        const began = Date.now();
        await samba.change(now, next);
        [now, whole] = [next, Date.now() - began];
    }
    report.fact(`a batch of ${SHARES + 2} shares takes there`, `${whole} ms`);
});
afterAll(async () => {
    await samba?.forget();
    await vm?.dispose();
});

test("undisturbed, the new version stands", async () => {
    expect(await onDisk()).toEqual(fragments(now));
    expect(await vm.run(`cat ${SAMBA.shares}`)).toBe(await assembled(now));
});

const takenBack: number[] = [];

test.each(Array.from({ length: KILLS }, (_, index) => index))("kill %i", async (index) => {
    const old = now;
    const next = versionOf(old.number + 1, SHARES);
    const after = Math.round((whole * 1.3 * (index + 0.5)) / KILLS);
    const batch = samba.change(old, next).then(
        () => true,
        () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, after));
    await vm.kill();
    const ended = await batch;
    await samba.forget();
    await vm.start();

    const [files, before, later] = [await onDisk(), fragments(old), fragments(next)];
    const is = (texts: Map<string, string>) => [...files].filter(([path, text]) => texts.get(path) === text).length;
    const torn = [...files].filter(([path, text]) => before.get(path) !== text && later.get(path) !== text).map(([path]) => path);
    const read = await vm.run(`cat ${SAMBA.shares}`);
    const names: Record<string, string> = { [await assembled(old)]: "old", [await assembled(next)]: "new" };
    await vm.run(`testparm -s ${SAMBA.config} >/dev/null 2>&1`);

    await samba.start();
    const recovered = await samba.recover();
    takenBack.push(recovered);
    const left = await onDisk();
    const stands = (await vm.run(`cat ${SAMBA.shares}`)) === (await assembled(next)) ? next : old;
    report.row(
        String(after),
        ended ? "yes" : "no",
        `${is(before)}, ${is(later)}, ${torn.length}`,
        names[read] ?? "**torn**",
        recovered > 0 ? "yes" : "no",
        stands === next ? "new" : "old",
    );
    expect(torn).toEqual([]);
    expect(names[read]).toBeDefined();
    expect(left).toEqual(fragments(stands));
    expect(await vm.run(`cat ${SAMBA.shares}`)).toBe(await assembled(stands));
    if (ended) expect(stands).toBe(next);
    await vm.run("smbcontrol smbd ping");
    now = stands;
});

test("some of them struck in the middle of a batch", () => {
    if (KILLS >= 10) expect(takenBack.filter((count) => count > 0).length).toBeGreaterThan(0);
});
