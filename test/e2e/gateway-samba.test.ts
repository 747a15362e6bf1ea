import type { SmbGatewayArgs } from "../../sdk/nodejs/generated/smb-gateway";
import { answers } from "./support/answers";
import { inNetworkView } from "./support/discovery";
import { type Guest, inGuest } from "./support/guests";
import { run, start } from "./support/process";
import { gateway, program, share, smallArgs, user } from "./support/program";
import { hasDebiansSamba } from "./support/samba-version";
import { getFile, putFile, smbclient } from "./support/smb-client";
import { SmbSession } from "./support/smb-session";
import type { Result, Stack } from "./support/stack";
import { eventually } from "./support/until";
import { type Workplace, workplace } from "./support/workplace";

/** The Samba settings of the whole gateway, changed through the CLI and checked by clients or on the gateway. */

const vmids = { from: 5640, to: 5659 };
const host = "10.86.0.92";
const guest: Pick<Guest, "node" | "vmid"> = { node: "pve1", vmid: 5640 };
const alice = { user: "alice", password: "alice's long p4ssword" };
const docs = { host, share: "docs" };

let place: Workplace;
let stack: Stack;
const within = (argv: readonly string[]): string[] => place.lab.within(argv);
const lines = (samba: SmbGatewayArgs["samba"], more: string[] = [], args: Partial<SmbGatewayArgs> = {}): string =>
    program(
        gateway("files", { ...smallArgs(host, vmids), vmid: guest.vmid, samba, ...args }),
        user("files", alice),
        share("files", "docs", { alice: "full" }, { audit: {} }),
        share("files", "plain", { alice: "full" }, { macos: false }),
        ...more,
    );
const up = (samba: SmbGatewayArgs["samba"]): Promise<Result> => (stack.write(lines(samba)), stack.up());
const refused = async (samba: SmbGatewayArgs["samba"], more: string[] = []): Promise<string> => {
    stack.write(lines(samba, more));
    return (await stack.up({ fails: true })).output;
};
const spoken = async (protocol: string): Promise<boolean> => (await smbclient(within, docs, alice, "ls", ["-m", protocol])).code === 0;
/** What nmap says of signing, and the protocols that it finds. Its scripts leave out what a server is too slow to say. */
const nmapFinds = (signing: string, protocols?: string[]): Promise<void> =>
    eventually(async () => {
        const { stdout } = await run(within(["nmap", "-Pn", "-p445", "--script", "smb2-security-mode,smb-protocols", host]));
        expect(stdout).toContain(`Message signing enabled ${signing}`);
        const found = [...stdout.matchAll(/^\|_? +(\d{3})$/gm)].map(([, name = ""]) => name);
        if (protocols !== undefined) expect(found).toEqual(protocols);
    });

beforeAll(async () => {
    place = await workplace(vmids);
    stack = await place.stack(lines({}));
    await stack.up();
});
afterAll(() => place?.dispose());

