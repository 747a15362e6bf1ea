import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readTrace, tally } from "../bench/trace";
import { runOnNode } from "../lab/src/client";
import { type Guest, guestsWithin, inGuest } from "./support/guests";
import { HeldFile } from "./support/held-file";
import { withBroken } from "./support/broken-program";
import { nodeKeys } from "./support/node-keys";
import { dataQuota, gateway, program, quota, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { OperationOptions, Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** Gateways with their data in a directory of the node, and with limits and snapshots made on the node: on btrfs. */

const vmids = { from: 6630, to: 6659 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const MIB = 2 ** 20;
const bytes = (mib: number): string => "x".repeat(mib * MIB);

let place: Workplace;
beforeAll(async () => {
    place = await workplace(
        vmids,
        ["data-bind", "quota-node", "quota-shrink", "share-snapshots"].flatMap((name) => ["--feature", name]),
    );
    await onNode(
        "btrfs quota disable /mnt/btrfs; rm -rf /mnt/btrfs/quota /mnt/btrfs/taken && mkdir -p /mnt/btrfs/quota /mnt/btrfs/taken && touch /mnt/btrfs/taken/file",
    );
});
afterAll(() => place?.dispose());

const within = (argv: readonly string[]): string[] => place.lab.within(argv);
async function onNode(command: string): Promise<string> {
    const { code, stdout, stderr } = await runOnNode("pve1", command);
    if (code !== 0) throw new Error(`on pve1: ${command}\nended with ${code}: ${stderr}`);
    return stdout;
}
const configOf = async (vmid: number): Promise<Guest["config"]> => (await guestsWithin(vmid, vmid))[0]?.config ?? {};
const outputsOf = async (stack: Stack, name: string): Promise<Record<string, unknown>> =>
    (await stack.resources()).find(({ urn }) => urn.endsWith(`:Quota::${name}`))?.outputs ?? {};

describe("on btrfs", () => {
    const host = "10.86.0.121";
    const guest = { node: "pve1", vmid: 6630 };
    const { data: _data, dataOnDelete: _onDelete, ...basics } = smallArgs(host, vmids);
    const files = (bind: string): string => gateway("files", { ...basics, vmid: guest.vmid, data: { bind } });
    const parts = {
        files: files("/mnt/btrfs/quota"),
        alice: user("files", alice),
        docs: share("files", "docs", { alice: "full" }, { group: "alice" }),
        limit: "",
        more: "",
    };
    let stack: Stack;
    const change = (changes: Partial<typeof parts>): void => {
        Object.assign(parts, changes);
        stack.write(program(...Object.values(parts)));
    };
    const limited = (limit: string, more = {}): void => change({ limit: quota("docs", "limit", { limit, ...more }) });
    const at = (name: string) => ({ host, share: name });
    const seen = async (name: string): Promise<{ total: number; free: number }> => {
        const { output } = await smbclient(within, at(name), alice, "du");
        const [, blocks, size, free] = /(\d+) blocks of size (\d+)\. (\d+) blocks available/.exec(output) ?? [];
        return { total: Number(blocks) * Number(size), free: Number(free) * Number(size) };
    };

    beforeAll(async () => {
        stack = await place.stack("", { project: "quota-btrfs", environment: await nodeKeys() });
    });

    test.each([
        ["is not there", "/mnt/btrfs/none", /data\.bind: \/mnt\/btrfs\/none on pve1 does not exist/],
        [
            "is somebody else's and not empty",
            "/mnt/btrfs/taken",
            /data\.bind: \/mnt\/btrfs\/taken on pve1 belongs to uid 0 and is not empty.*chown -R 100000:100000/,
        ],
    ])("a directory that %s is refused before a guest is made", async (_, bind, message) => {
        stack.write(program(files(bind)));
        expect((await stack.up({ fails: true })).output).toMatch(message);
        expect(await guestsWithin(vmids.from, vmids.to)).toEqual([]);
    });

    test("an empty one becomes the gateway's data, and its root's", async () => {
        change({});
        await stack.up();
        expect((await configOf(guest.vmid))["mp0"]).toBe("/mnt/btrfs/quota,mp=/srv/pvesmb");
        expect(await onNode("stat -c %u /mnt/btrfs/quota")).toBe("100000\n");
        await putFile(within, at("docs"), alice, "first.txt", "first\n");
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("quotas that are off, and a directory with files, are refused with the way out", async () => {
        const before = await onNode("ls -lR --time-style=full-iso /mnt/btrfs/quota");
        limited("64MiB");
        expect((await stack.up({ fails: true })).output).toMatch(
            /convert: \/mnt\/btrfs\/quota\/docs on pve1 is a plain directory with files \(such as .*first\.txt\)/,
        );
        limited("64MiB", { convert: true });
        expect((await stack.up({ fails: true })).output).toMatch(/enable: quotas are off on this btrfs \(\/mnt\/btrfs on pve1\)/);
        expect(await onNode("ls -lR --time-style=full-iso /mnt/btrfs/quota")).toBe(before);
    });

    test("a schedule of snapshots is refused where there can be none, and nothing is written", async () => {
        const config = "cat /etc/samba/pvesmb/shares.conf";
        const before = await inGuest(guest, config);
        const { docs } = parts;
        change({ limit: "", docs: share("files", "docs", { alice: "full" }, { group: "alice", previousVersions: { schedule: {} } }) });
        expect((await stack.up({ fails: true })).output).toMatch(
            /previousVersions\.schedule: .*\/mnt\/btrfs\/quota\/docs is a plain directory and not in a subvolume of the gateway; a Quota with `convert: true` converts it/,
        );
        expect(await inGuest(guest, config)).toBe(before);
        change({ docs });
    });

    test("a directory with files is made a subvolume when asked, with all that it was; who has the old one open is disconnected", async () => {
        const held = new HeldFile(within, at("docs"), alice, "held");
        await until("the file is open", async () => (await inGuest(guest, "ls /srv/pvesmb/docs")).includes("held"));
        const facts = "cd /srv/pvesmb && getfacl -R docs && stat -c '%n %U:%G %a' docs docs/*";
        const before = await inGuest(guest, facts);
        limited("64MiB", { convert: true, enable: true });
        const { output } = await withBroken(guest, "smbstatus", () => stack.up({ fails: true }));
        expect(output).toContain("pvesmb cannot find out who is connected");
        await stack.refresh();
        await stack.up();
        expect(await held.end("too late\n")).toContain("NT_STATUS");
        expect(await inGuest(guest, facts)).toBe(before);
        await inGuest(guest, "rm /srv/pvesmb/docs/held");
        expect(await onNode("btrfs subvolume show /mnt/btrfs/quota/docs && ls -A /mnt/btrfs/quota")).not.toContain(".pvesmb-convert");
        expect(await getFile(within, at("docs"), alice, "first.txt")).toBe("first\n");
        expect(await outputsOf(stack, "limit")).toMatchObject({
            backendFound: "btrfs",
            place: expect.stringMatching(/^subvolume \d+ \(\/mnt\/btrfs\/quota\/docs on pve1\)$/) as string,
            level: "ok",
        });
        await stack.settled();
    });

    test("a conversion that is cut off, on the node or in the middle of the copy, is told by refresh and finished by the next up", async () => {
        const cut = share("files", "cut", { alice: "full" }, { onDelete: "delete" });
        change({ more: cut });
        await stack.up();
        await inGuest(
            guest,
            "cd /srv/pvesmb/cut && for i in $(seq 5000); do echo $i > f$i; done && chown alice f1 && setfacl -m u:alice:r f2 && mkdir -m 0711 sub",
        );
        const facts = (at: string): Promise<string> =>
            inGuest(guest, `cd ${at} && getfacl -Rcp . | sha256sum && stat -c '%n %U:%G %a %y' . *`);
        const before = await facts("/srv/pvesmb/cut");
        change({ more: cut + quota("cut", "cutLimit", { limit: "64MiB", convert: true }) });
        const real = "$(readlink -f $(command -v btrfs))";
        await onNode(
            `b=${real}; mv $b $b.real && printf '#!/bin/sh\\ncase "$*" in *"qgroup limit"*) exit 1;; esac\\nexec %s.real "$@"\\n' $b > $b && chmod 755 $b`,
        );
        try {
            expect((await stack.up({ fails: true })).output).toContain("qgroup limit");
        } finally {
            await onNode(`b=${real}; mv $b.real $b`);
        }
        const aside = (await inGuest(guest, "ls -d /srv/pvesmb/.pvesmb-convert-*")).trim();
        expect(await facts(aside)).toBe(before);
        expect((await stack.refresh({ flags: ["--diff"] })).output).toContain(`a conversion was cut off, the files are in ${aside}`);
        await inGuest(
            guest,
            "nohup sh -c 'until [ -e /srv/pvesmb/cut/f700 ]; do :; done; pkill -9 -f /usr/bin/python3.-I.-S' > /dev/null 2>&1 &",
        );
        expect((await stack.up({ fails: true })).output).toMatch(/connection was lost|ended|Unreachable/);
        expect(await inGuest(guest, `ls ${aside} | wc -l; ls /srv/pvesmb/cut | grep -c f7`)).toMatch(/^5001\n[1-9]/);
        await expect(putFile(within, at("cut"), alice, "early.txt", "too early\n")).rejects.toThrow("NT_STATUS");
        await stack.up();
        expect(await facts("/srv/pvesmb/cut")).toBe(before);
        expect(await inGuest(guest, "ls -A /srv/pvesmb")).not.toContain("convert");
        await putFile(within, at("cut"), alice, "late.txt", "in time\n");
        await stack.refresh({ flags: ["--expect-no-changes"] });
        change({ more: "" });
        await stack.up();
    });

    test("a client sees the limit, and a write stops at it", async () => {
        expect(await seen("docs")).toEqual({ total: 64 * MIB, free: expect.any(Number) as number });
        await putFile(within, at("docs"), alice, "kept.bin", bytes(30));
        await expect(putFile(within, at("docs"), alice, "big.bin", bytes(60))).rejects.toThrow(/NT_STATUS_(DISK_FULL|QUOTA_EXCEEDED)/);
        expect(await getFile(within, at("docs"), alice, "kept.bin")).toBe(bytes(30));
        await smbclient(within, at("docs"), alice, "del big.bin");
        await onNode("sync -f /mnt/btrfs");
        await stack.refresh({ flags: ["--expect-no-changes"] });
        const { used, available } = (await outputsOf(stack, "limit")) as Record<string, number>;
        expect(used).toBeGreaterThanOrEqual(30 * MIB);
        expect(used! + available!).toBe(64 * MIB);
        const { total, free } = await seen("docs");
        expect(total - free).toBeGreaterThanOrEqual(30 * MIB);
    });

    test("up and down while a client writes, never below what is used", async () => {
        const session = await SmbSession.open(within, at("docs"), alice);
        const whileWriting = async (): Promise<void> => {
            const changing = stack.up();
            for (let i = 0; i < 8; i++) expect(await session.run(`put /etc/services busy${i}.txt`)).not.toContain("NT_STATUS");
            await changing;
            expect(await session.run("put /etc/services after.txt")).not.toContain("NT_STATUS");
        };
        limited("256MiB", { convert: true, enable: true });
        await whileWriting();
        await putFile(within, at("docs"), alice, "big.bin", bytes(100));
        limited("100MiB", { convert: true, enable: true });
        expect((await stack.up({ fails: true })).output).toMatch(/limit: 13\dMiB are in use in subvolume \d+ \(.*\), more than 100MiB/);
        limited("160MiB", { convert: true, enable: true });
        await whileWriting();
        session.close();
        expect((await seen("docs")).total).toBe(160 * MIB);
        await expect(putFile(within, at("docs"), alice, "more.bin", bytes(60))).rejects.toThrow(/NT_STATUS_(DISK_FULL|QUOTA_EXCEEDED)/);
    });

    test("set by hand to another value or taken away: shown, and repaired", async () => {
        await onNode("btrfs qgroup limit 500M /mnt/btrfs/quota/docs");
        expect((await stack.refresh()).output).toContain("limit");
        const { steps } = await stack.up();
        expect(steps.filter(({ op }) => op !== "same").map(({ op, name }) => `${op} ${name}`)).toEqual(["update limit"]);
        expect((await seen("docs")).total).toBe(160 * MIB);
        await onNode("btrfs qgroup limit none /mnt/btrfs/quota/docs");
        await inGuest(guest, "rm /etc/samba/pvesmb/dfree.d/*");
        await stack.refresh();
        await stack.up();
        expect((await seen("docs")).total).toBe(160 * MIB);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("a new share's empty directory becomes a subvolume by itself; somebody else's limit is left alone", async () => {
        const plans = share("files", "plans", { alice: "full" }, { onDelete: "delete" });
        change({ more: plans + quota("plans", "plansLimit", { limit: "32MiB" }) });
        await stack.up();
        expect(await seen("plans")).toMatchObject({ total: 32 * MIB });
        await putFile(within, at("plans"), alice, "plan.txt", "a plan\n");
        await onNode(
            "btrfs subvolume create /mnt/btrfs/quota/theirs && chown 100000:100000 /mnt/btrfs/quota/theirs && btrfs qgroup limit 40M /mnt/btrfs/quota/theirs",
        );
        const kept = parts.more;
        change({ more: kept + dataQuota("files", "theirs", { path: "/srv/pvesmb/theirs", limit: "80MiB" }) });
        expect((await stack.up({ fails: true })).output).toMatch(
            /subvolume \d+ \(\/mnt\/btrfs\/quota\/theirs on pve1\) has a limit that pvesmb did not set/,
        );
        expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).toContain("41943040");
        change({ more: kept + dataQuota("files", "theirs", { path: "/srv/pvesmb/theirs", limit: "80MiB", adopt: true }) });
        await stack.up();
        expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).not.toContain("41943040");
        change({ more: kept });
        await stack.up();
    });

    describe("previous versions by schedule", () => {
        const folder = "/mnt/btrfs/quota/history/.snapshots";
        const kept = (): string =>
            share("files", "plans", { alice: "full" }, { onDelete: "delete" }) + quota("plans", "plansLimit", { limit: "32MiB" });
        const scheduled = (schedule: object): void =>
            change({ more: kept() + share("files", "history", { alice: "full" }, { onDelete: "delete", previousVersions: { schedule } }) });
        /** The names of the snapshots, newest last. */
        const made = async (): Promise<string[]> => (await onNode(`ls ${folder}`)).split("\n").filter(Boolean);
        /** Makes the snapshots older and runs the timer's round. */
        const time = (): Promise<string> =>
            onNode(
                `n=10; for s in ${folder}/*; do n=$((n+1)); mv "$s" "\${s%-*-*}-2025.01.02-03.04.$n"; done; systemctl start pvesmb-snapshots.service`,
            );

        test("are made on the node, and a client gets an old version", async () => {
            scheduled({});
            await stack.up();
            expect(await made()).not.toEqual([]);
            await stack.settled();
            await putFile(within, at("history"), alice, "f", "old\n");
            await time();
            await putFile(within, at("history"), alice, "f", "new\n");
            const token = `@GMT-${(await made()).at(-1)?.slice(-19)}`;
            expect((await smbclient(within, at("history"), alice, "allinfo f")).output).toContain(token);
            expect(await getFile(within, at("history"), alice, `${token}/f`)).toBe("old\n");
            expect(await getFile(within, at("history"), alice, "f")).toBe("new\n");
        });

        test("cannot be written, moved or seen but as such", async () => {
            expect((await smbclient(within, at("history"), alice, "ls; rename .snapshots x; ls .snapshots/*")).output).toMatch(
                /NT_STATUS_\w+ renaming[^]*NT_STATUS_\w+ listing/,
            );
            const [name = ""] = await made();
            await expect(inGuest(guest, `touch /srv/pvesmb/history/.snapshots/${name}/x`)).rejects.toThrow("Read-only file system");
        });

        test("only as many stay as are asked for", async () => {
            scheduled({ hourly: 1, daily: 0, weekly: 0, monthly: 0 });
            await stack.up();
            await time();
            expect(await made()).toHaveLength(1);
            await time();
            expect(await made()).toEqual([expect.not.stringContaining("-2025.01.02-") as string]);
        });

        test("a schedule taken away by hand is named, and put back", async () => {
            await onNode("rm /etc/pvesmb/snapshots.d/*.json");
            expect((await stack.refresh({ flags: ["--diff"] })).output).toContain("previousVersions: the schedule is missing");
            await stack.up();
            // One that a killed create has left gives way to the new one.
            const entries = (): Promise<string> => onNode("cd /etc/pvesmb/snapshots.d; ls *.json");
            const [former, snapshots] = [await entries(), await made()];
            await stack.forget("history");
            await stack.up();
            expect([(await entries()).split("\n").length, await entries()]).toEqual([2, expect.not.stringContaining(former) as string]);
            // Its snapshots stay previous versions.
            expect((await made()).map((name) => name.slice(-19))).toEqual(snapshots.map((name) => name.slice(-19)));
            expect((await smbclient(within, at("history"), alice, "allinfo f")).output).toContain(`@GMT-${snapshots[0]?.slice(-19)}`);
            await stack.refresh({ flags: ["--expect-no-changes"] });
        });

        test("that stop because the guest moves its folder away, or are old, are named", async () => {
            await inGuest(guest, "mv /srv/pvesmb/history /srv/pvesmb/moved");
            await onNode("systemctl start pvesmb-snapshots.service || true; test ! -e /mnt/btrfs/quota/.snapshots");
            expect((await stack.refresh({ flags: ["--diff"] })).output).toContain(
                "previousVersions: no snapshot can be made: /mnt/btrfs/quota/history does not exist",
            );
            await inGuest(guest, "mv /srv/pvesmb/moved /srv/pvesmb/history");
            // The timer's own round at a full hour would make a new one.
            await onNode(
                `systemctl stop pvesmb-snapshots.timer; cd ${folder}; for s in *; do mv "$s" "\${s%-*-*}-2025.01.02-03.04.05"; done`,
            );
            expect((await stack.refresh({ flags: ["--diff"] })).output).toContain(
                "previousVersions: the newest snapshot is of 2025-01-02 03:04 UTC",
            );
            await onNode("systemctl start pvesmb-snapshots.service pvesmb-snapshots.timer");
            await stack.refresh();
            await stack.preview({ flags: ["--expect-no-changes"] });
        });

        test("end with the share, and leave nothing on the node", async () => {
            change({ more: kept() });
            await stack.up();
            expect(await onNode("ls /etc/pvesmb /mnt/btrfs/quota; systemctl is-active pvesmb-snapshots.timer || true")).not.toMatch(
                /snapshots\.d|history|^active/m,
            );
        });
    });

    test("a share is renamed and moves with its quota", async () => {
        const elsewhere = { group: "alice", name: "papers", path: "/srv/pvesmb/papers" };
        change({ docs: share("files", "docs", { alice: "full" }, elsewhere) });
        await stack.up();
        expect(await seen("papers")).toMatchObject({ total: 160 * MIB });
        expect(await getFile(within, at("papers"), alice, "kept.bin")).toBe(bytes(30));
        await expect(putFile(within, at("papers"), alice, "more.bin", bytes(60))).rejects.toThrow(/NT_STATUS_(DISK_FULL|QUOTA_EXCEEDED)/);
        await stack.refresh({ flags: ["--expect-no-changes"] });
    });

    test("a share that is deleted with its files and its quota leaves neither", async () => {
        change({ more: "" });
        await stack.up();
        expect(await onNode("ls -A /mnt/btrfs/quota")).not.toContain("plans");
        expect(await onNode("btrfs subvolume list /mnt/btrfs")).not.toContain("plans");
        expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).not.toContain("33554432");
    });

    describe("many at once", () => {
        const names = Array.from({ length: 16 }, (_, i) => `many${i}`);
        const shares = names.map((name) => share("files", name, { alice: "full" }, { onDelete: "delete" })).join("");
        const quotas = names.map((name) => quota(name, `${name}Limit`, { limit: "16MiB" })).join("");
        /**
         * Three looks, then two batches per round: a small first round, then as many quotas as the engine runs in parallel; one more round
         * on a busy machine.
         */
        const most = 3 + 2 * (2 + names.length / 8);

        async function executions(run: (options: OperationOptions) => Promise<unknown>): Promise<number> {
            const file = join(stack.directory, "trace");
            rmSync(file, { force: true });
            // The engine's default is 4 x cores; it is set here so that the bound holds on every machine.
            await run({ environment: { PVESMB_TRACE: file }, flags: ["--parallel", "8"] });
            const { remote } = tally(readTrace(readFileSync(file, "utf8")));
            console.log(`${names.length} quotas: ${remote} remote executions`);
            return remote;
        }
        const limits = async (): Promise<number> => (await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).split(" 16777216 ").length - 1;

        test("are made in few executions, and read in one of the gateway and one of its node", async () => {
            change({ more: shares });
            await stack.up();
            change({ more: shares + quotas });
            expect(await executions((options) => stack.up(options))).toBeLessThanOrEqual(most);
            expect(await limits()).toBe(names.length);
            expect(await seen("many7")).toMatchObject({ total: 16 * MIB });
            await putFile(within, at("many7"), alice, "f", "x\n");
            const unchanged = ["--parallel", "8", "--expect-no-changes"];
            expect(await executions((options) => stack.refresh({ ...options, flags: unchanged }))).toBe(2);
        });

        test("end in few", async () => {
            change({ more: shares });
            expect(await executions((options) => stack.up(options))).toBeLessThanOrEqual(most);
            expect(await limits()).toBe(0);
            expect((await seen("many7")).total).toBeGreaterThan(1024 * MIB);
        });

        test("of two for one directory the second fails alone", async () => {
            const twin = dataQuota("files", "twin", { path: "/srv/pvesmb/many3", limit: "32MiB" });
            change({ more: shares + quotas + twin });
            const { output } = await stack.up({ fails: true, flags: ["--parallel", "32", "--continue-on-error"] });
            // The engine may pass it on with a later round, which finds the limit of the first quota.
            expect(output).toMatch(/many3\b.* (already has a quota of another resource|has a limit that pvesmb did not set)/);
            const made = (await stack.resources()).filter(({ type }) => type.endsWith(":Quota"));
            expect(made).toHaveLength(1 + names.length);
            expect(await inGuest(guest, "ls /srv/pvesmb/.pvesmb/quotas | wc -l; stat -c '%U %a' /srv/pvesmb/.pvesmb/quotas/* | uniq")).toBe(
                `${1 + names.length}\nroot 600\n`,
            );
            // Remove the quotas before the shares: nothing makes the twin end before the share whose directory it limits, and a deleted
            // subvolume leaves its qgroup with the limit.
            change({ more: shares });
            await stack.up();
            expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).not.toMatch(/ (16777216|33554432) /);
            change({ more: "" });
            await stack.up();
        });
    });

    test("without the quotas there is no limit, and nothing of them is left", async () => {
        change({ limit: "" });
        await stack.up();
        expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).not.toMatch(/33554432|167772160/);
        expect(await inGuest(guest, "ls -A /srv/pvesmb/.pvesmb/quotas /etc/samba/pvesmb | grep -c dfree || true")).toBe("0\n");
        expect((await seen("papers")).total).toBeGreaterThan(1024 * MIB);
        expect(await getFile(within, at("papers"), alice, "kept.bin")).toBe(bytes(30));
    });

    test("destroy is not held up by data that stays on the node", async () => {
        await stack.destroy();
        expect(await guestsWithin(guest.vmid, guest.vmid)).toEqual([]);
        expect(await onNode("cat /mnt/btrfs/quota/papers/first.txt")).toBe("first\n");
    });
});
