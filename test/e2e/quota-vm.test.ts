import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gateway, program, quota, share, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { smbclient } from "./support/smb-client";
import { SoakReport } from "./support/soak-report";
import { Stack } from "./support/stack";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * Quotas on file systems that the lab's own kernel does not have, by a real `pulumi up`: gateways whose data is a directory of the node, on
 * XFS, ext4, btrfs and the true ZFS. `make soak ONLY=quota-vm`; software emulation, half an hour and more.
 */

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const within = (argv: readonly string[]): string[] => [...argv];
const disk = (name: string): string => `/dev/disk/by-id/virtio-${name}`;

interface Kind {
    vmid: number;
    /** The directory that is the gateway's data, and what makes it. */
    data: string;
    make: string;
    /** What the quota says beside its limit. */
    args: { convert?: boolean; enable?: boolean };
    place: RegExp;
    /** Sets another limit by hand; takes what the quota says of its place. */
    byHand: (place: string) => string;
    /** Prints a line for each limit that is set below the data. */
    limits: string;
    /** Prints the limits, in bytes, of a user and of a group; undefined where there are none. */
    accounts?: (uid: number, gid: number) => string;
}

/** A row of repquota, its hard limit (KiB). */
const hard = (flag: string, id: number, at: string): string =>
    `repquota ${flag} -n -v -O csv ${at} | awk -F, '$1 == "#${id}" { print $6 * 1024 }'`;

const projects = (type: "xfs" | "ext4", vmid: number, mkfs: string): Kind => ({
    vmid,
    data: `/${type}/data`,
    make: `${mkfs} ${disk(type)}; mkdir /${type}; mount -o prjquota,usrquota,grpquota ${disk(type)} /${type}; mkdir /${type}/data`,
    args: {},
    place: new RegExp(`^project \\d+ \\(/${type}/data/docs on pve1\\)$`),
    byHand: (place) => `setquota -P ${/^project (\d+) /.exec(place)?.[1]} 0 ${500 * 1024} 0 0 /${type}`,
    limits: `repquota -P -n -O csv /${type} | awk -F, 'NR > 1 && ($5 > 0 || $6 > 0 || $10 > 0)'; cat /etc/projects 2>/dev/null || true`,
    accounts: (uid, gid) => `${hard("-u", uid, `/${type}`)}; ${hard("-g", gid, `/${type}`)}`,
});

