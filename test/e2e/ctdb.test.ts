import { machineControl, runOnNode } from "../lab/src/client";
import { ownCommand } from "./support/ad-command";
import { control } from "./support/control";
import { inGuest } from "./support/guests";
import { labDown } from "./support/lab";
import { nodeKeys } from "./support/node-keys";
import { gateway, program, smallArgs, user } from "./support/program";
import { run } from "./support/process";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Stack } from "./support/stack";
import { until } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";
import { Writer } from "./support/writer";

/**
 * Three gateways with one directory and a private bridge, as one file server. In the soak they are on three nodes.
 */

const soak = process.env["PVESMB_SOAK"] !== undefined;
/** The longest gap that a drill may show, in seconds; three times as much beside another lab on two processors. */
const longest = (seconds: number): number => (soak ? seconds : 3 * seconds);
const vmids = { from: 5800, to: 5809 };
const nodes = soak ? ["pve1", "pve2", "pve3"] : ["pve1", "pve1", "pve1"];
const shared = "/mnt/pve/shared/ctdb";
const alice = { user: "alice", password: "alice's long p4ssword" };
const bob = { user: "bob", password: "bob's long p4ssword" };
const [FIRST, SECOND, THIRD] = ["10.86.0.171", "10.86.0.172", "10.86.0.173"];

let place: Workplace;
let stack: Stack;

const { data: _data, dataOnDelete: _onDelete, ...basics } = smallArgs("", vmids);
const names = ["one", "two", "three"];
const own = (index: number): string => `10.86.0.${150 + index}`;
const gateways = names.map((name, index) =>
    gateway(name, {
        ...basics,
        node: nodes[index] ?? "",
        vmid: vmids.from + index,
        network: { bridge: "vmbr0", address: `${own(index)}/24` },
        extraNetworks: [{ bridge: "vmbr1", address: `10.99.0.${index + 1}/24` }],
        data: { bind: shared },
    }),
);
const cluster = (args: object = {}, of = names): string =>
    `const cluster = new pvesmb.CtdbVip("cluster", { gateways: [${of.join(", ")}], ...${JSON.stringify({
        addresses: [{ address: `${FIRST}/24` }, { address: `${SECOND}/24` }],
        privateNetwork: { addresses: of.map((_, index) => `10.99.0.${index + 1}/24`) },
        lock: { file: "/srv/pvesmb/.pvesmb/ctdb.lock" },
        netbiosName: "FILES",
        ...args,
    })} });`;
/** Declared once, on the cluster or a gateway. */
const used = (on: string, { comment = "", bob: hasBob = false } = {}): string[] => [
    user(on, alice, { groups: ["writers"] }),
    ...(hasBob ? [user(on, bob)] : []),
    `new pvesmb.SmbGroup("team", { gateway: ${on}, members: [${hasBob ? "bob.name" : ""}] });`,
    `new pvesmb.SmbShare("docs", { gateway: ${on}, comment: "${comment}", options: { "strict sync": "yes" }, access: [{ group: "writers", level: "full" }${hasBob ? ', { user: bob.name, level: "change" }' : ""}] }, { dependsOn: alice });`,
];
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const at = (host: string): { host: string; share: string } => ({ host, share: "docs" });
const onNode = (index: number, script: string): Promise<string> => inGuest({ node: nodes[index] ?? "", vmid: vmids.from + index }, script);
const nothingLeft = async (): Promise<void> => {
    await stack.refresh({ flags: ["--expect-no-changes"] });
};
const HEALTHY = /^(\|\d+\|[^|]*(\|0)+\|[YN]\|\n){3}$/m;
/** Asked of a gateway that runs. */
const healthy = (by: number): Promise<unknown> =>
    until("the cluster is healthy", async () => HEALTHY.test(await onNode(by, "ctdb status -X || true")), undefined, 300);
/** Which gateways have an address on an interface. */
async function holders(address: string): Promise<number[]> {
    const found = await Promise.all(
        names.map((_, index) =>
            onNode(index, "ip -4 -o address").then(
                (text) => text.includes(` ${address}/`),
                () => false,
            ),
        ),
    );
    return found.flatMap((has, index) => (has ? [index] : []));
}

