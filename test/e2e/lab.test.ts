import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Client from "../lab/src/client";
import { identify } from "../lab/src/machine/processes";
import type * as SupportedLab from "./support/lab";
import type * as LabOwner from "./support/lab-owner";
import { repository } from "./support/package";
import { type Outcome, run, start } from "./support/process";
import { eventually, until } from "./support/until";

/**
 * The lab itself, through its API, SSH and SMB. This is a second lab beside the one for the other tests, so that it can be crashed and
 * taken down here.
 */
const labName = [process.env["LAB_NAME"], "t"].filter(Boolean).join("-");
process.env["LAB_NAME"] = labName;

let client: typeof Client;
let credentials: string;

const labCommand = [join(repository, "node_modules/.bin/tsx"), join(repository, "test/lab/src/cli.ts")];
const lab = (...words: string[]): Promise<Outcome> => run([...labCommand, ...words], { env: process.env });

/** Calls the API by curl as root@pam; secrets go through stdin. */
async function api<T = unknown>(method: string, path: string, params: Record<string, string> = {}): Promise<T> {
    const access = client.labAccess();
    const body = Object.entries(params).map(([key, value]) => `data-urlencode = ${JSON.stringify(`${key}=${value}`)}`);
    const config = [
        `url = "${access.nodes[0]?.endpoint}/api2/json${path}"`,
        `request = ${method}`,
        `cacert = "${access.caFile}"`,
        ...body,
        credentials,
    ].join("\n");
    const { stdout, stderr } = await client.runAtWorkstation(["curl", "--silent", "--show-error", "--config", "-"], { input: config });
    const answer = JSON.parse(stdout || JSON.stringify({ message: stderr })) as { data: T; message?: string };
    if (answer.message !== undefined) throw new Error(`${method} ${path}: ${answer.message}`);
    return answer.data;
}

async function login(): Promise<void> {
    const { username, password } = client.labAccess();
    credentials = "";
    const { ticket, CSRFPreventionToken: csrf } = await api<{ ticket: string; CSRFPreventionToken: string }>("POST", "/access/ticket", {
        username,
        password,
    });
    credentials = `header = "CSRFPreventionToken: ${csrf}"\ncookie = "PVEAuthCookie=${encodeURIComponent(ticket)}"`;
}

/** Waits for a task; returns its exit status and log. */
async function ended(method: string, path: string, params?: Record<string, string>): Promise<{ exit: string | undefined; log: string }> {
    const upid = encodeURIComponent(await api<string>(method, path, params));
    for (;;) {
        const { status, exitstatus } = await api<{ status: string; exitstatus?: string }>("GET", `/nodes/pve1/tasks/${upid}/status`);
        if (status === "running") continue;
        const lines = await api<{ t: string }[]>("GET", `/nodes/pve1/tasks/${upid}/log`);
        return { exit: exitstatus, log: lines.map(({ t }) => `${t}\n`).join("") };
    }
}

async function task(method: string, path: string, params?: Record<string, string>): Promise<void> {
    const { exit, log } = await ended(method, path, params);
    if (exit !== "OK") throw new Error(`${method} ${path}: ${exit}\n${log}`);
}

/** Runs a command in a guest over SSH and waits for sshd first; throws unless it exits with 0. */
async function inGuest(address: string, command: string): Promise<string> {
    return until(`sshd of ${address} answers`, async () => {
        const result = await client.runAtWorkstation(client.sshArguments(address, client.labAccess().nodeKey, command));
        if (result.code === 0) return result.stdout;
        if (result.code !== 255) throw new Error(`${command} ended with ${result.code}: ${result.stderr}`);
        return undefined;
    });
}

async function onNode(command: string): Promise<{ code: number; stdout: string; stderr: string }> {
    return client.runOnNode("pve1", command);
}

