import { join } from "node:path";
import { features, featureNames, featureOf } from "../../provider/model/permissions/features";
import { labAccess } from "../lab/src/access";
import { runOnNode } from "../lab/src/client";
import { labUp } from "./support/lab";
import { installed } from "./support/package";
import { run } from "./support/process";
import { runDirectory } from "./support/run-directory";

/** Runs the output of `npx pvesmb permissions` on nodes as printed: what it adds, what it leaves alone, and what its user can do. */

const USER = "deployer";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKkY0jZfBqrs0nCSZX6wPlXuWlG2Gp3h0mQxv8m5k0aB deploy@ci";
const OWN_KEY = 'command="true" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHx3XJ3vQn1Yk9m3O1mUu0T3E5sHcH1p2dJw0l8bD7wZ her own';
let main: string;
let node: string;

async function print(...args: string[]): Promise<string> {
    const common = ["--only", "node", "--pve", "9", "--ssh-user", USER];
    return (await run([process.execPath, main, "permissions", ...common, ...args])).stdout;
}
const on = (input: string, command = "sh -e") => runOnNode(node, command, { input });
async function as(input: string): Promise<string> {
    const { code, stdout, stderr } = await on(input);
    if (code !== 0) throw new Error(`${code}: ${stderr}\n${input}`);
    return stdout;
}
const file = (path: string): Promise<string> => as(`cat ${path} 2>/dev/null || true`);
const rules = (): Promise<string> => as(`ls /etc/sudoers.d | grep '^pvesmb-${USER}' || true`);
const keys = `/home/${USER}/.ssh/authorized_keys`;
const forget = `userdel -rf ${USER} 2>/dev/null || true; rm -f /etc/sudoers.d/*${USER}* /etc/pvesmb/pct/${USER}`;

beforeAll(async () => {
    await labUp();
    main = join(await installed(runDirectory()), "node_modules/pvesmb/dist/provider/cli/main.js");
    node = labAccess().nodes[0]?.name ?? "";
    await as(forget);
});
afterAll(() => as(forget));

describe("a user who is there already, with a key and rules of its own", () => {
    const shrink = ["--feature", "quota-shrink", "--ssh-public-key", KEY];
    const login = ["--feature", "node-login", "--vmids", "7000-7099", "--ssh-public-key", KEY];
    beforeAll(() =>
        as(`useradd -m -s /bin/sh ${USER}
            install -d -m 700 -o ${USER} /home/${USER}/.ssh
            printf '%s' '${OWN_KEY}' > ${keys}
            chown ${USER} ${keys}
            echo '${USER} ALL=(root) NOPASSWD: /usr/bin/true' > /etc/sudoers.d/own-${USER}
            chmod 440 /etc/sudoers.d/own-${USER}`),
    );

    test("gets what two runs for two features add, and keeps the rest", async () => {
        await as(await print(...login));
        const wide = await file("/etc/pvesmb/pct/*");
        await as(await print(...shrink));
        expect(await rules()).toBe(`pvesmb-${USER}-node-login\npvesmb-${USER}-quota-shrink\n`);
        expect(await file(keys)).toBe(`${OWN_KEY}\n${KEY} pvesmb-permissions\n`);
        expect(await file("/etc/pvesmb/pct/*")).toBe(wide);
        await as(`visudo -c >/dev/null; runuser -u ${USER} -- sudo -n true`);
        expect(await as(`stat -c '%a %U' ${keys} /etc/sudoers.d/pvesmb-${USER}-*`)).toMatch(
            new RegExp(`^\\d+ ${USER}\n440 root\n440 root\n$`),
        );
    });

    test("a further run changes nothing", async () => {
        const all = `cat ${keys} /etc/sudoers.d/*${USER}* /etc/pvesmb/pct/* | sha256sum`;
        const before = await as(all);
        for (const args of [login, shrink]) await as(await print(...args));
        expect(await as(all)).toBe(before);
    });

    test("another user's VMIDs are not changed by theirs", async () => {
        const other = (await print("--feature", "node-login", "--vmids", "8000-8099")).replaceAll(USER, `${USER}2`);
        await as(other);
        expect(await file(`/etc/pvesmb/pct/${USER}`)).toBe("first=7000\nlast=7099\nprivileged=no\n");
        await as(`userdel -rf ${USER}2 2>/dev/null; rm -f /etc/sudoers.d/pvesmb-${USER}2-* /etc/pvesmb/pct/${USER}2`);
    });

    test("rules that sudo does not understand are not installed, and nothing is taken away for them", async () => {
        const broken = (await print(...shrink)).replace("NOPASSWD: /usr/sbin/zfs", "NOPASSWD: zfs");
        const before = await file(`/etc/sudoers.d/pvesmb-${USER}-quota-shrink`);
        expect(await on(broken)).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing of them was installed") as string });
        expect(await file(`/etc/sudoers.d/pvesmb-${USER}-quota-shrink`)).toBe(before);
        expect(await as("ls -A /etc/sudoers.d | grep '^[.]pvesmb' || true")).toBe("");
    });

    test("cannot have root write elsewhere by a link in its home folder", async () => {
        await as(`mv ${keys} ${keys}.kept; ln -s /etc/cron.d/planted ${keys}`);
        expect((await on(await print(...shrink))).code).not.toBe(0);
        expect(await as("ls /etc/cron.d")).not.toContain("planted");
        await as(`rm ${keys}; mkfifo ${keys}`);
        expect((await on(await print(...shrink), "timeout 60 sh -e")).code).toBe(1);
        await as(`rm ${keys}; mv ${keys}.kept ${keys}`);
    });

    test("loses with --remove what was given for that feature, and the key with the last of them", async () => {
        await as(await print("--remove", ...shrink));
        expect(await rules()).toBe(`pvesmb-${USER}-node-login\n`);
        expect(await file(keys)).toContain("pvesmb-permissions");
        await as(await print("--remove", ...login));
        expect(await rules()).toBe("");
        expect(await file(keys)).toBe(`${OWN_KEY}\n`);
        expect(await file(`/etc/sudoers.d/own-${USER}`)).toContain("/usr/bin/true");
        expect(await as(`test ! -e /etc/pvesmb/pct/${USER}; id -u ${USER}`)).toMatch(/^\d+\n$/);
        await as(await print("--remove", ...login));
    });
});

