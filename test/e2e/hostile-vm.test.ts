import { begun, claim, ended, flipping, NOTICED, NOTICED_ON_ZFS, sorted, swapping } from "./support/hostile-guest";
import { dataQuota, gateway, program, quota, share, user } from "./support/program";
import { alice, disk, GiB, MiB } from "./support/quota-drill";
import { runDirectory } from "./support/run-directory";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SoakReport } from "./support/soak-report";
import { Stack } from "./support/stack";
import { until } from "./support/until";
import { type VmWorkplace, vmWorkplace } from "./support/vm-workplace";

/**
 * hostile.test.ts on btrfs, real ZFS and XFS with project quotas (ext4's use the same calls): root of an unprivileged gateway attacks its
 * node and another gateway there. After each attack the node and the other gateway's data and limit are as before, and the other quota was
 * changed during the attack. `make soak ONLY=hostile`; software emulation, half an hour and more.
 */

interface Kind {
    vmids: { evil: number; good: number };
    /** The parent directory of both gateways' data. */
    top: string;
    make: string;
    args: { convert?: boolean };
    /** Prints what belongs to the neighbours only, except their limits. */
    theirs: string;
}

const projects = (type: "xfs" | "ext4", first: number, mkfs: string): Kind => ({
    vmids: { evil: first, good: first + 1 },
    top: `/${type}`,
    make: `${mkfs} ${disk(type)}; mkdir /${type}; mount -o prjquota ${disk(type)} /${type}; mkdir /${type}/evil /${type}/good`,
    args: {},
    theirs: `lsattr -pR /${type}/good/work; lsattr -pd /${type}/good /${type}/good/work; grep -v :/${type}/evil/ /etc/projects`,
});
const kinds: Record<string, Kind> = {
    zfs: {
        vmids: { evil: 121, good: 122 },
        top: "/rpool",
        make: `for d in evil good evil/other; do zfs create -o acltype=posixacl -o xattr=sa rpool/$d; done
            chown 100000:100000 /rpool/evil; zfs set refquota=77M rpool/evil/other; echo theirs > /rpool/evil/other/f; chmod 711 /rpool/evil/other`,
        args: { convert: true },
        theirs: "zfs get -Hp -r -t filesystem -o name,property,value mountpoint,quota rpool/good; zfs get -Hp refquota,quota,mountpoint rpool/evil/other",
    },
    xfs: projects("xfs", 123, "mkfs.xfs -q"),
};

const within = (argv: readonly string[]): string[] => [...argv];
const report = new SoakReport("hostile", "Root of a gateway against its node", ["what was tried", "nothing of it reached the node", "s"]);

let at: VmWorkplace;
beforeAll(async () => {
    at = await vmWorkplace({ xfs: GiB });
    report.fact("in a virtual machine, up after", `${at.boot.toFixed(0)} s`);
    for (const [what, value] of Object.entries(await at.versions())) report.fact(what, value);
});
afterAll(async () => {
    await at?.dispose();
});

/** What root of the gateway does before, while and after the deployer sets or changes the limit. */
interface Attack {
    before?: string;
    meanwhile?: string;
    after?: string;
    /** The output of `up`. */
    says: RegExp;
    /** The limit exists already; otherwise it is new. */
    stands?: boolean;
}

const docs = claim("/srv/pvesmb/docs");
/** Of a claim's place, on all file systems: who writes there is the node, when a limit is new. */
const claims: Record<string, Attack> = {
    "a FIFO in the place of a claim": { before: `mkfifo ${docs}`, after: `rm ${docs}`, says: /not a regular file/ },
    "a socket there": {
        before: `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/srv/pvesmb/s")'; mv /srv/pvesmb/s ${docs}`,
        after: `rm ${docs}`,
        says: /link or a socket/,
    },
    "a file there that a lease holds": {
        before: `echo '{"v":1}' > ${docs}; chmod 600 ${docs}`,
        meanwhile: `
import fcntl, signal
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = open("${docs}", "r+")
while True:
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError:
        pass
    time.sleep(0.01)
`,
        after: `rm -f ${docs}`,
        says: /another resource|Resource temporarily unavailable/,
    },
    "a link there": { before: `ln -s /etc/passwd ${docs}`, after: `rm ${docs}`, says: /link or a socket/ },
    "links without end where the claim is written": {
        meanwhile: `
seen = set()
while True:
    try:
        seen.update(name for name in os.listdir(".pvesmb/quotas") if name.startswith(".pvesmb-new-"))
    except OSError:
        pass
    for name in seen:
        try:
            os.symlink("/etc/cron.d/mine", ".pvesmb/quotas/" + name)
        except OSError:
            pass
`,
        after: "rm -f /srv/pvesmb/.pvesmb/quotas/.pvesmb-new-*",
        says: /File exists|limit created/,
    },
    "a link in the place of the claims": {
        before: "cd /srv/pvesmb/.pvesmb; mv quotas mine; ln -s /etc/cron.d quotas",
        after: "cd /srv/pvesmb/.pvesmb; rm quotas; mv mine quotas",
        says: /symlink/,
    },
    "a link in the place of the directory above the claims": {
        before: "cd /srv/pvesmb; mv .pvesmb mine; ln -s /etc .pvesmb",
        after: "cd /srv/pvesmb; rm .pvesmb; mv mine .pvesmb",
        says: /symlink/,
    },
    "the claims change places with a link to another gateway's, without end": {
        meanwhile: flipping(".pvesmb/quotas", "TOP/good/.pvesmb/quotas"),
        after: sorted(".pvesmb/quotas"),
        says: /symlink|limit created/,
    },
};