async function createGuest(vmid: number, ip: string, template: string, storage?: string): Promise<void> {
    await task("POST", "/nodes/pve1/lxc", {
        vmid: String(vmid),
        ostemplate: `local:vztmpl/${template}_12.7-1_amd64.tar.zst`,
        unprivileged: "1",
        features: "nesting=1",
        hostname: `guest${vmid}`,
        memory: "512",
        rootfs: `${storage ?? "local"}:2`,
        mp0: `${storage ?? "tank"}:0.25,mp=/srv/data`,
        net0: `name=eth0,bridge=vmbr0,ip=${ip}`,
        "ssh-public-keys": readFileSync(`${client.labAccess().nodeKey}.pub`, "utf8"),
        start: "1",
    });
}

/** Whether a text has this path or one below it; another lab's name may begin with this one's. */
const within = (path: string) => (text: string) => new RegExp(`${path}(/|\\s|$)`).test(text);

/** Everything that a lab of that name could leave on the machine. */
function traces(): string[] {
    const namespaces = existsSync("/run/netns") ? readdirSync("/run/netns").filter((name) => name.startsWith(`pvesmb-${labName}-`)) : [];
    const directory = `/var/lib/pvesmb-lab-${labName}`;
    const isIts = within(directory);
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter(isIts);
    const loops = readdirSync("/sys/block")
        .filter((name) => existsSync(`/sys/block/${name}/loop/backing_file`))
        .filter((name) => isIts(readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8")));
    const processes = readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .flatMap(processOfLab);
    const cgroups = ["", ...readdirSync("/sys/fs/cgroup")].filter((name) =>
        existsSync(join("/sys/fs/cgroup", name, `pvesmb-lab-${labName}`)),
    );
    const links = readdirSync("/sys/class/net").filter((name) => /^(veth\d|vmbr|sw0)/.test(name));
    return [...namespaces, ...mounts, ...loops, ...processes, ...cgroups, ...links, ...(existsSync(directory) ? [directory] : [])];
}

/** Describes a process of the lab. Zombies that the machine's init has not reaped yet don't count. */
function processOfLab(pid: string): string[] {
    try {
        const state = /^State:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
        const cgroup = readFileSync(`/proc/${pid}/cgroup`, "utf8")
            .split("\n")
            .find(within(`/pvesmb-lab-${labName}`));
        if (state.startsWith("Z") || cgroup === undefined) return [];
        return [`${pid} ${state} ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")} in ${cgroup}`];
    } catch {
        return []; // The process has ended.
    }
}

beforeAll(async () => {
    await lab("down");
    await lab("up");
    client = jest.requireActual<typeof Client>("../lab/src/client"); // Imported late: the name decides its paths.
    await login();
});
afterAll(() => lab("down"));

test("a second up says that the lab is up and changes nothing", async () => {
    const before = client.labAccess();
    expect((await lab("up")).stdout).toContain("already up");
    expect(client.labAccess()).toEqual(before);
});

describe("a guest with Samba in its template", () => {
    const address = "10.86.0.51";
    beforeAll(() => createGuest(101, `${address}/24,gw=10.86.0.1`, "debian-12-samba"));

    test("boots healthy, unprivileged, with its name and volumes", async () => {
        expect(await inGuest(address, "systemctl is-system-running --wait; hostname")).toBe("running\nguest101\n");
        expect(await inGuest(address, "cat /proc/self/uid_map")).toMatch(/^\s*0\s+100000\s+65536\s*$/);
        expect(await inGuest(address, "stat -c %u:%g /srv/data")).toBe("0:0\n");
        expect(await inGuest(address, "getent hosts pve1.lab; ! getent hosts nowhere.example")).toContain("10.86.0.11");
    });

    test("gets a volume while it runs, of an enforced size that grows while it is used", async () => {
        await api("PUT", "/nodes/pve1/lxc/101/config", { mp1: "tank:0.125,mp=/srv/new/volume" });
        const fill = "dd if=/dev/zero of=/srv/new/volume/big bs=1M count=200 2>&1; stat -c %s /srv/new/volume/big";
        expect(await inGuest(address, fill)).toContain("No space left on device");
        await task("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp1", size: "512M" });
        expect(await inGuest(address, fill)).toContain(`\n${200 * 1024 * 1024}\n`);
        const { size } =
            (await api<{ volid: string; size: number }[]>("GET", "/nodes/pve1/storage/tank/content")).find(({ volid }) =>
                volid.endsWith("disk-1.raw"),
            ) ?? {};
        expect(size).toBe(512 * 1024 * 1024);
    });

    test("gets no more memory than it may have", async () => {
        expect(await inGuest(address, "python3 -c 'bytearray(900 << 20)'; echo $?")).toBe("137\n");
    });

    test("serves files to the workstation", async () => {
        const share = "[docs]\\npath = /srv/data/docs\\nread only = no\\n";
        await inGuest(
            address,
            `mkdir -m 777 /srv/data/docs && printf '${share}' >> /etc/samba/smb.conf && useradd -M alice && printf 'pw\\npw\\n' | smbpasswd -s -a alice && smbcontrol all reload-config`,
        );
        const smb = ["smbclient", `//${address}/docs`, "--user=alice%pw", "--command"];
        expect((await client.runAtWorkstation([...smb, "put /etc/hosts hosts"])).code).toBe(0);
        expect(await inGuest(address, "cat /srv/data/docs/hosts")).toBe(readFileSync("/etc/hosts", "utf8"));
        expect(
            (await client.runAtWorkstation(["smbclient", `//${address}/docs`, "--user=alice%wrong", "--command", "ls"])).stdout,
        ).toContain("NT_STATUS_LOGON_FAILURE");
    });

    test("is reached by pct exec, push and pull on its node", async () => {
        expect(await onNode("echo hello | pct exec 101 -- sh -c 'cat; exit 7'")).toMatchObject({ code: 7, stdout: "hello\n" });
        expect(await onNode("pct exec 101 -- nosuch")).toMatchObject({ code: 127 });
        expect(await onNode("pct exec 999 -- true")).toMatchObject({
            code: 2,
            stderr: "Configuration file 'nodes/pve1/lxc/999.conf' does not exist\n",
        });
        expect(await onNode("pct push 101 /etc/hostname /tmp/name && pct exec 101 -- cat /tmp/name")).toMatchObject({
            code: 0,
            stdout: "pve1\n",
        });
        expect(await onNode("pct push 101 /no/such/file /tmp/name")).toMatchObject({
            code: 0,
            stderr: expect.stringContaining("/no/such/file") as string,
        });
    });

    test("answers a long-lived pct exec line by line, and the command ends with its caller", async () => {
        const command =
            "pct exec 101 -- sh -c 'echo $$ > /tmp/pid; while read line; do echo $line; done' & until pct exec 101 -- test -s /tmp/pid; do sleep 0.1; done; kill -9 $!; wait";
        await onNode(command);
        await eventually(async () => expect((await inGuest(address, "kill -0 $(cat /tmp/pid) 2>&1 || echo gone")).trim()).toMatch(/gone$/));
        const child = client.spawnAtWorkstation(client.sshArguments("10.86.0.11", client.labAccess().nodeKey, "pct exec 101 -- cat"), {
            stdio: ["pipe", "pipe", "inherit"],
        });
        const echo = (text: string): Promise<number> => {
            const began = performance.now();
            child.stdin?.write(`${text}\n`);
            return new Promise((resolve) => child.stdout?.once("data", () => resolve(performance.now() - began)));
        };
        await echo("first");
        const times: number[] = [];
        for (let round = 0; round < 20; round++) times.push(await echo(`line ${round}`));
        child.stdin?.end();
        // What the way to the guest costs is in each answer (a delayed acknowledgement takes 40 ms), what a busy machine costs is not.
        expect(times.sort((a, b) => a - b)[4]).toBeLessThan(40);
    });

    test("that reboots by itself comes back with what was pending", async () => {
        await api("PUT", "/nodes/pve1/lxc/101/config", { hostname: "renamed" });
        await onNode("pct exec 101 -- systemctl reboot");
        await until("it has rebooted", async () => (await inGuest(address, "hostname")) === "renamed\n");
        expect(await inGuest(address, "hostname; cat /srv/data/docs/hosts | wc -l")).toMatch(/^renamed\n[1-9]/);
    });

    test("that crashes is stopped, and starts again with its data", async () => {
        await client.machineControl("crash", { node: "pve1", vmid: 101 });
        const status = async (): Promise<string> => (await api<{ status: string }>("GET", "/nodes/pve1/lxc/101/status/current")).status;
        await until("it is stopped", async () => (await status()) === "stopped");
        expect(await onNode("pct exec 101 -- true")).toMatchObject({ code: 255, stderr: "container '101' not running!\n" });
        expect(await onNode("pct start 101")).toMatchObject({ code: 0 });
        expect(await inGuest(address, "ls /srv/data/docs")).toBe("hosts\n");
    });
});

describe("a guest of the standard template, by DHCP", () => {
    let address = "";
    beforeAll(async () => {
        await createGuest(102, "dhcp", "debian-12-standard");
        address = await until("an address", async () => {
            const interfaces = await api<{ name: string; inet?: string }[] | null>("GET", "/nodes/pve1/lxc/102/interfaces");
            return interfaces?.find(({ name }) => name === "eth0")?.inet?.split("/")[0];
        });
    });

    test("has neither Samba nor Python, and installs both from the lab's own archive", async () => {
        expect(await inGuest(address, "command -v smbd python3 || echo none")).toBe("none\n");
        await inGuest(address, "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y samba >/dev/null 2>&1");
        expect(await inGuest(address, "systemctl is-active smbd; python3 -c 'print(1 + 1)'")).toBe("active\n2\n");
    });

    test("shuts down when asked", async () => {
        await task("POST", "/nodes/pve1/lxc/102/status/shutdown", { timeout: "120" });
        expect((await api<{ status: string }>("GET", "/nodes/pve1/lxc/102/status/current")).status).toBe("stopped");
    });
});

/** The process that keeps the lab's node alive: mount namespaces cloned from its own have copies of all guests' mounts. */
function keeper(): string {
    const holds = (pid: string): boolean => {
        const seen = (file: string): string => readFileSync(`/proc/${pid}/${file}`, "utf8");
        try {
            return (
                seen("cmdline") === "sleep\0infinity\0" && seen("mountinfo").includes(`/var/lib/pvesmb-lab-${labName}/nodes/pve1/guests/`)
            );
        } catch {
            return false; // The process has ended.
        }
    };
    const found = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && holds(name));
    if (found[0] === undefined) throw new Error("the node's keeper is not there, or no guest runs on it");
    return found[0];
}