beforeAll(async () => {
    const rights = ["--feature", "data-bind", "--bridge", "vmbr1"];
    place = await workplace(vmids, rights, soak ? { version: "9.2", nodes } : undefined);
    await runOnNode("pve1", `rm -rf ${shared}; mkdir ${shared}`);
    stack = await place.stack("", { environment: await nodeKeys() });
});
afterAll(async () => {
    await place?.dispose();
    if (place !== undefined) await runOnNode("pve1", `rm -rf ${shared}`);
    if (soak) await labDown(); // Other files expect a cluster of one node.
});

test("what cannot be a cluster is refused, all at once, before a gateway is touched", async () => {
    const local = cluster({
        lock: { file: "/var/lib/pvesmb/ctdb.lock" },
        addresses: [{ address: "10.86.0.2/24" }, { address: `${own(1)}/24` }, { address: `${FIRST}/24`, interface: "eth7" }],
        privateNetwork: { addresses: ["10.99.0.2/24", "10.99.0.1/24", "10.99.0.3/24"] },
    });
    stack.write(program(...gateways, local));
    const { output } = await stack.up({ fails: true });
    for (const text of [
        "lock.file: /var/lib/pvesmb/ctdb.lock is no lock between the gateways: CT 5802: the first gateway's lock does not hold here",
        "addresses[0].address: 10.86.0.2 is in use by ",
        "addresses[1].address: 10.86.0.151 is CT 5801's own address",
        "addresses: CT 5800 has no interface eth7",
        "privateNetwork.addresses[0]: CT 5800 does not have 10.99.0.2",
    ])
        expect(output).toContain(text);
    stack.write(program(...gateways, cluster({ sharedPath: "/var/lib/pvesmb", lock: { file: "/var/lib/pvesmb/ctdb.lock" } })));
    expect((await stack.up({ fails: true })).output).toContain(
        "sharedPath: /var/lib/pvesmb is not the same directory on all gateways: CT 5800 does not see what CT 5801 writes",
    );
    expect(await onNode(0, "ls /etc/samba/pvesmb /etc/ctdb 2>/dev/null; ls -A /srv/pvesmb")).not.toMatch(/cluster|ctdb|check/);
});

/** What a run that is killed has done last. */
const moments = ["/etc/samba/pvesmb/cluster.json", "/etc/ctdb/public_addresses", "/run/ctdb/ctdbd.pid"];

test.each(soak ? moments : moments.slice(1, 2))("the provider is killed when there is %s", async (file) => {
    stack.write(program(...gateways, cluster()));
    const { running } = stack.operate("up");
    await until(`${file} is there`, async () => (await onNode(2, `test -e ${file} && echo yes || true`)) === "yes\n");
    for (const pid of stack.providers()) process.kill(pid, "SIGKILL");
    expect((await running.done).code).not.toBe(0);
});

/** What a gateway has of what is declared on the cluster. */
const WHO = "id alice; getent group writers team; cat /etc/samba/pvesmb/shares.conf /etc/samba/pvesmb/*.d/*.json";

test("three gateways become one server", async () => {
    stack.write(program(...gateways, cluster(), ...used("cluster", { bob: true })));
    const { output } = await stack.up();
    if (!soak) expect(output).toContain("CT 5800, CT 5801, CT 5802 are all on pve1 and fail with it");
    await stack.refresh({ flags: ["--expect-no-changes", "--clear-pending-creates"] });
    await putFile(within, at(FIRST), alice, "a.txt", "by the first address\n");
    expect(await getFile(within, at(SECOND), alice, "a.txt")).toBe("by the first address\n");
    const who = await Promise.all(names.map((_, index) => onNode(index, `${WHO}; pdbedit -Lv alice | grep SID; net getlocalsid`)));
    expect(new Set(who).size).toBe(1);
    expect(who[0]).toMatch(/^uid=\d+\(alice\).*\(writers\)$/m);
    expect(who[0]).toMatch(/^team:x:\d+:bob$/m);
    const docs = (await stack.resources()).find(({ type }) => type.endsWith(":SmbShare"));
    expect(docs?.outputs?.["unc"]).toBe(`\\\\${FIRST}\\docs`);
    expect(await holders(FIRST)).toHaveLength(1);
    const { code, report } = await ownCommand(stack, ["ha", "status", "--gateway", String(vmids.from + 1)]);
    const clean = names.map((_, index) => expect.objectContaining({ address: `10.99.0.${index + 1}`, flags: [] }) as object);
    expect({ code, report }).toMatchObject({
        code: 0,
        report: { member: true, nodes: clean, lock: "/srv/pvesmb/.pvesmb/ctdb.lock", leader: expect.any(Number) as number, faults: [] },
    });
    for (const address of [FIRST, SECOND]) {
        const [node] = await holders(address);
        expect(report["addresses"]).toContainEqual({ address, node });
    }
    // CTDB believes whoever connects: from elsewhere nobody does.
    expect((await run(within(["sh", "-c", `timeout 2 bash -c '</dev/tcp/${own(0)}/4379' 2>&1 || echo refused`]))).stdout).toContain(
        "refused",
    );
});