test("a fresh gateway shows ssh and SMB 3 with signing, and nothing else", async () => {
    const { stdout } = await run(within(["nmap", "-Pn", "-n", "-T4", "-p-", "--open", "-oG", "-", host]));
    expect([...stdout.matchAll(/(\d+)\/open\/(\w+)\/\//g)].map(([, port, protocol]) => `${protocol} ${port}`)).toEqual([
        "tcp 22",
        "tcp 445",
    ]);
    await nmapFinds("and required", ["300", "302", "311"]);
    expect(await inGuest(guest, "ss -Hlnu | awk '{ print $4 }' | grep -v ^127 || true")).toBe("");
});

test("everything at once, announced by the preview, and then there is nothing to do", async () => {
    expect(await spoken("SMB2_10")).toBe(false);
    const everything: SmbGatewayArgs["samba"] = {
        workgroup: "OFFICE",
        serverString: "Office files",
        netbiosName: "nas",
        interfaces: ["eth0"],
        minProtocol: "SMB2_10",
        signing: "auto",
        multichannel: false,
        guests: "never",
        macos: true,
        logging: { target: "file", maxSize: "64KiB", keep: 2, logins: true },
        lockout: { attempts: 3, minutes: 60 },
        discovery: { wsdd: true, avahi: true },
        timeZone: "Asia/Tokyo",
        options: { deadtime: "10" },
    };
    stack.write(lines(everything));
    const { output } = await stack.preview({ flags: ["--diff"] });
    expect(output.match(/SmbGateway files: samba\.[\w.]+(?=: smbd is restarted)/g)?.sort()).toEqual(
        ["interfaces", "logging.target", "macos", "minProtocol", "multichannel", "netbiosName", "timeZone", "workgroup"].map(
            (name) => `SmbGateway files: samba.${name}`,
        ),
    );
    expect(output).toContain("SmbGateway files: samba.guests: applies to new sessions");
    await up(everything);
    await stack.settled();
});

test("an independent client finds the protocols and the signing that are set", async () => {
    await nmapFinds("but not required", ["210", "300", "302", "311"]);
});

test("older clients are let in, smbd listens where it should", async () => {
    expect(await spoken("SMB2_10")).toBe(true);
    const listening = await inGuest(guest, "ss -Hltn sport = :445");
    expect(listening).toContain(`${host}:445`);
    expect(listening).not.toMatch(/0\.0\.0\.0:445|\*:445/);
    const config = await inGuest(guest, "testparm -s 2>/dev/null");
    for (const text of ["workgroup = OFFICE", "server string = Office files", "netbios name = NAS", "deadtime = 10"])
        expect(config).toContain(text);
});

test("every share is fit for macOS, in the right order", async () => {
    const section = await inGuest(guest, "testparm -s --section-name=docs 2>/dev/null");
    expect(section).toContain("vfs objects = full_audit fruit streams_xattr");
    await putFile(within, docs, alice, "x.txt", "with a stream\n");
    expect(await getFile(within, docs, alice, "x.txt")).toBe("with a stream\n");
    expect(await inGuest(guest, "testparm -sv --section-name=plain 2>/dev/null")).toMatch(/vfs objects =\s*$/m);
});

test("audits are in a file of their own that is rotated", async () => {
    await smbclient(within, docs, alice, "rename x.txt y.txt");
    expect(await inGuest(guest, "cat /var/log/samba/audit.log")).toMatch(/alice\|10\.86\.\d+\.\d+\|docs\|renameat\|ok\|/);
    await inGuest(guest, "logrotate --force --verbose /etc/logrotate.d/pvesmb && ls /var/log/samba/audit.log.1");
    await smbclient(within, docs, alice, "rename y.txt z.txt");
    expect(await inGuest(guest, "cat /var/log/samba/audit.log")).toContain("z.txt");
});

test("a log that grows is rotated every minute, and by smbd itself where that is too late", async () => {
    expect(await inGuest(guest, "systemctl is-active pvesmb-logs.timer")).toBe("active\n");
    // The rounds here are the test's own: a full minute may pass in the middle of them.
    await inGuest(guest, "systemctl stop pvesmb-logs.timer");
    const grow = (kib: number): Promise<string> => inGuest(guest, `yes grown | head -c ${kib}K >> /var/log/samba/audit.log`);
    await grow(70);
    await inGuest(guest, "rm -f /var/log/samba/audit.log.*; systemctl start pvesmb-logs && ls /var/log/samba/audit.log.1");
    await grow(300);
    const names = Array.from({ length: 130 }, (_, i) => `rename ${i % 2 ? "r" : "z"}.txt ${i % 2 ? "z" : "r"}.txt`);
    await smbclient(within, docs, alice, names.join("; "));
    expect(await inGuest(guest, "stat -c %s /var/log/samba/audit.log.old")).toMatch(/^3\d{5}\n$/);
    expect(Number(await inGuest(guest, "stat -c %s /var/log/samba/audit.log"))).toBeLessThan(256 * 1024);
    await inGuest(guest, "systemctl start pvesmb-logs.timer");
});

test("an account is locked after as many failed logins as are set, others are not, and a change by hand is undone", async () => {
    const status = async (login: typeof alice): Promise<string> => (await smbclient(within, docs, login, "ls")).output;
    for (let i = 0; i < 3; i++) await status({ ...alice, password: "not hers" });
    expect(await status(alice)).toContain("NT_STATUS_ACCOUNT_LOCKED_OUT");
    await inGuest(guest, "pdbedit -z -u alice -c '[]'; pdbedit -P 'bad lockout attempt' -C 0");
    expect(await status(alice)).not.toContain("NT_STATUS");
    const { output } = await stack.refresh({ flags: ["--diff"] });
    expect(output).toMatch(/attempts\s*: 3 => 0/);
    await stack.up();
    expect(await inGuest(guest, "pdbedit -P 'bad lockout attempt'; pdbedit -P 'lockout duration'")).toMatch(/is: 3\n[^]*is: 60\n/);
});

test("sshd lets in by key and forwards nothing, whatever another file of its folder says", async () => {
    await inGuest(guest, "echo 'PasswordAuthentication yes' > /etc/ssh/sshd_config.d/50-other.conf; systemctl reload ssh");
    const found = await inGuest(guest, "/usr/sbin/sshd -T");
    for (const setting of ["passwordauthentication no", "kbdinteractiveauthentication no", "permitrootlogin without-password"])
        expect(found).toContain(`${setting}\n`);
    for (const what of ["allowtcpforwarding", "allowagentforwarding", "x11forwarding", "allowstreamlocalforwarding", "permittunnel"])
        expect(found).toContain(`${what} no\n`);
    const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "BatchMode=yes"].flatMap((option) => ["-o", option]);
    // sshd that reads its files again listens anew.
    await answers(guest, host);
    const asked = await start(within(["ssh", "-v", ...options, `root@${host}`, "true"])).done;
    expect(asked.output).toContain("Authentications that can continue: publickey\r\n".trim());
    expect(asked.output).not.toMatch(/can continue: \S*(password|keyboard)/);
});

