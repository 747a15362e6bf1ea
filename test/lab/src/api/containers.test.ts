/** A container's starts and warnings, and /etc/pve/lxc/VMID.conf as an administrator may edit it. */
import { ImaginaryMachine } from "../machine/imaginary";
import type { ConfigStore } from "./config-files";
import { ThrowawayLab, type Answer } from "./throwaway";

const secret = "11111111-2222-3333-4444-555555555555";
const template = "debian-12-standard_12.7-1_amd64.tar.zst";

/** Nodes' files: `node/vmid` -> text. */
class Files implements ConfigStore {
    readonly all = new Map<string, string>();

    write(node: string, vmid: number, text: string | undefined): void {
        if (text === undefined) this.all.delete(`${node}/${vmid}`);
        else this.all.set(`${node}/${vmid}`, text);
    }

    read(node: string): Map<number, string> {
        const mine = [...this.all].filter(([key]) => key.startsWith(`${node}/`));
        return new Map(mine.map(([key, text]) => [Number(key.split("/")[1]), text]));
    }
}

let lab: ThrowawayLab;
let root: ReturnType<ThrowawayLab["as"]>;
let files: Files;
let machine: ImaginaryMachine;

beforeEach(async () => {
    files = new Files();
    machine = new ImaginaryMachine();
    lab = await ThrowawayLab.start("9.2", {
        machine,
        configStore: files,
        timing: { monitor: 50 },
        state: { users: [{ userid: "root@pam", tokens: [{ tokenid: "t1", secret, privsep: false }] }] },
    });
    machine.addFile("pve1", { id: "local", type: "dir", path: "/var/lib/vz", shared: false }, "vztmpl", template);
    root = lab.as(`root@pam!t1=${secret}`);
});
afterEach(() => lab.close());

interface Ended {
    exit: string | undefined;
    lines: string[];
}

async function ended(answer: Answer): Promise<Ended> {
    expect(answer).toMatchObject({ status: 200 });
    await lab.api.control.idle();
    const task = lab.api.lab.tasks.find(String(answer.body?.data));
    return { exit: task?.exitstatus, lines: task?.lines ?? [] };
}

const make = async (vmid: number, more: Record<string, unknown> = {}): Promise<Ended> =>
    ended(await root("POST", "/nodes/pve1/lxc", { vmid, ostemplate: `local:vztmpl/${template}`, rootfs: "local:1", ...more }));

const start = async (vmid: number): Promise<Ended> => ended(await root("POST", `/nodes/pve1/lxc/${vmid}/status/start`));

const config = async (vmid: number): Promise<Record<string, unknown>> =>
    (await root("GET", `/nodes/pve1/lxc/${vmid}/config`)).body?.data as Record<string, unknown>;

test("a start while another one is under way ends well, after waiting for news in vain", async () => {
    await make(101);
    lab.api.control.injectTask({ type: "vzstart", step: "start", delayMs: 100 });
    const answers = await Promise.all([root("POST", "/nodes/pve1/lxc/101/status/start"), root("POST", "/nodes/pve1/lxc/101/status/start")]);
    await lab.api.control.idle();
    const tasks = answers.map((answer) => lab.api.lab.tasks.find(String(answer.body?.data)));
    expect(tasks.map((task) => task?.exitstatus)).toEqual(["OK", "OK"]);
    expect(tasks.flatMap((task) => task?.lines ?? [])).toContain("problem with monitor socket, but continuing anyway: got timeout");
    expect(await root("POST", "/nodes/pve1/lxc/101/status/start")).toMatchObject({ status: 500, reason: "CT 101 already running" });
});

test("template=1 at create is an option; a template is one before it is locked", async () => {
    expect(await make(101, { template: 1 })).toMatchObject({ exit: "OK" });
    expect(await config(101)).toMatchObject({ template: 1, rootfs: "local:101/vm-101-disk-0.raw,size=1G" });
    expect(await make(102, { template: 0 })).toMatchObject({ exit: "OK" });
    expect(await config(102)).toMatchObject({ template: 0 });
    lab.api.control.setLock(101, "backup");
    expect(await start(101)).toMatchObject({ exit: "you can't start a CT if it's a template" });
});