const settings = { addresses: [FIRST, SECOND, THIRD].map((address) => ({ address: `${address}/24` })), tunables: { keepaliveLimit: 14 } };

test("what was changed by hand is shown by name, and undone; tunables and addresses are changed in place", async () => {
    await onNode(1, "ctdb disable; ctdb setvar KeepaliveLimit 99; echo 10.86.0.179/24 eth0 > /etc/ctdb/public_addresses");
    await onNode(
        2,
        "systemctl stop pvesmb-ctdb-watch; rm /etc/ctdb/ctdb.tunables; gpasswd -d bob team; rm /etc/samba/pvesmb/shares.d/docs.conf",
    );
    await stack.refresh();
    const drift = (await stack.resources()).find(({ type }) => type.endsWith(":CtdbVip"))?.outputs?.["drift"];
    expect(drift).toEqual([
        "addresses: CT 5801: /etc/ctdb/public_addresses: changed by hand",
        "gateways: CT 5801 is disabled",
        "tunables: CT 5801: KeepaliveLimit = 99 instead of 12",
        "tunables: CT 5802: /etc/ctdb/ctdb.tunables: missing",
        "gateways: CT 5802 is not in step with what is declared on the cluster: gpasswd team, /etc/samba/pvesmb/shares.d/docs.conf, /etc/samba/pvesmb/shares.conf",
        "gateways: CT 5802: service pvesmb-ctdb-watch.service: not running",
    ]);
    const sessions = [await SmbSession.open(within, at(FIRST), bob), await SmbSession.open(within, at(own(2)), bob)];
    stack.write(program(...gateways, cluster(settings), ...used("cluster")));
    try {
        await stack.up();
        for (const session of sessions)
            await until("bob's session ends", async () => /NT_STATUS|ended/.test(await session.run("ls").catch(String)), 20);
    } finally {
        for (const session of sessions) session.close();
    }
    for (const host of [FIRST, own(2)])
        expect((await smbclient(within, at(host), bob, "ls")).output).toMatch(/NT_STATUS_(LOGON_FAILURE|ACCESS_DENIED)/);
    await putFile(within, at(THIRD), alice, "b.txt", "by the third address\n");
    const who = await Promise.all(names.map((_, index) => onNode(index, WHO)));
    expect(new Set(who).size).toBe(1);
    expect(who[0]).not.toContain("bob");
    expect(await onNode(1, "ctdb getvar KeepaliveLimit; cat /etc/ctdb/ctdb.tunables")).toMatch(/= 14\n.*KeepaliveLimit=14/s);
});

/**
 * Notes on a gateway each time it is seen to have an address, every tenth of a second until there is /run/owned.end: a moment before and one
 * after, which on a busy machine may be far apart.
 */
const ownsFrom = (address: string): string =>
    `: > /run/owned; rm -f /run/owned.end; setsid sh -c 'while [ ! -e /run/owned.end ]; do began=$(date +%s.%N); ip -4 -o address | grep -q " ${address}/" && echo $began $(date +%s.%N) >> /run/owned; sleep 0.1; done' >/dev/null 2>&1 </dev/null &`;

