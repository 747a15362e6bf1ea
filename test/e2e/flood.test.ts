import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SmbGatewayArgs } from "../../sdk/nodejs/generated/smb-gateway";
import { Flood } from "./support/flood";
import { type Guest, inGuest } from "./support/guests";
import { run } from "./support/process";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { runDirectory } from "./support/run-directory";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import { SoakReport } from "./support/soak-report";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/**
 * Clients that exhaust resources: endless connections, unfinished SMB negotiations, files opened and never closed. An existing session
 * survives, the container keeps running, and afterwards everything is as before.
 */

const soak = process.env["PVESMB_SOAK"] === "1";
const report = new SoakReport("flood", "Clients that take what they can get", ["what was seen", "result", "s"]);
const seen = (what: string, run: () => Promise<void>): void => (soak ? report.test(what, run) : test(what, run));
const figure = (what: string, value: number): void => {
    if (soak) report.row(what, String(value), "");
};

/** Before there were limits, 660 idle connections stopped a container of 512 MiB. */
const MANY = soak ? 10_000 : 700;
const vmids = { from: 5740, to: 5759 };
const host = "10.86.0.97";
const docs = { host, share: "docs" };
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5740 };
const login = (name: string) => ({ user: name, password: `${name}'s long p4ssword` });
/** The address of the workstation's users, and another one for the attacker. */
const [USERS, FLOODER] = ["10.86.0.2", "10.86.0.4"];

let place: Workplace;
let stack: Stack;
let old: SmbSession;
let begun: string;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const lines = (samba: SmbGatewayArgs["samba"], memory: string): string => {
    const small = smallArgs(host, vmids);
    const lxc = { ...small.lxc, memory };
    return program(
        gateway("files", { ...small, lxc, vmid: guest.vmid, samba }),
        user("files", login("alice")),
        user("files", login("bob")),
        share("files", "docs", { alice: "full", bob: "full" }),
    );
};
const up = async (samba: SmbGatewayArgs["samba"], memory = "512MiB"): Promise<void> => {
    stack.write(lines(samba, memory));
    await stack.up();
};

/** Start times of the container's init and of smbd. */
const initOf = (): Promise<string> => inGuest(guest, "cut -d' ' -f22 /proc/1/stat");
const smbdOf = (): Promise<string> => inGuest(guest, "systemctl show -P MainPID smbd");
const processes = async (): Promise<number> => Number(await inGuest(guest, "pgrep -c -P $(systemctl show -P MainPID smbd) smbd"));
const limits = (): Promise<string> =>
    inGuest(
        guest,
        `systemctl show -P MemoryMax smbd; testparm -s --parameter-name='max smbd processes' 2>/dev/null
        nft list chain inet pvesmb opened | grep -o 'count over [0-9]*'
        cat /sys/fs/cgroup/memory/system.slice/smbd.service/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/system.slice/smbd.service/memory.max`,
    );

/** The session from before the flood reads and writes. */
async function lives(session: SmbSession): Promise<void> {
    expect(await session.run("put /etc/os-release alive.txt")).toContain("putting file");
    expect(await session.run("ls alive.txt")).toMatch(/alive\.txt +A/);
    expect(await initOf()).toBe(begun);
}

/** A new client can connect and work. */
async function letIn(name: string): Promise<void> {
    await putFile(within, docs, login(name), "new.txt", `${name} was here\n`);
    expect(await getFile(within, docs, login(name), "new.txt")).toBe(`${name} was here\n`);
}

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(lines({}, "512MiB"));
    await stack.up();
    await run(within(["sh", "-c", `ip address add ${FLOODER}/24 dev $(ip -o -4 address show to ${USERS} | cut -d' ' -f2)`]));
    old = await SmbSession.open(within, docs, login("alice"));
    begun = await initOf();
});
afterAll(async () => {
    old?.close();
    await run(within(["sh", "-c", `ip address delete ${FLOODER}/24 dev $(ip -o -4 address show to ${USERS} | cut -d' ' -f2)`]));
    await place?.dispose();
});

seen("the limits follow the memory", async () => {
    expect(await limits()).toBe("402653184\n128\ncount over 64\ncount over 64\n402653184\n");
    expect(await inGuest(guest, "cat /proc/$(systemctl show -P MainPID smbd)/oom_score_adj")).toBe("500\n");
});

seen("one address gets its share of connections, and whoever comes from another is let in", async () => {
    const flood = await Flood.on(within, host, FLOODER, MANY, "idle", soak ? 300 : 60);
    try {
        expect(await flood.alive()).toBe(64);
        figure("from one address: connections opened", flood.opened);
        await lives(old);
        await letIn("bob");
    } finally {
        flood.end();
    }
    await lives(old);
});

