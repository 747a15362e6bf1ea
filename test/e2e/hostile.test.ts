import { runOnNode } from "../lab/src/client";
import { guestsWithin, inGuest } from "./support/guests";
import { begun, claim, ended, flipping, NOTICED, sorted, swapping } from "./support/hostile-guest";
import { nodeKeys } from "./support/node-keys";
import { dataQuota, gateway, program, quota, share, smallArgs, user } from "./support/program";
import { getFile, putFile, smbclient } from "./support/smb-client";
import type { Stack } from "./support/stack";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Root of an unprivileged gateway attacks its node (docs/security.md): it may do anything in its data, on which the node sets limits, and
 * it knows how pvesmb does that. After each attack nothing in the node's /etc has changed, and the other gateway works.
 */

const vmids = { from: 6690, to: 6709 };
const evil = { node: "pve1", vmid: 6690, address: "10.86.0.127", data: "/mnt/btrfs/hostile" };
const good = { node: "pve1", vmid: 6691, address: "10.86.0.128", data: "/mnt/btrfs/honest" };
const alice = { user: "alice", password: "alice's long p4ssword" };
const MIB = 2 ** 20;

let place: Workplace;
let stack: Stack;
let honest: Stack;
/** The node's /etc: names, types, owners, modes, contents. */
let etc: string;

const { data: _data, dataOnDelete: _onDelete, network: _network, ...basics } = smallArgs(evil.address, vmids);
const bound = (name: string, { vmid, address, data }: typeof evil): string =>
    gateway(name, { ...basics, network: { bridge: "vmbr0", address: `${address}/24` }, vmid, data: { bind: data } });
const access = { alice: "full" } as const;
const ours = [bound("evil", evil), user("evil", alice)];
const theirs = [bound("good", good), user("good", alice), share("good", "work", access)];
const limited = (limit: string): string => program(...theirs, quota("work", "limit", { limit, enable: true }));

async function onNode(command: string): Promise<string> {
    const { code, stdout, stderr } = await runOnNode("pve1", command);
    if (code !== 0) throw new Error(`on pve1: ${command}\nended with ${code}: ${stderr}`);
    return stdout;
}
const manifest = (): Promise<string> =>
    onNode("find /etc -xdev -printf '%p %y %m %U:%G %l\\n' | sort; find /etc -xdev -type f -exec sha256sum {} + | sort -k2");
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (host: { address: string }, name: string) => ({ host: host.address, share: name });
const inEvil = (script: string): Promise<string> => inGuest(evil, script);

/** Runs a program as the guest's root during the work and ends it afterwards. */
async function during<T>(attack: string, work: () => Promise<T>): Promise<T> {
    await inEvil(begun(attack));
    try {
        return await work();
    } finally {
        await inEvil(ended);
    }
}

/** The output of `up`, whether it fails or not. */
const attempted = (): Promise<string> =>
    stack.up().then(
        ({ output }) => output,
        (error: unknown) => String(error),
    );

beforeAll(async () => {
    place = await workplace(
        vmids,
        ["data-bind", "quota-node"].flatMap((name) => ["--feature", name]),
    );
    await onNode(
        `for d in ${evil.data} ${good.data}; do rm -rf $d && mkdir $d; done; mkdir -p /etc/profile.d /etc/cron.hourly /etc/cron.d; btrfs quota enable /mnt/btrfs`,
    );
    const environment = await nodeKeys();
    [stack, honest] = await Promise.all([
        place.stack(program(...ours, share("evil", "docs", access)), { project: "hostile", environment }),
        place.stack(limited("64MiB"), { project: "honest", environment }),
    ]);
    await Promise.all([stack.up(), honest.up()]);
    etc = await manifest();
});
afterAll(() => place?.dispose());

/** The node is unchanged and serves other gateways. */
async function unharmed(limit: string): Promise<void> {
    expect(await manifest()).toBe(etc);
    expect(await onNode("ls /root/owned 2>/dev/null || true")).toBe("");
    honest.write(limited(limit));
    await honest.up();
    const { output } = await smbclient(within, at(good, "work"), alice, "du");
    const [, blocks, size] = /(\d+) blocks of size (\d+)/.exec(output) ?? [];
    expect(Number(blocks) * Number(size)).toBe(Number.parseInt(limit, 10) * MIB);
}