describe("a client writes meanwhile, and loses nothing", () => {
    /** Runs a drill against the gateway that has the address; the client's longest gap is in seconds. */
    async function drill(what: (victim: number) => Promise<void>, address = FIRST): Promise<{ gap: number; victim: number; now: number }> {
        const [victim = -1] = await holders(address);
        const writer = await Writer.start(within, at(address), alice);
        let now: number;
        try {
            await what(victim);
            const successor = async (): Promise<{ only: number } | false> => {
                const [only = victim, ...others] = await holders(address);
                return others.length === 0 && only !== victim && { only };
            };
            ({ only: now } = await until("another gateway alone has the address", successor));
            await writer.goesOn();
        } finally {
            await writer.stop();
        }
        const { gap } = writer;
        const written = await onNode(now, "cat /srv/pvesmb/docs/record-*");
        for (const record of writer.acknowledged) expect(written).toContain(`record ${record} end`);
        process.stderr.write(`ctdb: ${expect.getState().currentTestName}: ${gap.toFixed(1)} s\n`);
        return { gap, victim, now };
    }

    test("ctdbd killed: the address moves, its gateway gives it up and comes back", async () => {
        const { gap, victim, now } = await drill((index) => onNode(index, "kill -9 $(cat /run/ctdb/ctdbd.pid)").then(() => undefined));
        expect(gap).toBeLessThan(longest(10));
        expect(await onNode(victim, "ip -4 -o address")).not.toContain(` ${FIRST}/`);
        await healthy(now);
    });

    if (soak)
        test("ctdbd frozen: its watchdog ends it", async () => {
            const { gap, now } = await drill((index) => onNode(index, "kill -STOP $(cat /run/ctdb/ctdbd.pid)").then(() => undefined));
            expect(gap).toBeLessThan(longest(30));
            await healthy(now);
        });

    test("a gateway's container killed: the address moves; it comes back by itself, with what was declared meanwhile", async () => {
        const { gap, victim, now } = await drill((index) =>
            machineControl("crash", { node: nodes[index] ?? "", vmid: vmids.from + index }),
        );
        expect(gap).toBeLessThan(longest(30));
        stack.write(program(...gateways, cluster(settings), ...used("cluster", { comment: "meanwhile", bob: true })));
        expect((await stack.up()).output).toContain(
            `gateway CT ${vmids.from + victim} on ${nodes[victim]} is stopped; this gateway of the cluster is changed later`,
        );
        await control("run", "POST", `/nodes/${nodes[victim]}/lxc/${vmids.from + victim}/status/start`);
        await healthy(now);
        const who = await Promise.all(names.map((_, index) => onNode(index, WHO)));
        expect(new Set(who).size).toBe(1);
        expect(who[victim]).toMatch(/comment = meanwhile/);
        await putFile(within, at(own(victim)), bob, "c.txt", "on the gateway that was away\n");
        await nothingLeft();
    });

    test("a gateway cut off from the others: it has given its address up before another one has it, and comes back", async () => {
        // The leader has the lock: whoever is cut off from it must go.
        const leader = Number(/^Leader:(\d+)$/m.exec(await onNode(0, "ctdb status"))?.[1]);
        const owners = await Promise.all([FIRST, SECOND, THIRD].map(async (address) => ({ address, by: await holders(address) })));
        const address = owners.find(({ by }) => by[0] !== leader)?.address;
        await Promise.all(names.map((_, index) => onNode(index, ownsFrom(address ?? FIRST))));
        const { gap, victim, now } = await drill((index) => onNode(index, "ip link set eth1 down").then(() => undefined), address);
        expect(gap).toBeLessThan(longest(30));
        const times = async (index: number, moment: 0 | 1): Promise<number[]> =>
            (await onNode(index, "cat /run/owned; touch /run/owned.end"))
                .split("\n")
                .filter(Boolean)
                .map((line) => Number(line.split(" ")[moment]));
        expect(Math.max(...(await times(victim, 0)))).toBeLessThan(Math.min(...(await times(now, 1))));
        const { code, report } = await ownCommand(stack, ["ha", "status", "--gateway", String(vmids.from + now)]);
        const away = expect.stringContaining(`node ${victim} (10.99.0.${victim + 1}) is disconnected, `) as string;
        expect({ code, report }).toMatchObject({ code: 1, report: { leader, faults: [away] } });
        await onNode(victim, "ip link set eth1 up");
        await healthy(now);
    });
});