test("a security update of Samba that waits is named in a refresh, which changes nothing", async () => {
    await inGuest(
        guest,
        `set -e; mkdir -p /root/fix/dists/bookworm-security/main/binary-amd64; cd /root/fix/dists/bookworm-security
        apt-cache show samba | sed '/^$/q; s/^Version: .*/Version: 2:99.1-0+deb12u1/' > main/binary-amd64/Packages
        printf 'Origin: Debian\nLabel: Debian-Security\nSuite: oldstable-security\nCodename: bookworm-security\nComponents: main\nArchitectures: amd64\n' > Release
        chmod -R a+rX /root; echo 'deb [trusted=yes] file:/root/fix bookworm-security main' > /etc/apt/sources.list.d/fix.list
        apt-get -q update -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/fix.list -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0`,
    );
    const { output } = await stack.refresh({ flags: ["--expect-no-changes"] });
    expect(output).toMatch(/a security update of Samba is available \(4\.\d+\.\S+ to 99\.1-0\+deb12u1\)/);
    await inGuest(guest, "rm -r /root/fix /etc/apt/sources.list.d/fix.list; rm -f /var/lib/apt/lists/_root_fix*; apt-cache gencaches");
});

test("every login is a line of JSON", async () => {
    const logins = async (): Promise<Record<string, unknown>[]> =>
        (await inGuest(guest, "grep '\"Authentication\"' /var/log/samba/logins.json"))
            .split("\n")
            .filter(Boolean)
            .map((line) => (JSON.parse(line) as { Authentication: Record<string, unknown> }).Authentication);
    await smbclient(within, docs, { ...alice, password: "not hers" }, "ls");
    await smbclient(within, docs, alice, "ls");
    expect((await logins()).slice(-2)).toEqual(
        ["NT_STATUS_WRONG_PASSWORD", "NT_STATUS_OK"].map(
            (status) =>
                expect.objectContaining({
                    status,
                    clientAccount: "alice",
                    remoteAddress: expect.stringMatching(/^ipv4:10\.86\./) as string,
                }) as object,
        ),
    );
    expect(await inGuest(guest, "cat /var/log/samba/logins.json")).not.toContain("not hers");
});

test("clients find it, and its clock is where it should be", async () => {
    expect(await inGuest(guest, "systemctl is-active wsdd avahi-daemon")).toBe("active\nactive\n");
    expect(await inGuest(guest, "date +%Z; tr '\\0' ' ' < /proc/$(pgrep -of wsdd)/cmdline")).toMatch(/^JST\n.*--workgroup OFFICE/);
});