test("a link in the place of the directory that is being converted leads no file elsewhere, and all files are there in the end", async () => {
    await putFile(within, at(evil, "docs"), alice, "first.txt", "first\n");
    await inEvil(
        "cd /srv/pvesmb/docs && for i in $(seq 2000); do echo $i > f$i; done; printf '#!/bin/sh\\ntouch /root/owned\\n' > last.sh; chmod 755 last.sh",
    );
    stack.write(program(...ours, share("evil", "docs", access), quota("docs", "limit", { limit: "64MiB", convert: true })));
    const output = await during(swapping("docs", "/etc/profile.d", "00-mine.sh", "aside() and content(name)"), attempted);
    await unharmed("48MiB");
    expect(output).toMatch(NOTICED);
    await inEvil(
        "cd /srv/pvesmb && rm -f docs && { ls -d .pvesmb-convert-* || mv docs.stolen-* docs; } && rm -f .pvesmb-convert-*/00-mine.sh docs/00-mine.sh",
    );
    await stack.up();
    expect(await getFile(within, at(evil, "docs"), alice, "first.txt")).toBe("first\n");
    expect(await inEvil("cd /srv/pvesmb/docs && ls f[0-9]* | wc -l && ls last.sh && ls -A .. | grep convert || true")).toBe(
        "2000\nlast.sh\n",
    );
    await stack.preview({ flags: ["--expect-no-changes"] });
    expect(await manifest()).toBe(etc);
});

test("neither does one in the place of a new share's empty directory", async () => {
    const more = [share("evil", "docs", access), quota("docs", "limit", { limit: "64MiB", convert: true })];
    stack.write(program(...ours, ...more, share("evil", "empty", access)));
    await stack.up();
    stack.write(program(...ours, ...more, share("evil", "empty", access), quota("empty", "emptyLimit", { limit: "32MiB" })));
    const output = await during(swapping("empty", "/etc/cron.hourly", "mine"), attempted);
    await unharmed("64MiB");
    // If the swap is too late for this run, the next one sees it.
    expect(output).toMatch(new RegExp(`${NOTICED.source}|emptyLimit created`));
    await inEvil("cd /srv/pvesmb && rm -rf empty.stolen-*; [ ! -L empty ] || { rm empty && mkdir empty; }");
    await stack.refresh();
    await stack.up();
    expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).toContain("33554432");
    expect(await manifest()).toBe(etc);
});

test("a FIFO in a claim's place holds nobody up, and a link in that of the claims leads no file elsewhere", async () => {
    const path = "/srv/pvesmb/plans";
    const rest = [share("evil", "docs", access), quota("docs", "limit", { limit: "64MiB", convert: true }), share("evil", "plans", access)];
    stack.write(program(...ours, ...rest));
    await stack.up();
    stack.write(program(...ours, ...rest, quota("plans", "plansLimit", { limit: "16MiB" })));
    await inEvil(`mkfifo ${claim(path)}`);
    const opened = `
import json
key = json.load(open("${claim("/srv/pvesmb/docs")}"))["key"].replace("::limit", "::plansLimit")
with open("${claim(path)}", "w") as fifo:
    os.rename(".pvesmb/quotas", ".pvesmb/mine")
    os.symlink("/etc/cron.d", ".pvesmb/quotas")
    fifo.write(json.dumps({"v": 1, "key": key, "nonce": "0"}))
`;
    honest.write(limited("80MiB"));
    const [output] = await during(opened, () => Promise.all([attempted(), honest.up()]));
    await unharmed("64MiB");
    expect(output).toMatch(/not a regular file|symlink/);
    await inEvil(`cd /srv/pvesmb/.pvesmb && { [ ! -L quotas ] || { rm quotas && mv mine quotas; }; } && rm -f ${claim(path)}`);
    await stack.up();
    expect(await onNode("btrfs qgroup show -re --raw /mnt/btrfs")).toContain("16777216");
});