seen("rules that somebody flushed are named, and come back", async () => {
    await inGuest(guest, "nft flush ruleset");
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toContain("connections per address: not limited instead of 64");
    // From many addresses: as if each had a limit of its own.
    await up({ maxPerAddress: 100_000 });
    expect(await limits()).toMatch(/^402653184\n128\n(count over 100000\n){2}/);
    await lives(old);
});

for (const what of ["idle", "negotiate", "channels"] as const)
    seen(`connections from everywhere (${what}): who is there works on, and the container runs`, async () => {
        const flood = await Flood.on(within, host, FLOODER, MANY, what, soak ? 300 : 60);
        try {
            // All channels of one client share a process, and each needs little memory.
            if (what !== "channels") await until("what is over the limit is refused", async () => (await flood.alive()) <= 128);
            expect(await processes()).toBeLessThanOrEqual(128);
            await lives(old);
            figure(`${what}: connections opened`, flood.opened);
            figure(`${what}: of them still there`, await flood.alive());
            figure(`${what}: processes of smbd`, await processes());
        } finally {
            flood.end();
        }
        await until("there is room again", async () => (await processes()) < 64);
        await letIn("bob");
        await lives(old);
    });

seen("sshd takes only so many that wait for a login, and lets others in", async () => {
    const flood = await Flood.on(within, host, FLOODER, MANY, "ssh", soak ? 300 : 60);
    try {
        await until("what is over the limit is refused", async () => (await flood.alive()) <= 20);
        await lives(old);
        // pvesmb itself still gets in.
        await stack.refresh({ flags: ["--expect-no-changes"] });
    } finally {
        flood.end();
    }
});

seen("a smaller memory holds at once; where it is used up, copies end and nothing else", async () => {
    await up({}, "192MiB");
    expect(await limits()).toBe("134217728\n42\ncount over 21\ncount over 21\n134217728\n");
    await lives(old);
    const before = await smbdOf();
    const folder = mkdtempSync(join(runDirectory(), "big-"));
    writeFileSync(join(folder, "big"), randomBytes(24 * 2 ** 20));
    try {
        const copies = Array.from({ length: 18 }, (_, i) => smbclient(within, docs, login("bob"), `put ${folder}/big b${i % 4}`));
        await Promise.all(copies);
    } finally {
        rmSync(folder, { recursive: true });
    }
    expect(await smbdOf()).toBe(before);
    await lives(old);
    await letIn("bob");
});

seen("a user who opens files without end has as many as one process may, and nobody else notices", async () => {
    await up({}, "512MiB");
    const each = soak ? 16_000 : 1_500;
    await inGuest(guest, `cd /srv/pvesmb/docs && seq -f f%g ${each} | xargs touch && chown bob: f*`);
    const commands = `${Array.from({ length: each }, (_, i) => `open f${i + 1}`).join("\n")}\n`;
    const greedy = await Promise.all(Array.from({ length: soak ? 8 : 2 }, () => SmbSession.open(within, docs, login("bob"))));
    try {
        for (const session of greedy) await session.run(commands);
        const open = async (): Promise<number> => Number(await inGuest(guest, "smbstatus --locks | grep -c 'docs *f[0-9]'"));
        const all = greedy.length * each;
        // 16,000 open files take 40 MiB, so smbd's memory limit decides how many of the eight sessions survive.
        let before = 0;
        const settled = async (): Promise<boolean> => {
            const now = await open();
            const same = now === before;
            before = now;
            return now >= all * 0.9 || (soak && same && now >= all / 2);
        };
        await until("the files are open", settled, soak ? 600 : 240, soak ? 5_000 : 50);
        figure(`files open, of ${all} asked for by ${greedy.length} sessions`, before);
        await lives(old);
        await letIn("alice");
    } finally {
        for (const session of greedy) session.close();
    }
    await until("there is room again", async () => (await processes()) < 8, soak ? 300 : 240);
});

/** Stands for a session that takes long to end, as one with many open files does: a process of smbd's unit that does not mind SIGTERM. */
const LINGERING = `
for at in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    if [ -w $at/system.slice/smbd.service/cgroup.procs ]; then groups="$groups $at/system.slice/smbd.service/cgroup.procs"; fi
done
setsid sh -c 'for group in '"$groups"'; do echo $$ > $group; done; trap "" TERM; while :; do sleep 1; done' > /dev/null 2>&1 < /dev/null &
until systemd-cgls --unit smbd.service --full --no-pager | grep -q 'trap'; do sleep 0.1; done`;

seen("smbd that is killed is back by itself, also when a session takes long to end", async () => {
    await inGuest(guest, LINGERING);
    await inGuest(guest, "systemctl kill --signal=KILL --kill-who=main smbd");
    await until("smbd runs", async () => (await smbclient(within, docs, login("alice"), "ls")).code === 0);
    await stack.refresh({ flags: ["--expect-no-changes"] });
});