describe("root's keys, a link to what the cluster shares", () => {
    const ROOT = ["--feature", "node-login", "--ssh-user", "root", "--ssh-public-key", KEY];
    const there = "/root/.ssh/authorized_keys";
    /** At a terminal with typed input. */
    const typed = async (script: string, answer: string) => {
        await as(`cat > /root/printed.sh <<'PRINTED'\n${script}\nPRINTED`);
        const pty = "import pty, sys; sys.exit(pty.spawn(['sh', '/root/printed.sh']) >> 8)";
        return on(`printf '${answer}\\n' | python3 -c "${pty}"; code=$?; rm /root/printed.sh; exit $code`, "sh");
    };
    let before: string;
    beforeAll(async () => {
        await as(`mkdir -p /root/shared; cp -a $(readlink -f ${there}) /root/shared/keys; ln -sf /root/shared/keys ${there}`);
        before = await file(there);
    });
    afterAll(() => as(`mv /root/shared/keys ${there}; rmdir /root/shared`));

    test("are not touched where nobody can be asked, nor against the answer", async () => {
        const script = await print(...ROOT);
        expect(script).not.toContain("rules '/etc/sudoers.d");
        expect(await on(script, "setsid -w sh")).toMatchObject({
            code: 1,
            stderr: expect.stringContaining("root's keys were not touched") as string,
        });
        expect((await typed(script, "n")).code).toBe(1);
        expect(await file(there)).toBe(before);
    });

    test("get a line more when somebody says yes, once, and lose it the same way", async () => {
        expect(await typed(await print(...ROOT), "y")).toMatchObject({
            code: 0,
            stdout: expect.stringContaining("/root/shared/keys") as string,
        });
        expect(await file(there)).toBe(`${before}${KEY} pvesmb-permissions\n`);
        expect((await on(await print(...ROOT), "setsid -w sh")).code).toBe(0);
        expect((await typed(await print("--remove", ...ROOT), "y")).code).toBe(0);
        expect(await file(there)).toBe(before);
        expect(await as(`readlink ${there}`)).toBe("/root/shared/keys\n");
    });
});