describe("a guest without nesting, made and changed by an administrator's hands", () => {
    const warning = "WARN: Systemd 252 detected. You may need to enable nesting.\n";
    const inside = (vmid: number, command: string): ReturnType<typeof onNode> => onNode(`pct exec ${vmid} -- sh -c '${command}'`);

    test("is warned of by its create and its start; while it runs it has a process and pressures", async () => {
        const made = await ended("POST", "/nodes/pve1/lxc", {
            vmid: "120",
            ostemplate: "local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst",
            rootfs: "tank:1",
            unprivileged: "1",
            hostname: "before",
        });
        expect(made).toEqual({ exit: "WARNINGS: 1", log: expect.stringContaining(warning) as string });
        expect(await ended("POST", "/nodes/pve1/lxc/120/status/start")).toEqual({
            exit: "WARNINGS: 1",
            log: `${warning}TASK WARNINGS: 1\n`,
        });
        expect(await api("GET", "/nodes/pve1/lxc/120/status/current")).toMatchObject({
            pid: expect.any(Number) as number,
            pressurememorysome: expect.stringMatching(/^\d+\.\d\d$/) as string,
        });
        const [volume] = await api<{ parent: null; size: number; used: number }[]>("GET", "/nodes/pve1/storage/tank/content?vmid=120");
        expect(volume).toMatchObject({ parent: null, size: 2 ** 30 });
        expect(volume?.used).toBeGreaterThan(50 * 2 ** 20);
        expect(volume?.used).toBeLessThan(2 ** 30);
    });

    test("is cloned with all it wrote, though something still holds its file system", async () => {
        const hold = run(
            ["nsenter", `--target=${keeper()}`, "--mount", "unshare", "--mount", "--propagation", "private", "sleep", "15"],
            {},
        );
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(await inside(120, "head -c 20000000 /dev/urandom > /root/data; md5sum < /root/data > /root/sum")).toMatchObject({ code: 0 });
        await ended("POST", "/nodes/pve1/lxc/120/status/stop");
        expect(await ended("POST", "/nodes/pve1/lxc/120/clone", { newid: "121" })).toMatchObject({ exit: "WARNINGS: 1" });
        expect(await ended("POST", "/nodes/pve1/lxc/121/status/start")).toMatchObject({ exit: "WARNINGS: 1" });
        expect(await inside(121, "md5sum < /root/data | cmp - /root/sum && cat /etc/machine-id")).toMatchObject({
            code: 0,
            stderr: "",
            stdout: expect.stringMatching(/^[0-9a-f]{32}\n$/) as string,
        });
        await hold;
    });

    test("gets what is written into its configuration file on the node", async () => {
        const file = "/etc/pve/lxc/121.conf";
        expect(await onNode(`sed -i s/CT121/after/ ${file}; printf 'lxc.idmap: %s 0 100000 60000\\n' u g >> ${file}`)).toMatchObject({
            code: 0,
        });
        expect(await api("GET", "/nodes/pve1/lxc/121/config")).toMatchObject({
            hostname: "after",
            lxc: [
                ["lxc.idmap", "u 0 100000 60000"],
                ["lxc.idmap", "g 0 100000 60000"],
            ],
        });
        await api("PUT", "/nodes/pve1/lxc/121/config", { memory: "400" });
        expect((await onNode(`cat ${file}`)).stdout).toMatch(/hostname: after\nmemory: 400\n[^]*lxc.idmap: g 0 100000 60000\n$/);
        await ended("POST", "/nodes/pve1/lxc/121/status/stop");
        await ended("POST", "/nodes/pve1/lxc/121/status/start");
        expect((await inside(121, "hostname; cat /proc/self/uid_map")).stdout).toMatch(/^after\n\s*0\s+100000\s+60000\s*$/);
    });
});