const kinds: Record<string, Kind> = {
    xfs: projects("xfs", 111, "mkfs.xfs -q"),
    ext4: projects("ext4", 112, "mkfs.ext4 -q -O quota,project"),
    zfs: {
        vmid: 114,
        data: "/rpool/shares",
        make: "zfs create -o acltype=posixacl -o xattr=sa rpool/shares",
        args: { convert: true },
        place: /^rpool\/shares\/docs \(\/rpool\/shares\/docs on pve1\)$/,
        byHand: () => "zfs set refquota=500M rpool/shares/docs",
        limits: "zfs get -Hp -r -t filesystem -o name,property,value quota,refquota rpool/shares | awk '$3 != 0'",
        accounts: (uid, gid) => `zfs get -Hp -o value userquota@${uid},groupquota@${gid} rpool/shares/docs`,
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

describe.each(Object.entries(kinds))("%s", (name, { vmid, data, make, args, place, byHand, limits, accounts }) => {
    const address = `10.86.0.${vmid}`;
    const seen = (what: string, run: () => Promise<void>): void => report.test(what, run, `${name}: ${what}`);
    const parts = {
        files: "",
        alice: user("files", alice),
        bob: user("files", bob),
        docs: share("files", "docs", { alice: "full", bob: "change" }, { group: "alice" }),
        limit: "",
        volume: "",
    };
    let stack: Stack;
    let flags: string[];

    const change = (changes: Partial<typeof parts>): void => {
        Object.assign(parts, changes);
        stack.write(program(...Object.values(parts)));
    };
    const limited = (limit: string, more = {}): void => change({ limit: quota("docs", "limit", { limit, ...args, ...more }) });
    const outputs = async (): Promise<Record<string, unknown>> =>
        (await stack.resources()).find(({ urn }) => urn.endsWith("::limit"))?.outputs ?? {};
    const client = async (commands: string, login = alice, on = "docs"): Promise<string> =>
        (await smbclient(within, { host: "127.0.0.1", share: on }, login, commands, flags)).output;
    /** What a client is told of the share, in bytes. */
    async function size(on?: string): Promise<number> {
        const [, blocks, each] = /(\d+) blocks of size (\d+)\./.exec(await client("du", alice, on)) ?? [];
        return Number(blocks) * Number(each);
    }
    const folder = (): string => mkdtempSync(join(runDirectory(), "files-"));
    async function put(file: string, mebibytes: number, login = alice, on = "docs"): Promise<string> {
        const source = join(folder(), file);
        writeFileSync(source, randomBytes(mebibytes * MiB));
        return client(`put ${source} ${file}`, login, on);
    }
    const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
    async function digestOf(file: string): Promise<string> {
        const copy = join(folder(), file);
        await client(`get ${file} ${copy}`);
        return digest(readFileSync(copy));
    }

    beforeAll(async () => {
        await at.vm.run(make);
        stack = await Stack.create({
            runDirectory: runDirectory(),
            program: { text: "" },
            project: name,
            within,
            environment: at.environment,
        });
        const lxc = { template: "debian-12-samba", rootfs: { storage: "local-zfs", size: "2GiB" } };
        const network = { bridge: "vmbr0", address: `${address}/24` };
        change({ files: gateway("files", { node: "pve1", vmid, lxc, network, data: { bind: data }, connection: at.connection }) });
        await stack.up();
        // Of one request, in seconds: on a busy machine the default, 20, is too short.
        flags = ["-t", "120", "-p", String(await at.vm.forward(address, 445))];
    });
    afterAll(() => stack?.dispose());

    const kept = randomBytes(8 * MiB);

    seen("a share's directory with files in it gets a limit, its files stay", async () => {
        const source = join(folder(), "kept.bin");
        writeFileSync(source, kept);
        expect(await client(`put ${source} kept.bin`)).not.toContain("NT_STATUS");
        limited("24MiB");
        await stack.up();
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        expect(await outputs()).toMatchObject({ backendFound: name, place: expect.stringMatching(place) as string, level: "ok" });
        await stack.refresh({ flags: ["--expect-no-changes"] });
        await stack.preview({ flags: ["--expect-no-changes"] });
    });

    seen("a client is told the limit as the share's size; a write ends there with DISK_FULL, what was there stays", async () => {
        expect(Math.abs((await size()) - 24 * MiB)).toBeLessThanOrEqual(MiB);
        expect(await put("big.bin", 24)).toContain("NT_STATUS_DISK_FULL");
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        expect(await client("del big.bin")).not.toContain("NT_STATUS");
    });

    seen("a higher limit holds at once", async () => {
        limited("64MiB");
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map((step) => `${step.op} ${step.name}`)).toEqual(["update limit"]);
        expect(await put("big.bin", 24)).not.toContain("NT_STATUS");
    });

    seen("a lower one is refused below what is used, with the figure, and taken above it", async () => {
        limited("24MiB");
        expect((await stack.up({ fails: true })).output).toMatch(/limit: 3\dMiB are used in .*, more than 24MiB/);
        limited("48MiB");
        await stack.up();
        expect(Math.abs((await size()) - 48 * MiB)).toBeLessThanOrEqual(MiB);
        expect(await put("more.bin", 24)).toContain("NT_STATUS_DISK_FULL");
        expect(await digestOf("kept.bin")).toBe(digest(kept));
        await client("del more.bin");
    });

    seen("set by hand to another value: shown by refresh, repaired by up", async () => {
        await at.vm.run(byHand(String((await outputs())["place"])));
        expect((await stack.refresh()).output).toMatch(/Quota limit updated/);
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map((step) => `${step.op} ${step.name}`)).toEqual(["update limit"]);
        expect(Math.abs((await size()) - 48 * MiB)).toBeLessThanOrEqual(MiB);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    if (accounts !== undefined)
        seen(
            "a user's limit stops that user and nobody else; a group's is set; both are repaired when changed by hand, and taken back",
            async () => {
                const number = async (which: string): Promise<number> =>
                    100_000 + Number(await at.vm.run(`lxc-attach -n ${vmid} --clear-env -- ${which}`));
                const [uid, gid] = [await number("id -u bob"), await number("id -g alice")];
                const read = async (): Promise<string> => (await at.vm.run(accounts(uid, gid))).trim();
                const wished = { users: [{ name: "bob", limit: "8MiB" }], groups: [{ name: "alice", limit: "60MiB" }] };
                limited("64MiB", wished);
                await stack.up();
                expect(await read()).toBe(`${8 * MiB}\n${60 * MiB}`);
                let stopped = "";
                // ZFS knows what a user holds when it is on the disk.
                for (let file = 0; file < 8 && !stopped.includes("NT_STATUS"); file++, await at.vm.run("sync"))
                    stopped = await put(`bob${file}.bin`, 2, bob);
                expect(stopped).toContain("NT_STATUS_DISK_FULL");
                expect(await put("mine.bin", 4)).not.toContain("NT_STATUS");
                await client("del mine.bin; del bob*.bin");
                await at.vm.run(
                    name === "zfs" ? `zfs set userquota@${uid}=50M rpool/shares/docs` : `setquota -u ${uid} 0 51200 0 0 /${name}`,
                );
                expect((await stack.refresh()).output).toMatch(/Quota limit updated/);
                await stack.up();
                expect(await read()).toBe(`${8 * MiB}\n${60 * MiB}`);
                limited("48MiB");
                await stack.up();
                expect((await read()).split("\n").filter((value) => Number(value) > 0)).toEqual([]);
            },
        );

    if (name === "zfs")
        seen("snapshots count or not, as asked", async () => {
            limited("48MiB", { snapshots: "count" });
            await stack.up();
            await at.vm.run("zpool sync; zfs snapshot rpool/shares/docs@daily");
            await client("del big.bin");
            await at.vm.run("zpool sync");
            expect(await put("new.bin", 24)).toContain("NT_STATUS_DISK_FULL");
            await client("del new.bin");
            limited("48MiB");
            await stack.up();
            expect(await put("new.bin", 24)).not.toContain("NT_STATUS");
            await at.vm.run("zfs destroy rpool/shares/docs@daily");
        });

    if (name === "zfs")
        seen("a volume becomes smaller by its refquota, when asked for and not below what is used", async () => {
            const own = { volume: { storage: "local-zfs", initialSize: "64MiB" }, onDelete: "delete", allowRestart: true } as const;
            const volume = (limit: string, more = {}): void =>
                change({ volume: share("files", "vol", { alice: "full" }, own) + quota("vol", "size", { limit, ...more }) });
            volume("64MiB");
            await stack.up();
            expect(await put("kept.bin", 20, alice, "vol")).not.toContain("NT_STATUS");
            volume("40MiB");
            expect((await stack.up({ fails: true })).output).toContain("Proxmox VE cannot make one smaller");
            volume("16MiB", { onShrink: "force" });
            expect((await stack.up({ fails: true })).output).toMatch(
                /limit: 2\dMiB are used in local-zfs:subvol-114-disk-\d+, more than 16MiB/,
            );
            volume("40MiB", { onShrink: "force" });
            await stack.up();
            expect(Math.abs((await size("vol")) - 40 * MiB)).toBeLessThanOrEqual(MiB);
            expect(at.api.control.config(vmid)).toMatch(/^mp\d+: local-zfs:subvol-114-disk-\d+,.*size=40M/m);
            expect(await put("big.bin", 30, alice, "vol")).toContain("NT_STATUS_DISK_FULL");
            await client("del big.bin", alice, "vol");
            await stack.refresh({ flags: ["--expect-no-changes"] });
            change({ volume: "" });
            await stack.up();
        });

    seen("without the quota there is no limit, and the files stay", async () => {
        expect(await at.vm.run(limits)).not.toBe("");
        change({ limit: "" });
        await stack.up();
        expect(await at.vm.run(limits)).toBe("");
        expect(await size()).toBeGreaterThan(500 * MiB);
        expect(await digestOf("kept.bin")).toBe(digest(kept));
    });

    seen("destroy takes the gateway and leaves the directory", async () => {
        await stack.destroy();
        expect(digest(Buffer.from(await at.vm.run(`base64 -w0 ${data}/docs/kept.bin`), "base64"))).toBe(digest(kept));
    });
});
