import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Guest, inGuest } from "../e2e/support/guests";
import { type Lab, labUp } from "../e2e/support/lab";
import { runDirectory } from "../e2e/support/run-directory";
import { smbclient, type Unc } from "../e2e/support/smb-client";
import { login, withPair } from "./pair";
import type { Stack } from "../e2e/support/stack";
import { progress } from "./progress";
import { sharesProgram } from "./programs";
import { compared, median, type Row, ratioAtMost } from "./rows";

const ROUNDS = 4;
const CONNECTS = 5;
const LARGE_MIB = 256;
/** Copies per session: a single copy is too short to compare. */
const TIMES = 4;
const SMALL = { files: 10_000, bytes: 4096 };
/** Link speeds of today's networks. What the two ends, which share the processors here, can do beyond them matters to nobody. */
const LINKS = { "1 Gbit/s": "1gbit", "2.5 Gbit/s": "2500mbit" };
/** The time a copy may take relative to plain Samba: 0.95 of its speed. */
const GOAL = 1.05;

/**
 * What serving costs: memory of smbd and connect time by number of shares; one large file and many small ones, against Samba as Debian
 * installs it.
 */
export async function served(): Promise<Row[]> {
    const lab = await labUp();
    return withPair(lab, "10.86.0.67", async ({ ours }) => {
        const guest = {
            node: "pve1",
            vmid: Number(String((await ours.resources()).find(({ type }) => type.endsWith("SmbGateway"))?.id).split("/")[1]),
        };
        const rows: Row[] = [];
        for (const shares of [10, 100, 1000]) {
            ours.write(sharesProgram(shares));
            await ours.up({ timeout: 1800 });
            rows.push(...(await size(lab, guest, { host: "10.86.0.67", share: `share${shares}` }, shares)));
            if (shares === 10) rows.push(...(await copies(lab, ours, guest, "10.86.0.67")));
        }
        ours.write(sharesProgram(0));
        await ours.up({ timeout: 1800 });
        return rows;
    });
}

async function size(lab: Lab, guest: Pick<Guest, "node" | "vmid">, unc: Unc, shares: number): Promise<Row[]> {
    const connects: number[] = [];
    for (let i = 0; i < CONNECTS; i++) connects.push(await timed(() => copied(lab, unc, "ls")));
    const resident = await inGuest(guest, `awk '/^Rss/ { print $2 }' /proc/$(cat /run/samba/smbd.pid)/smaps_rollup`);
    return [
        { name: `first connect and list, ${shares} shares`, value: median(connects) * 1000, unit: "ms" },
        { name: `memory of smbd, ${shares} shares`, value: Number(resident) / 1024, unit: "MiB" },
    ];
}

/**
 * A second smbd in the same container, with the configuration that Debian ships and one share on the same volume. It is a systemd unit like
 * ours and Debian's own, because `pct exec` starts processes in another memory cgroup, where dirty pages cost less.
 */
const PLAIN = (protection: string): string => `mkdir -p /srv/pvesmb/plain /run/plain && chown alice /srv/pvesmb/plain
for d in lock state cache pid ncalrpc; do mkdir -p /run/plain/$d; done
{ sed '/^ *\\[printers\\]/,$d' /usr/share/samba/smb.conf; cat <<'END'
[global]
smb ports = 1445
bind interfaces only = no
disable netbios = yes
lock directory = /run/plain/lock
state directory = /run/plain/state
cache directory = /run/plain/cache
pid directory = /run/plain/pid
ncalrpc dir = /run/plain/ncalrpc
${protection}
[plain]
path = /srv/pvesmb/plain
read only = no
END
} > /run/plain/smb.conf
systemctl stop plain 2>/dev/null || true
systemd-run --quiet --unit plain smbd --foreground --no-process-group -s /run/plain/smb.conf
until smbclient //127.0.0.1/plain -p 1445 -N -c exit 2>&1 | grep -q NT_STATUS_ACCESS_DENIED; do sleep 0.1; done`;