describe("a node's storages and root", () => {
    test("have the directories of all they hold, new ones too", async () => {
        expect(await onNode("cd /var/lib/vz && ls -d dump images private snippets template/cache template/iso")).toMatchObject({ code: 0 });
        await api("POST", "/storage", { storage: "more", type: "dir", path: "/var/lib/more", content: "snippets,iso" });
        expect((await onNode("cd /var/lib/more && find . -type d")).stdout.split("\n").sort().join(" ").trim()).toBe(
            ". ./snippets ./template ./template/iso",
        );
        await onNode("rm -r /var/lib/more");
        await api("PUT", "/storage/more", { "create-base-path": "0" });
        await onNode("rm -rf /var/lib/more");
        const rows = await api<{ storage: string; active: number }[]>("GET", "/nodes/pve1/storage");
        expect(rows).toEqual(
            expect.arrayContaining([
                expect.objectContaining({ storage: "more", active: 0 }),
                expect.objectContaining({ storage: "tank", active: 1 }),
            ]),
        );
        await api("DELETE", "/storage/more");
    });

    test("lets root@pam in by its password", async () => {
        const { password } = client.labAccess();
        const ask = join(mkdtempSync(join(tmpdir(), "lab-ask-")), "ask");
        writeFileSync(ask, '#!/bin/sh\necho "$LAB_PASSWORD"\n', { mode: 0o700 });
        const options = [
            "PreferredAuthentications=password",
            "NumberOfPasswordPrompts=1",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
        ];
        const ssh = ["ssh", ...options.flatMap((option) => ["-o", option]), "root@10.86.0.11", "whoami"];
        const env = { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: "force" };
        expect(await client.runAtWorkstation(ssh, { env: { ...env, LAB_PASSWORD: password } })).toMatchObject({
            code: 0,
            stdout: "root\n",
        });
        expect(await client.runAtWorkstation(ssh, { env: { ...env, LAB_PASSWORD: "wrong" } })).toMatchObject({ code: 255 });
    });
});