describe("a newer systemd", () => {
    const warning = "WARN: Systemd 252 detected. You may need to enable nesting.";
    beforeEach(() => (machine.systemd = 252));

    test("is warned of at create, clone and start without nesting", async () => {
        const made = await make(101);
        expect(made).toMatchObject({ exit: "WARNINGS: 1" });
        expect(made.lines).toEqual(expect.arrayContaining([warning, "TASK WARNINGS: 1"]));
        expect(await start(101)).toMatchObject({ exit: "WARNINGS: 1", lines: [warning, "TASK WARNINGS: 1"] });
        await ended(await root("POST", "/nodes/pve1/lxc/101/status/stop"));
        expect(await ended(await root("POST", "/nodes/pve1/lxc/101/clone", { newid: 102 }))).toMatchObject({ exit: "WARNINGS: 1" });
    });

    test("is no matter with nesting, in an unmanaged container, or when it is old enough", async () => {
        expect(await make(101, { features: "nesting=1" })).toMatchObject({ exit: "OK" });
        expect(await start(101)).toMatchObject({ exit: "OK" });
        expect(await make(102, { ostype: "unmanaged" })).toMatchObject({ exit: "OK" });
        machine.systemd = 241;
        expect(await make(103)).toMatchObject({ exit: "OK" });
    });
});

describe("the configuration file on the node", () => {
    const file = (): string => files.all.get("pve1/101") ?? "";
    beforeEach(async () => {
        await make(101, { hostname: "before", mp0: "local:1,mp=/srv" });
    });

    test("is written, and what is changed in it by hand counts and stays", async () => {
        expect(file()).toContain("hostname: before\n");
        files.write("pve1", 101, `#by hand\n${file().replace("before", "after")}lxc.idmap: u 0 100000 1000\nlxc.idmap = g 0 100000 1000\n`);
        expect(await config(101)).toMatchObject({
            hostname: "after",
            description: "by hand\n",
            lxc: [
                ["lxc.idmap", "u 0 100000 1000"],
                ["lxc.idmap", "g 0 100000 1000"],
            ],
        });
        expect(file()).toContain("lxc.idmap = g"); // Reading changes nothing.
        await root("PUT", "/nodes/pve1/lxc/101/config", { memory: 700 });
        expect(file()).toMatch(/^#by hand\n/);
        expect(file()).toMatch(/hostname: after\nmemory: 700\n[^]*\nlxc\.idmap: u 0 100000 1000\nlxc\.idmap: g 0 100000 1000\n$/);
        expect((await config(101))["lxc"]).toHaveLength(2);
        await start(101);
        files.write("pve1", 101, file().replace("memory: 700", "memory: 800"));
        expect(await config(101)).toMatchObject({ memory: 800 });
    });

    test("goes with the clone, and a snapshot keeps its own", async () => {
        files.write("pve1", 101, `${file()}lxc.mount.auto: sys:rw\n\n[old]\nhostname: older\nsnaptime: 1\nlxc.idmap: u 0 1 1\n`);
        expect((await root("GET", "/nodes/pve1/lxc/101/config", { snapshot: "old" })).body?.data).toMatchObject({
            hostname: "older",
            lxc: [["lxc.idmap", "u 0 1 1"]],
        });
        await ended(await root("POST", "/nodes/pve1/lxc/101/clone", { newid: 102 }));
        expect(await config(102)).toMatchObject({ lxc: [["lxc.mount.auto", "sys:rw"]] });
        expect(file()).toMatch(/\n\[old\]\n[^]*lxc\.idmap: u 0 1 1\n$/);
    });

    test("removed or made by hand, so is the container", async () => {
        const text = file();
        files.write("pve1", 101, undefined);
        expect(await root("GET", "/nodes/pve1/lxc/101/config")).toMatchObject({ status: 500 });
        expect(((await root("GET", "/nodes/pve1/lxc")).body?.data as unknown[]).length).toBe(0);
        files.write("pve1", 105, text);
        expect(await config(105)).toMatchObject({ hostname: "before", mp0: "local:101/vm-101-disk-1.raw,mp=/srv,size=1G" });
        expect(await root("GET", "/cluster/nextid", { vmid: 105 })).toMatchObject({ status: 400 });
    });
});