test("addresses move when they are told to, and come back", async () => {
    const which = ["--gateway", String(vmids.from + 1)];
    const tested = await ownCommand(stack, ["ha", "test", ...which]);
    const moves = [FIRST, SECOND, THIRD].map((address) => ({
        address,
        there: expect.any(Number) as number,
        back: expect.any(Number) as number,
    }));
    expect(tested).toMatchObject({
        code: 0,
        report: { faults: [], moves: expect.arrayContaining(moves.map((each) => expect.objectContaining(each) as object)) as object },
    });
    process.stderr.write(`ctdb: ha test: ${JSON.stringify(tested.report["moves"])}\n`);
    expect(await ownCommand(stack, ["ha", "failover", ...which])).toMatchObject({ code: 0, report: { faults: [] } });
    expect(await onNode(1, "ip -4 -o address")).not.toMatch(new RegExp(` (${FIRST}|${SECOND}|${THIRD})/`.replaceAll(".", "\\.")));
    for (const address of [FIRST, SECOND, THIRD]) expect(await holders(address)).toHaveLength(1);
    await onNode(0, "ctdb disable; ctdb -n 2 disable");
    await ownCommand(stack, ["ha", "failback", ...which]);
    const { code, said } = await ownCommand(stack, ["ha", "failover", ...which]);
    expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining("no other gateway of the cluster is healthy") as string });
    await onNode(0, "ctdb enable; ctdb -n 2 enable");
    await healthy(1);
    await nothingLeft();
});

test("a gateway goes, and comes back, while a client writes: the others go on, and one that has gone serves nothing", async () => {
    stack.write(program(...gateways, cluster({}, ["two", "one", "three"]), ...used("cluster", { bob: true })));
    expect((await stack.up({ fails: true })).output).toMatch(/gateways\[1\] was gateways\[0\]: .*the end of the list/s);
    const writer = await Writer.start(within, at(FIRST), alice);
    const since = await onNode(0, "systemctl show -P MainPID ctdb");
    try {
        stack.write(program(...gateways, cluster(settings, ["one", "two"]), ...used("cluster", { bob: true })));
        await stack.up();
        await writer.goesOn();
        expect(await onNode(0, "ctdb status -X; cat /etc/ctdb/nodes")).toMatch(
            /^\|1\|10\.99\.0\.2(\|0)+\|N\|\n10\.99\.0\.1\n10\.99\.0\.2\n#$/m,
        );
        expect((await smbclient(within, at(own(2)), alice, "ls")).output).toMatch(
            /NT_STATUS_(BAD_NETWORK_NAME|ACCESS_DENIED|LOGON_FAILURE)/,
        );
        expect(
            await onNode(2, "getent passwd alice; getent group team; ls -A /etc/samba/pvesmb/*.d /etc/samba/pvesmb; ls /etc/ctdb"),
        ).not.toMatch(/alice|team|docs|cluster|follow|nodes/);
        await nothingLeft();
        stack.write(program(...gateways, cluster(settings), ...used("cluster", { bob: true })));
        await stack.up();
        await writer.goesOn();
    } finally {
        await writer.stop();
    }
    // Those that stayed never stopped.
    expect(await onNode(0, "systemctl show -P MainPID ctdb")).toBe(since);
    expect(new Set(await Promise.all(names.map((_, index) => onNode(index, WHO)))).size).toBe(1);
    await putFile(within, at(own(2)), bob, "d.txt", "by the gateway that came back\n");
    const written = await onNode(0, "cat /srv/pvesmb/docs/record-*");
    for (const record of writer.acknowledged) expect(written).toContain(`record ${record} end`);
    process.stderr.write(`ctdb: a gateway goes and comes: ${writer.gap.toFixed(1)} s\n`);
    await nothingLeft();
});

test("taken apart: the first gateway goes on with users and files, the others serve nothing", async () => {
    stack.write(program(...gateways, ...used("one")));
    await stack.up();
    expect(await getFile(within, at(own(0)), alice, "a.txt")).toBe("by the first address\n");
    for (const index of [1, 2])
        expect((await smbclient(within, at(own(index)), alice, "ls")).output).toMatch(
            /NT_STATUS_(BAD_NETWORK_NAME|ACCESS_DENIED|LOGON_FAILURE)/,
        );
    expect(await holders(FIRST)).toEqual([]);
    expect(await onNode(0, "id -u alice; ls /etc/samba/pvesmb /var/lib/pvesmb /srv/pvesmb/.pvesmb")).not.toMatch(
        /cluster|follow|ctdb-state|\.state/,
    );
    for (const index of [1, 2])
        expect(
            await onNode(index, "getent passwd alice; getent group team writers; ls -A /etc/samba/pvesmb/*.d /etc/samba/pvesmb"),
        ).not.toMatch(/alice|team|docs|cluster|follow/);
    await stack.destroy();
});