describe("SSH of a node", () => {
    const ssh = (fault: Parameters<typeof client.machineControl<"ssh">>[1]["fault"]): Promise<void> =>
        client.machineControl("ssh", { node: "pve1", fault });

    test("is cut in the middle of a command", async () => {
        const running = onNode("touch /run/begun; sleep 600");
        await until("the command runs", async () => (await onNode("test -e /run/begun")).code === 0);
        await ssh("cut");
        expect((await running).code).toBe(255);
        expect((await onNode("true")).code).toBe(0);
    });

    test("hangs without a banner, refuses, is unreachable, and comes back each time", async () => {
        await ssh("hang");
        expect((await onNode("true")).stderr).toContain("banner exchange");
        await ssh("resume");
        await ssh("stop");
        expect((await onNode("true")).stderr).toContain("Connection refused");
        await ssh("start");
        await client.machineControl("link", { node: "pve1", up: false });
        expect((await onNode("true")).stderr).toMatch(/No route to host|timed out/);
        await client.machineControl("link", { node: "pve1", up: true });
        await until("the node answers", async () => (await onNode("true")).code === 0);
    });

    test("drops connections beyond MaxStartups", async () => {
        await ssh("busy");
        const codes = await Promise.all(Array.from({ length: 10 }, async () => (await onNode("true")).code));
        expect(codes).toContain(255);
        await ssh("calm");
        expect((await onNode("true")).code).toBe(0);
    });
});

