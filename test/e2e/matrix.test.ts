import { type Combination, eachValue, product } from "./support/combinations";
import { ALICE } from "./support/drill";
import { guestsWithin, inGuest, removeGuests, volumesWithin } from "./support/guests";
import { labDown } from "./support/lab";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SoakReport } from "./support/soak-report";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * The first share on each release of Proxmox VE, kind of storage and node. The default run has each value once; `make soak` runs
 * all combinations and writes docs/soak/first-share-matrix.md.
 */
const soak = process.env["PVESMB_SOAK"] === "1";
const factors = {
    // The release that the other tests use comes last and stays.
    version: ["8.4", "9.2"],
    rootfs: ["local", "local-zfs", "local-btrfs"],
    data: ["tank", "local-zfs", "local-btrfs"],
    /** The endpoint's node, and another one. */
    node: ["pve1", "pve2"],
} as const;
type Row = Combination<typeof factors>;
const rows: Row[] = soak ? product(factors) : eachValue(factors);
const report = new SoakReport("first-share-matrix", "The first share on releases, storages and nodes", [
    "Proxmox VE",
    "root file system",
    "data",
    "node",
    "result",
    "up, grow, refresh, destroy (s)",
    "whole (s)",
]);
const types: Record<string, string> = { local: "dir", tank: "dir", "local-zfs": "zfspool", "local-btrfs": "btrfs" };

const vmids = { from: 5400, to: 5449 };
const host = "10.86.0.180";
const docs = { host, share: "docs" };

let place: Workplace;
let stack: Stack;

const programFor = ({ rootfs, data, node }: Row, dataSize: string): string => {
    const lxc = { template: "debian-12-samba", rootfs: { storage: rootfs, size: "2GiB" } };
    const files = gateway("files", { ...smallArgs(host, vmids), node, lxc, data: { storage: data, size: dataSize } });
    return program(files, user("files", ALICE), share("files", "docs", { alice: "full" }));
};

/** From creation to destroy; returns the seconds of each operation. */
async function life(row: Row): Promise<number[]> {
    const within = place.lab.within;
    const seconds: number[] = [];
    const timed = async <T>(run: Promise<T & { seconds: number }>): Promise<T> => {
        const result = await run;
        seconds.push(result.seconds);
        return result;
    };
    stack.write(programFor(row, "128MiB"));
    await timed(stack.up());
    const [guest, ...more] = await guestsWithin(vmids.from, vmids.to);
    if (guest === undefined || more.length > 0) throw new Error(`${more.length + (guest ? 1 : 0)} guests in place of one`);
    expect(guest.node).toBe(row.node);
    expect(String(guest.config["rootfs"])).toMatch(new RegExp(`^${row.rootfs}:`));
    expect(String(guest.config["mp0"])).toMatch(new RegExp(`^${row.data}:`));
    await putFile(within, docs, ALICE, "note.txt", "still here\n");
    expect((await smbclient(within, docs, { ...ALICE, password: "wrong" }, "ls")).output).toContain("NT_STATUS_LOGON_FAILURE");

    stack.write(programFor(row, "256MiB"));
    await timed(stack.up());
    expect(await getFile(within, docs, ALICE, "note.txt")).toBe("still here\n");
    expect(Number(await inGuest(guest, "df --output=size -m /srv/pvesmb | tail -1"))).toBeGreaterThan(180);
    report.fact("Samba", (await inGuest(guest, "smbd --version")).trim().replace(/^Version /, ""));
    await timed(stack.refresh({ flags: ["--expect-no-changes"] }));
    await timed(stack.destroy());

    expect(await stack.resources()).toEqual([]);
    expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
    for (const node of factors.node) expect(await volumesWithin(vmids.from, vmids.to, node)).toEqual([]);
    return seconds;
}

/** After a failure: no process, no lock, no state, no guest. */
async function reset(): Promise<void> {
    stack.stop();
    await stack.cancel();
    await stack.importState({ version: 3, deployment: {} });
    await removeGuests(vmids.from, vmids.to);
}

describe.each(factors.version)("Proxmox VE %s", (version) => {
    beforeAll(async () => {
        place = await workplace(vmids, [], { version, nodes: [...factors.node] });
        stack = await place.stack("");
        report.fact("Pulumi", (await stack.pulumi(["version"])).stdout.trim());
    });
    afterAll(() => place?.dispose());
    const note = (...cells: string[]): void => (soak ? report.row(version, ...cells) : undefined);

    test.each(rows.filter((row) => row.version === version))("root on $rootfs, data on $data, on $node", async (row) => {
        const began = Date.now();
        const cells = [types[row.rootfs] ?? "", types[row.data] ?? "", row.node];
        const whole = (): string => ((Date.now() - began) / 1000).toFixed(1);
        try {
            const seconds = await life(row);
            note(...cells, "good", seconds.map((each) => each.toFixed(1)).join(", "), whole());
        } catch (error) {
            note(...cells, "**failed**", "", whole());
            await reset();
            throw error;
        }
    });
});

afterAll(async () => {
    await labDown(); // Other files expect a cluster of one node.
});