describe("what the rules let their user do", () => {
    const onNodes = featureNames.filter((name) => featureOf(name).commands?.some((each) => each.on === "node"));
    const try_ = (command: string) => on(`cd / && exec runuser -u ${USER} -- sh -c '${command.replaceAll("'", `'\\''`)}'`, "sh");
    const allowed = async (command: string): Promise<boolean> => (await try_(`sudo -n -l -- ${command}`)).code === 0;
    beforeAll(async () => {
        for (const name of onNodes)
            expect([name, await rulesFor(name)]).toEqual([name, expect.stringContaining("PROXMOX_VE_SSH_USERNAME")]);
    });
    async function rulesFor(name: string): Promise<string> {
        await as(forget);
        const script = await print("--feature", name);
        await as(script);
        return script;
    }

    /** The commands that pvesmb itself runs, by feature. */
    const used: Record<string, string[]> = {
        "quota-shrink": [
            "pvesm path local-zfs:subvol-101-disk-1",
            "pvesm path local-zfs:basevol-100-disk-0/subvol-101-disk-1",
            "findmnt -n -o SOURCE --mountpoint /rpool/data/subvol-101-disk-1",
            "zfs set refquota=1073741824 rpool/data/subvol-101-disk-1",
            "pct rescan --vmid 101",
        ],
        "quota-node": ["python3 -c pass", "pct set 101 --mp7 /tank/x,mp=/srv/pvesmb/x"],
        "share-snapshots": ["python3 -c pass"],
        "data-bind": ["python3 -c pass", "pct set 101 --mp0 /tank/data,mp=/srv/pvesmb"],
        "id-map": ["python3 -c pass"],
        "address-probe": ["python3 -c pass"],
        "node-login": ["/usr/local/sbin/pvesmb-pct exec 101 -- env -i sh -c 'one\ntwo --three; $four'"],
    };

    /** Privilege escalation attempts with the rules of features that are not root equivalent, and with the wrapper's. */
    const attacks = [
        ...[
            "mountpoint=/etc rpool/data/subvol-101-disk-1",
            "refquota=1 exec=on rpool/data/subvol-101-disk-1",
            "refquota=1 mountpoint=/etc rpool/data",
        ],
        ...[
            "refquota=1 rpool",
            "refquota=1 rpool/ROOT/pve-1",
            "refquota=none rpool/data/subvol-101-disk-1",
            "refquota=1 rpool/data/subvol-101-disk-1 rpool",
        ],
        ...["refquota=1\nmountpoint=/etc rpool/data/subvol-101-disk-1", "-u refquota=1 rpool/data/subvol-101-disk-1"],
    ]
        .map((rest) => `zfs set '${rest.split(" ").join("' '")}'`)
        .concat([
            ...[
                "zfs list",
                "zfs create rpool/x",
                "zfs 'set refquota=1 mountpoint=/etc' rpool/data/subvol-1-disk-1",
                "zfs send rpool/data/subvol-101-disk-1",
            ],
            ...[
                "findmnt -n -o SOURCE --mountpoint / --tab-file /etc/shadow",
                "findmnt --tab-file /etc/shadow",
                "findmnt -n -o SOURCE --mountpoint /",
            ],
            ...[
                "pvesm path -x",
                "pvesm path 'a:subvol-1-disk-1 --x'",
                "pvesm add dir x --path /",
                "pvesm path local:vztmpl/../../etc/shadow",
            ],
            ...[
                "pct rescan",
                "pct rescan --vmid 101 --dryrun 1",
                "pct set 101 --mp0 /,mp=/x",
                "pct exec 101 -- id",
                "pct rescan --vmid '101 --x'",
            ],
            ...[
                "/usr/local/sbin/pvesmb-pct enter 101",
                "/usr/local/sbin/pvesmb-pct exec 101 id",
                "/usr/local/sbin/pvesmb-pct exec --keep-env 1 101 -- id",
            ],
            ...["python3 -c 1", "sh", "cat /etc/shadow", "/bin/su"],
        ]);
    /** Attempts on sudo itself; `ok` is an allowed command. */
    const aroundSudo = (ok: string): string[] => [
        `sudo -n LD_PRELOAD=/tmp/x.so ${ok}`,
        `sudo -n SUDO_USER=root ${ok}`,
        `sudo -n -E PYTHONPATH=/tmp ${ok}`,
        "sudo -n -s id",
        "sudo -n -i",
        "sudo -n -u www-data id",
        "sudo -n -e /etc/passwd",
        `sudo -n ./${ok.replace(/^.*\//, "")}`,
    ];

    test.each(onNodes)("%s: what pvesmb runs is allowed", async (name) => {
        await rulesFor(name);
        for (const command of used[name] ?? []) expect([command, await allowed(command)]).toEqual([command, true]);
        expect(used[name]?.length).toBeGreaterThan(0);
    });

    test.each(onNodes.filter((name) => featureOf(name).rootEquivalent === undefined).concat("node-login"))(
        "%s: and nothing else",
        async (name) => {
            await rulesFor(name);
            const mine = (used[name] ?? []).map((command) => command.split(" ")[0]);
            for (const command of attacks) expect([command, await allowed(command)]).toEqual([command, false]);
            for (const command of aroundSudo(used[name]?.at(-1) ?? "")) {
                const { code, stdout } = await try_(`${command} </dev/null`);
                expect([command, code === 0, stdout]).toEqual([command, false, ""]);
            }
            expect(mine).not.toContain("python3");
        },
    );

    test("what is said to be as good as root is", async () => {
        for (const name of ["quota-node", "share-snapshots"] as const) {
            expect(features[name].rootEquivalent).toContain("root");
            await rulesFor(name);
            expect(await try_('sudo -n python3 -c "import os; print(os.getuid())"')).toMatchObject({ code: 0, stdout: "0\n" });
        }
    });
});