describe.each(["local-zfs", "local-btrfs", "shared"])("storage %s", (storage) => {
    const keepsSnapshots = storage !== "shared";
    test("gives a guest volumes of an enforced size, which grow and keep snapshots where PVE's do, and leaves nothing of them", async () => {
        const [vmid, address] = [110, "10.86.0.60"];
        await createGuest(vmid, `${address}/24`, "debian-12-standard", storage);
        const fill = "dd if=/dev/zero of=/srv/data/big bs=1M count=300 2>&1; stat -c %s /srv/data/big";
        expect(await inGuest(address, fill)).toContain("No space left on device");
        await task("PUT", `/nodes/pve1/lxc/${vmid}/resize`, { disk: "mp0", size: "512M" });
        expect(await inGuest(address, fill)).toContain(`\n${300 * 1024 * 1024}\n`);
        const [volume] = await api<{ volid: string }[]>("GET", `/nodes/pve1/storage/${storage}/content?vmid=${vmid}`);
        expect((await onNode(`pvesm path ${volume?.volid}`)).stdout).toMatch(/^\/(rpool|mnt)\/.*110/);
        await inGuest(address, "rm /srv/data/big; echo one > /srv/data/note; echo one > /root/note");
        const snapshot = task("POST", `/nodes/pve1/lxc/${vmid}/snapshot`, { snapname: "s1" });
        if (keepsSnapshots) {
            await snapshot;
            await inGuest(address, "echo two | tee /srv/data/note > /root/note; touch /srv/data/late");
            await task("POST", `/nodes/pve1/lxc/${vmid}/snapshot/s1/rollback`, { start: "1" });
            expect(await inGuest(address, "cat /srv/data/note /root/note; ls /srv/data")).toMatch(/^one\none\n(lost\+found\n)?note\n$/);
        } else {
            await expect(snapshot).rejects.toThrow("snapshot feature is not available");
        }
        await task("POST", `/nodes/pve1/lxc/${vmid}/status/stop`);
        await task("DELETE", `/nodes/pve1/lxc/${vmid}`);
        expect(await api("GET", `/nodes/pve1/storage/${storage}/content?vmid=${vmid}`)).toEqual([]);
    });
});