describe.each(Object.entries(kinds))("%s", (name, { vmids, top, make, args, theirs }) => {
    const good = `${top}/good`;
    const project = name !== "zfs";
    const seen = (what: string, run: () => Promise<void>): void => report.test(what, run, `${name}: ${what}`);
    const access = { alice: "full" } as const;
    let ours: string[];
    let neighbours: string[];
    let stack: Stack;
    let honest: Stack;
    let flags: Record<"evil" | "good", string[]>;
    let untouched: string;
    let size = 60;
    let turn = 0;

    const inEvil = (script: string): Promise<string> =>
        at.vm.run(`lxc-attach -n ${vmids.evil} --clear-env -- sh -eu`, { input: `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}\n` });
    const write = (...lines: string[]): void => stack.write(program(...ours, ...lines));
    const limit = (more = {}): string => quota("docs", "limit", { limit: `${size}MiB`, ...args, ...more });
    const attempted = (): Promise<string> =>
        stack.up().then(
            ({ output }) => output,
            (error: unknown) => String(error),
        );
    async function during<T>(attack: string | undefined, work: () => Promise<T>): Promise<T> {
        if (attack === undefined) return work();
        await inEvil(begun(attack.replaceAll("TOP", top)));
        try {
            return await work();
        } finally {
            await inEvil(ended);
        }
    }
    async function sizeOf(who: "evil" | "good", on: string): Promise<number> {
        const { output } = await smbclient(within, { host: "127.0.0.1", share: on }, alice, "du", flags[who]);
        const [, blocks, each] = /(\d+) blocks of size (\d+)\./.exec(output) ?? [];
        return Number(blocks) * Number(each);
    }

    /** The node's /etc, its mounts, paths that pvesmb must not touch, and the neighbours' state. */
    const state = (): Promise<string> =>
        at.vm.run(
            `find /etc -xdev -path /etc/projects -prune -o -printf '%p %y %m %U:%G %l\\n' | sort
            find /etc -xdev -type f -not -path /etc/projects -exec sha256sum {} + | sort -k2
            findmnt -rno TARGET,SOURCE | grep -v -e '^/var/lib/pvesmb/datasets/' -e '^/rpool/data/' | sort; ls -A /root; ${theirs}; ls -lanR --time-style=+ ${good}/work`,
        );
    /** The other gateway's limit is changed and is enforced. */
    async function neighbour(): Promise<void> {
        const wanted = ++turn % 2 === 0 ? 48 : 64;
        honest.write(program(...neighbours, quota("work", "limit", { limit: `${wanted}MiB`, ...args })));
        await honest.up();
        expect(Math.abs((await sizeOf("good", "work")) - wanted * MiB)).toBeLessThanOrEqual(MiB);
    }
    async function unharmed(): Promise<void> {
        expect(await state()).toBe(untouched);
        expect(await at.vm.run(`cut -d: -f2 /etc/projects 2>/dev/null || true`)).toMatch(new RegExp(`^(/[a-z0-9]+/(evil|good)/.*\n)*$`));
    }
    /** The declared state is reached once the obstacle is removed. */
    async function mended(): Promise<void> {
        await stack.up();
        expect(Math.abs((await sizeOf("evil", "docs")) - size * MiB)).toBeLessThanOrEqual(MiB);
        expect(await getFile(within, { host: "127.0.0.1", share: "docs" }, alice, "first.txt", flags.evil)).toBe("first\n");
    }

    beforeAll(async () => {
        await at.vm.run(`${make}; mkdir -p /etc/profile.d /etc/cron.hourly /etc/cron.d`);
        const { environment, connection } = at;
        const lxc = { template: "debian-12-samba", rootfs: { storage: "local-zfs", size: "2GiB" } };
        const files = (who: "evil" | "good"): string[] => [
            gateway(who, {
                node: "pve1",
                vmid: vmids[who],
                lxc,
                network: { bridge: "vmbr0", address: `10.86.0.${vmids[who]}/24` },
                data: { bind: `${top}/${who}` },
                connection,
            }),
            user(who, alice),
        ];
        ours = [...files("evil"), share("evil", "docs", access)];
        neighbours = [...files("good"), share("good", "work", access)];
        const create = (what: string, lines: string[]): Promise<Stack> =>
            Stack.create({
                runDirectory: runDirectory(),
                program: { text: program(...lines) },
                project: `${name}-${what}`,
                within,
                environment,
            });
        stack = await create("hostile", ours);
        honest = await create("honest", neighbours);
        await stack.up();
        await honest.up();
        const port = async (who: "evil" | "good"): Promise<string[]> => [
            ...["-t", "120", "-p"],
            String(await at.vm.forward(`10.86.0.${vmids[who]}`, 445)),
        ];
        flags = { evil: await port("evil"), good: await port("good") };
        await putFile(within, { host: "127.0.0.1", share: "work" }, alice, "theirs.txt", "theirs\n", flags.good);
        await neighbour();
        untouched = await state();
        await putFile(within, { host: "127.0.0.1", share: "docs" }, alice, "first.txt", "first\n", flags.evil);
        await inEvil("mkdir /srv/pvesmb/docs/sub; cd /srv/pvesmb/docs/sub; for i in $(seq 300); do echo $i > f$i; done");
    });
    afterAll(() => {
        stack?.dispose();
        honest?.dispose();
    });

    const isMade = async (): Promise<boolean> => (await stack.resources()).some(({ urn }) => urn.endsWith("::limit"));
    const attack = (what: string, { before = "true", meanwhile, after = "true", says, stands = false }: Attack): void =>
        seen(what, async () => {
            if (stands !== (await isMade())) {
                write(...(stands ? [limit()] : []));
                await stack.up();
            }
            await inEvil(before.replaceAll("TOP", top));
            try {
                size++;
                write(limit());
                const [output] = await during(meanwhile, () => Promise.all([attempted(), neighbour()]));
                await unharmed();
                expect(output).toMatch(says);
            } finally {
                await inEvil(after.replaceAll("TOP", top));
            }
        });
    const mends = (what: string): void => seen(`after ${what}: the limit and the files are as declared`, mended);

    if (!project)
        seen("a link in the place of the directory while it is made into a dataset", async () => {
            write(limit());
            const [output] = await during(swapping("docs", "/etc/profile.d", "00-mine.sh", "aside()"), () =>
                Promise.all([attempted(), neighbour()]),
            );
            await inEvil("cd /srv/pvesmb; rm -f docs .pvesmb-convert-*/00-mine.sh; rmdir docs.stolen-* || true");
            await unharmed();
            expect(output).toMatch(name === "zfs" ? NOTICED_ON_ZFS : NOTICED);
            await mended();
            expect(await inEvil("cd /srv/pvesmb; ls docs/sub | wc -l; ls -A | grep -c convert || true")).toBe("300\n0\n");
        });
    if (!project)
        seen("a link in the place of the files that wait, and of a folder among those that are copied", async () => {
            const more = share("evil", "more", access);
            write(limit(), more);
            await stack.up();
            await inEvil("cd /srv/pvesmb/more; mkdir sub; for i in $(seq 300); do echo $i > sub/f$i; done");
            const plans = quota("more", "moreLimit", { limit: "32MiB", convert: true });
            write(limit(), more, plans);
            const stolen = `
while not aside():
    pass
one = aside()[0]
while True:
    swap(one + "/sub", "/etc")
    swap(one, "/etc")
    break
`;
            const [output] = await during(stolen, () => Promise.all([attempted(), neighbour()]));
            await unharmed();
            expect(output).toMatch(name === "zfs" ? NOTICED_ON_ZFS : NOTICED);
            await inEvil(`cd /srv/pvesmb; for n in .pvesmb-convert-*; do [ ! -L $n ] || rm $n; done
                for n in .pvesmb-convert-*.stolen-*; do mv $n \${n%.stolen-*}; done; cd .pvesmb-convert-*; rm -f sub; mv sub.stolen-* sub`);
            await stack.up();
            expect(await inEvil("cd /srv/pvesmb; ls more/sub | wc -l; ls -A | grep -c convert || true")).toBe("300\n0\n");
            write(limit());
            await stack.up();
        });
    if (project) {
        attack("the directory changes places with a link to another gateway's, without end, while it gets its limit", {
            meanwhile: flipping("docs", "TOP/good/work"),
            after: sorted("docs"),
            says: /./,
        });
        attack("so does a folder in it", {
            meanwhile: flipping("docs/sub", "TOP/good/work"),
            after: sorted("docs/sub"),
            says: /something else was put in its place|limit created/,
        });
        attack("a tree without a bottom, that grows while it is marked", {
            meanwhile: `
os.chdir("docs")
for i in range(20000):
    os.mkdir("d")
    os.chdir("d")
`,
            after: "rm -rf /srv/pvesmb/docs/d",
            says: /nested too deeply|limit created/,
        });
        attack("a link to another gateway's directory in its place while its limit is changed", {
            stands: true,
            before: "cd /srv/pvesmb; mv docs docs.other; ln -s TOP/good/work docs",
            after: sorted("docs"),
            says: /symlink|no such directory/,
        });
        attack("the same, to and fro", { stands: true, meanwhile: flipping("docs", "TOP/good/work"), after: sorted("docs"), says: /./ });
        attack("a directory of its own in its place", {
            stands: true,
            before: "cd /srv/pvesmb; mv docs docs.other; mkdir docs",
            after: "cd /srv/pvesmb; rm -rf docs; mv docs.other docs",
            says: /./,
        });
    }
    mends("these");
    for (const [what, each] of Object.entries(claims)) attack(what, each);

    seen("a link above the limited directory", async () => {
        await inEvil(`cd /srv/pvesmb; ln -s /etc above; ln -s ${good} beside`);
        const paths = ["above/cron.hourly", "above", "beside/work"];
        const linked = paths.map((path, i) => dataQuota("evil", `linked${i}`, { path: `/srv/pvesmb/${path}`, limit: "16MiB", ...args }));
        write(limit(), ...linked);
        const [{ output }] = await Promise.all([stack.up({ fails: true, flags: ["--continue-on-error"] }), neighbour()]);
        await unharmed();
        expect(output.match(/(above|beside) in it is a symlink/g)?.length).toBeGreaterThanOrEqual(3);
        await inEvil("cd /srv/pvesmb; rm above beside");
        write(limit());
        await mended();
    });

    const section = "/etc/samba/pvesmb/shares.d/docs.conf";
    for (const [what, path] of [
        ["a share whose section names a directory above the data", "/srv/pvesmb/../good/work"],
        ...(project ? [] : [["a share whose section names a neighbour's dataset below the data", "/srv/pvesmb/other"] as const]),
    ] as const)
        attack(what, {
            stands: true,
            before: `cp ${section} /root/section; sed -i 's#path = .*#path = ${path}#' ${section}`,
            after: `cp /root/section ${section}`,
            says: /without \.\.|not the gateway's/,
        });

    if (!project) {
        attack("another file system mounted over the dataset in the gateway", {
            stands: true,
            before: "mount -t tmpfs none /srv/pvesmb/docs",
            after: "umount /srv/pvesmb/docs",
            says: /./,
        });
        seen(
            "the dataset unmounted in the gateway and a link in its place, then mounted anew on the node as at a boot, and the gateway started",
            async () => {
                await inEvil("cd /srv/pvesmb; umount docs; rmdir docs; ln -s /etc docs");
                size++;
                write(limit());
                const power = (what: "start" | "stop"): Promise<string> =>
                    at.api.control.run("POST", `/nodes/pve1/lxc/${vmids.evil}/status/${what}`).catch(String);
                await Promise.all([attempted(), neighbour()]);
                await unharmed();
                await power("stop");
                await at.vm.run("zfs unmount rpool/evil/docs; zfs mount rpool/evil/docs");
                await power("start");
                await unharmed();
                await at.vm.run("rm /rpool/evil/docs");
                await power("start");
                await until("the gateway answers", async () => (await sizeOf("evil", "docs").catch(() => 0)) > 0, 120);
                await mended();
                await neighbour();
                await unharmed();
            },
        );
    }
    if (!project)
        seen("smbd's memory is limited by cgroup v2: a process that takes more ends, smbd and the gateway run on", async () => {
            const unit = "/sys/fs/cgroup/system.slice/smbd.service";
            const running = (): Promise<string> => inEvil("systemctl show -P MainPID smbd; cut -d' ' -f22 /proc/1/stat");
            const before = await running();
            expect(
                await inEvil(`stat -fc %T /sys/fs/cgroup; systemctl show -p MemoryMax -p OOMPolicy smbd | sort; cat ${unit}/memory.max`),
            ).toBe("cgroup2fs\nMemoryMax=402653184\nOOMPolicy=continue\n402653184\n");
            const greedy = `sh -c 'echo $$ > ${unit}/cgroup.procs; exec python3 -c "bytearray(450 << 20)"' || echo ended with $?`;
            expect(await inEvil(greedy)).toBe("ended with 137\n");
            expect(await inEvil(`grep -c '^oom_kill [1-9]' ${unit}/memory.events`)).toBe("1\n");
            expect(await running()).toBe(before);
            expect(await sizeOf("evil", "docs")).toBeGreaterThan(0);
        });
    mends("all");

    seen("destroy takes the gateway and its limits, and nothing of the other's", async () => {
        await stack.destroy();
        await neighbour();
        await unharmed();
        await honest.destroy();
    });
});