test("a link in the place of a directory above, of the gateway's data, or of what a conversion left leads no look and no step elsewhere", async () => {
    const rest = [share("evil", "docs", access), quota("docs", "limit", { limit: "64MiB", convert: true })];
    await inEvil("cd /srv/pvesmb && ln -s /etc above");
    stack.write(program(...ours, ...rest, dataQuota("evil", "above", { path: "/srv/pvesmb/above/cron.hourly", limit: "16MiB" })));
    expect((await stack.up({ fails: true })).output).toMatch(/above in it is a symlink/);
    stack.write(program(...ours, ...rest, dataQuota("evil", "above", { path: "/srv/pvesmb/above", limit: "16MiB", convert: true })));
    expect((await stack.up({ fails: true })).output).toMatch(/above in it is a symlink/);
    // To and fro: it was looked at by its path, and made into a subvolume by its path afterwards.
    await inEvil("cd /srv/pvesmb && mkdir -p way/cron.hourly");
    stack.write(program(...ours, ...rest, dataQuota("evil", "above", { path: "/srv/pvesmb/way/cron.hourly", limit: "16MiB" })));
    await during(flipping("way", "/etc"), attempted);
    await unharmed("64MiB");
    await inEvil(sorted("way"));
    stack.write(program(...ours, ...rest));
    await stack.up();
    await inEvil("cd /srv/pvesmb && rm -rf way || true");
    // A claim that records an interrupted conversion and the place of the files.
    const docs = claim("/srv/pvesmb/docs");
    await inEvil(
        `cd /srv/pvesmb && ln -s /etc .pvesmb-convert-0 && sed -i 's#}$#,"aside":"/srv/pvesmb/.pvesmb-convert-0"}#' ${docs} && cat ${docs}`,
    );
    stack.write(program(...ours, share("evil", "docs", access), quota("docs", "limit", { limit: "72MiB", convert: true })));
    expect((await stack.up({ fails: true })).output).toMatch(/convert-0.* symlink/);
    await unharmed("48MiB");
    await inEvil("cd /srv/pvesmb && rm above .pvesmb-convert-0");
    await stack.up();
    expect(await getFile(within, at(evil, "docs"), alice, "first.txt")).toBe("first\n");
});

test("directories with names like lines of btrfs' tools change no other gateway's limit", async () => {
    const rest = [share("evil", "docs", access), quota("docs", "limit", { limit: "72MiB", convert: true })];
    stack.write(program(...ours, ...rest));
    await stack.up();
    const work = (await onNode(`btrfs inspect-internal rootid ${good.data}/work`)).trim();
    const group = (): Promise<string> =>
        onNode(`btrfs qgroup show -re --raw /mnt/btrfs | grep '^0/${work} ' | awk '{ print $4 }' | head -1`);
    const before = await group();
    // A user who may create a directory may create a subvolume (ioctl BTRFS_IOC_SUBVOL_CREATE).
    await inEvil(`cat > /root/names.py <<'END'
import fcntl, os, struct
os.chdir("/srv/pvesmb")
for folder, name in (("x\\nID ${work} gen 1 top level 256 path hostile", "docs"), ("y\\n0", "${work}   99999999999 1 none none z")):
    os.mkdir(folder)
    fd = os.open(folder, os.O_RDONLY)
    fcntl.ioctl(fd, 0x5000940E, bytearray(struct.pack("<q4088s", 0, name.encode())))
END
python3 /root/names.py`);
    expect(await onNode("btrfs subvolume list /mnt/btrfs")).toContain(`\nID ${work} gen 1 top level 256 path hostile/docs\n`);
    await stack.refresh({ flags: ["--expect-no-changes"] });
    stack.write(program(...ours, share("evil", "docs", access)));
    await stack.up();
    expect(await group()).toBe(before);
    await unharmed("48MiB");
    await inEvil("cd /srv/pvesmb && rm -rf x* y*");
    stack.write(program(...ours, ...rest));
    await stack.up();
    expect(await manifest()).toBe(etc);
});

test("another gateway's data below a directory of its own is reached through no link", async () => {
    await inEvil("cd /srv/pvesmb && mkdir -p lent && ln -s /etc/cron.hourly lent/data");
    // In the place of the directory, and of one above it, which chown(1) followed.
    await inEvil("cd /srv/pvesmb && ln -s /etc borrowed");
    for (const data of ["lent/data", "borrowed/cron.hourly"]) {
        const borrower = gateway("borrower", {
            ...basics,
            network: { bridge: "vmbr0", address: "10.86.0.129/24" },
            vmid: 6692,
            data: { bind: `${evil.data}/${data}` },
        });
        honest.write(program(...theirs, quota("work", "limit", { limit: "48MiB", enable: true }), borrower));
        expect((await honest.up({ fails: true })).output).toMatch(new RegExp(`data\\.bind: .*${data} on pve1 .*(link|symlink)`));
        expect(await guestsWithin(6692, 6692)).toEqual([]);
        expect(await manifest()).toBe(etc);
    }
    await unharmed("64MiB");
});