test("DNS answers at once: its own names, NXDOMAIN, and for a delegated zone what its server says", async () => {
    const ask = async (name: string): Promise<{ code: number; ms: number }> => {
        const began = performance.now();
        const { code } = await client.runAtWorkstation(["getent", "hosts", name]);
        return { code, ms: performance.now() - began };
    };
    expect(await ask("deb.lab")).toMatchObject({ code: 0 });
    // One who gets no answer waits for five seconds each time.
    await eventually(async () => {
        const { code, ms } = await ask("dc.example.test");
        expect(code).toBe(2);
        expect(ms).toBeLessThan(1000);
    });
    // A name server at the workstation that knows one name.
    const server = client.spawnAtWorkstation(
        [
            "dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--no-hosts",
            "--no-resolv",
            "--user=root",
            "--pid-file",
            "--host-record=dc.example.test,10.86.0.99",
        ],
        { stdio: "ignore" },
    );
    await client.machineControl("dns", { domain: "example.test", server: "10.86.0.2" });
    await until("its server is asked", async () => (await ask("dc.example.test")).code === 0);
    server.kill("SIGKILL");
});

test("a node that reboots comes back", async () => {
    const boot = "cat /proc/1/stat | cut -d' ' -f22";
    const before = (await onNode(boot)).stdout;
    await onNode("systemctl reboot");
    const again = async (): Promise<boolean> => {
        const { code, stdout } = await onNode(boot);
        return code === 0 && stdout !== before;
    };
    await until("it is back", again);
});

test("a node without power takes its guests along and comes back without them running", async () => {
    await client.machineControl("power-off", { node: "pve1" });
    expect((await onNode("true")).code).toBe(255);
    await client.machineControl("power-on", { node: "pve1" });
    expect((await onNode("pct status 101")).stdout).toBe("status: stopped\n");
});

test("a lab that a crashed test run left goes down, one that somebody uses stays", async () => {
    const { labOwner } = jest.requireActual<typeof LabOwner>("./support/lab-owner");
    const { endLeftover, labExists } = jest.requireActual<typeof SupportedLab>("./support/lab");
    const file = `/var/lib/pvesmb-lab-${labName}/test-run.json`;
    expect(labOwner()).toEqual({ kind: "person" });
    await endLeftover();
    expect(labExists()).toBe(true);
    writeFileSync(file, JSON.stringify(identify(1)));
    await expect(endLeftover()).rejects.toThrow(/another test run uses this lab.*LAB_NAME/);
    writeFileSync(file, JSON.stringify({ ...identify(1), started: "0" }));
    await endLeftover();
    expect(labExists()).toBe(false);
    await lab("up");
    await login();
    await createGuest(101, "10.86.0.51/24", "debian-12-standard");
});

test("down leaves nothing, after a good run and after a killed daemon", async () => {
    // An interface of another lab is here for the moment in which it is made.
    const nothing = (): Promise<void> => eventually(() => expect(traces()).toEqual([]));
    await lab("down");
    await nothing();
    await lab("up");
    await login();
    await createGuest(103, "10.86.0.53/24", "debian-12-standard");
    const { pid } = JSON.parse(readFileSync(`/var/lib/pvesmb-lab-${labName}/daemon.json`, "utf8")) as { pid: number };
    process.kill(pid, "SIGKILL");
    expect((await start([...labCommand, "status"], { env: process.env }).done).stdout).toContain("crashed");
    await lab("down");
    await nothing();
});