/** The pairs to compare: a gateway with these settings, and plain Samba with these lines. */
const PAIRS = [
    { ours: "", settings: "", against: "plain Samba", protection: "", links: LINKS },
    { ours: " without encryption", settings: 'samba: { encryption: "if_required" },', against: "plain Samba", protection: "", links: {} },
    {
        ours: "",
        settings: "",
        against: "plain Samba, encrypted as ours",
        protection: "server signing = mandatory\nserver smb encrypt = desired\nserver min protocol = SMB3",
        links: {},
    },
];

async function copies(lab: Lab, stack: Stack, guest: Pick<Guest, "node" | "vmid">, host: string): Promise<Row[]> {
    const folder = mkdtempSync(join(runDirectory(), "copy-"));
    const rows: Row[] = [];
    try {
        writeFileSync(join(folder, "large"), Buffer.alloc(LARGE_MIB * 2 ** 20, 7));
        mkdirSync(join(folder, "small"));
        for (let i = 0; i < SMALL.files; i++) writeFileSync(join(folder, "small", `file${i}`), Buffer.alloc(SMALL.bytes, 7));
        const large = `put ${folder}/large large; rm large`;
        const kinds = [
            { what: `one file of ${LARGE_MIB} MiB, ${TIMES} times`, commands: Array(TIMES).fill(large).join("; ") },
            { what: `${SMALL.files} files of ${SMALL.bytes} bytes`, commands: `lcd ${folder}; recurse; prompt; mput small; deltree small` },
        ];
        for (const { ours, settings, against, protection, links } of PAIRS) {
            stack.write(sharesProgram(10, settings));
            await stack.up();
            await inGuest(guest, PLAIN(protection));
            const compare = async (what: string, commands: string): Promise<void> => {
                const times = await inTurns({
                    ours: () => copied(lab, { host, share: "share1" }, commands),
                    plain: () => copied(lab, { host, share: "plain" }, commands, ["-p", "1445"]),
                });
                const floor = { name: `${what}, ${against}`, value: median(times.plain), unit: "s" };
                const served = { name: `${what}${ours}, against ${against}`, value: median(times.ours), unit: "s" };
                for (const { name, value } of [served, floor]) progress(name, value);
                rows.push(ratioAtMost(GOAL, compared(served, floor)), floor);
            };
            for (const { what, commands } of kinds) await compare(what, commands);
            for (const [name, rate] of Object.entries(links))
                await limited(lab, host, rate, () => compare(`one file of ${LARGE_MIB} MiB over ${name}`, large));
        }
        await inGuest(guest, "systemctl stop plain; rm -rf /run/plain /srv/pvesmb/plain");
        return rows;
    } finally {
        rmSync(folder, { recursive: true });
    }
}

async function inTurns(copy: Record<"ours" | "plain", () => Promise<void>>): Promise<Record<"ours" | "plain", number[]>> {
    const times: Record<"ours" | "plain", number[]> = { ours: [], plain: [] };
    for (let round = 0; round < ROUNDS; round++) {
        // Each of the two goes first equally often.
        const order = round % 2 === 0 ? (["ours", "plain"] as const) : (["plain", "ours"] as const);
        for (const which of order) times[which].push(await timed(copy[which]));
    }
    return times;
}

/** Runs `work` while traffic from the workstation to `host` is limited to `rate`. */
async function limited(lab: Lab, host: string, rate: string, work: () => Promise<void>): Promise<void> {
    const route = await at(lab, "ip", "route", "get", host);
    const device = / dev (\S+)/.exec(route)?.[1];
    if (device === undefined) throw new Error(`no way to ${host}: ${route}`);
    await at(lab, "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", rate, "burst", "1mb", "latency", "50ms");
    try {
        await work();
    } finally {
        await at(lab, "tc", "qdisc", "del", "dev", device, "root");
    }
}

async function at({ within }: Lab, ...argv: string[]): Promise<string> {
    const [file = "", ...rest] = within(argv);
    return (await promisify(execFile)(file, rest)).stdout;
}

async function copied(lab: Lab, unc: Unc, commands: string, flags?: string[]): Promise<void> {
    const { code, output } = await smbclient(lab.within, unc, login, commands, flags);
    if (code !== 0 || /NT_STATUS_/.test(output)) throw new Error(`${unc.share}: ${output.slice(-1000)}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
}