test("guests are refused by name", async () => {
    const more = ['new pvesmb.SmbShare("open", { gateway: files, guest: true });'];
    expect(await refused({ guests: "never" }, more)).toMatch(/guest: the gateway accepts no guests \(`samba\.guests` is `never`, or/);
});

test("an option that this version does not have is refused with the version, and nothing has changed", async () => {
    const configured = (): Promise<string> => inGuest(guest, "cat /etc/samba/smb.conf");
    const before = await configured();
    const debians = await hasDebiansSamba(guest);
    if (debians) {
        expect(await refused({ directoryLeases: true })).toMatch(/`smb3 directory leases` needs Samba 4\.22; the gateway has 4\.17/);
        expect(await refused({ options: { "dns hostname": "files.example" } })).toMatch(/Unknown parameter encountered: "dns hostname"/);
    } else {
        expect(await refused({ options: { "server smb transports": "tcp" } })).toMatch(
            /Unknown parameter encountered: "server smb transports"/,
        );
    }
    expect(await configured()).toBe(before);
    if (debians) return;
    await up({ directoryLeases: true });
    expect(await configured()).toContain("smb3 directory leases = yes");
});

test("what is switched off again is off", async () => {
    await up({});
    expect(await spoken("SMB2_10")).toBe(false);
    expect(await spoken("SMB3_11")).toBe(true);
    await nmapFinds("and required", ["300", "302", "311"]);
    expect(await inGuest(guest, "testparm -s --section-name=docs 2>/dev/null")).toContain("vfs objects = full_audit\n");
    expect(await inGuest(guest, "systemctl is-active wsdd avahi-daemon pvesmb-logs.timer || true")).toBe("inactive\ninactive\ninactive\n");
    expect(await inGuest(guest, "pdbedit -P 'bad lockout attempt'")).toMatch(/is: 0\n/);
    await stack.settled();
});

test("the network view of Windows shows the server by its name", async () => {
    await up({ discovery: { avahi: true, wsdd: true } });
    await eventually(async () => expect(await inNetworkView(within)).toEqual(["FILES/Workgroup:WORKGROUP"]));
    await up({});
});

test("guests do what a share's inputs say, without a word about rights, and all other shares go on to be encrypted", async () => {
    const guests = (args: string): string =>
        `new pvesmb.SmbShare("${args.split(" ")[0]}", { gateway: files, guest: true, ${args.split(" ").slice(1).join(" ")} });`;
    stack.write(
        lines({}, [
            guests('box access: [{ user: alice.name, level: "change" }]'),
            guests('board access: [{ user: alice.name, level: "full" }], readOnly: true'),
        ]),
    );
    await stack.up();
    const as = (name: string, commands: string): Promise<string> =>
        smbclient(within, { host, share: name }, { user: "nosuch", password: "" }, commands).then(({ output }) => output);
    expect(
        await as("box", "put /etc/hostname theirs.txt; mkdir more; put /etc/hostname more\\x; rename theirs.txt t.txt; ls"),
    ).not.toContain("NT_STATUS");
    await putFile(within, { host, share: "box" }, alice, "hers.txt", "x\n");
    expect(await as("box", "get hers.txt /dev/null; put /etc/hostname hers.txt; ls")).not.toContain("NT_STATUS");
    expect((await smbclient(within, { host, share: "box" }, alice, "del t.txt; deltree more; ls")).output).not.toMatch(
        /NT_STATUS| t\.txt|more/,
    );
    await inGuest(guest, "echo news > /srv/pvesmb/board/news && setfacl -R -m u:nobody:r /srv/pvesmb/board/news");
    expect(await as("board", "get news /dev/null")).not.toContain("NT_STATUS");
    expect(await as("board", "put /etc/hostname news")).toContain("NT_STATUS_ACCESS_DENIED");
    expect(await as("docs", "ls")).toContain("NT_STATUS_ACCESS_DENIED");
    await stack.settled();
    const session = await SmbSession.open(within, { host, share: "plain" }, alice);
    try {
        const { tcons } = JSON.parse(await inGuest(guest, "smbstatus --json")) as {
            tcons: Record<string, { service: string; encryption: { degree: string } }>;
        };
        expect(Object.values(tcons).flatMap(({ service, encryption }) => (service === "plain" ? [encryption.degree] : []))).toEqual([
            "full",
        ]);
    } finally {
        session.close();
    }
    await up({});
    expect(await as("docs", "ls")).toContain("NT_STATUS_LOGON_FAILURE");
});

test("an upgrade of the packages that brings the distribution's file and services back is named, and undone", async () => {
    await inGuest(guest, "cp /usr/share/samba/smb.conf /etc/samba/smb.conf && systemctl enable --now nmbd && systemctl restart smbd");
    await nmapFinds("but not required");
    const { output } = await stack.refresh({ flags: ["--diff"] });
    for (const named of ["server min protocol = (missing) instead of SMB3_00", "[printers] added by hand", "service nmbd: enabled"])
        expect(output).toContain(named);
    await up({});
    expect([await spoken("SMB2_10"), await spoken("SMB3_11")]).toEqual([false, true]);
    await nmapFinds("and required");
    expect(await inGuest(guest, "systemctl is-active nmbd || true")).toBe("inactive\n");
    await stack.settled();
});
