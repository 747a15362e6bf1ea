import { MethodTable } from "../pve/method-table";
import { methods } from "./methods";
import { ThrowawayLab, type Answer, type Sent } from "./throwaway";

const template = "debian-12-standard_12.7-1_amd64.tar.zst";
const secret = "11111111-2222-3333-4444-555555555555";
const place = { id: "local", type: "dir" as const, path: "/var/lib/vz", shared: false };

let lab: ThrowawayLab;
let root: ReturnType<ThrowawayLab["as"]>;

beforeEach(async () => {
    lab = await ThrowawayLab.start("9.2", {
        state: { users: [{ userid: "root@pam", password: "pass1", tokens: [{ tokenid: "t1", secret, privsep: false }] }] },
    });
    lab.machine.offered.push(template);
    lab.machine.addFile("pve1", place, "vztmpl", template);
    root = lab.as(`root@pam!t1=${secret}`);
});
afterEach(() => lab.close());

async function finish(answer: Answer): Promise<string> {
    expect(answer).toMatchObject({ status: 200 });
    const upid = String(answer.body?.data);
    for (;;) {
        const status = (await root("GET", `/nodes/pve1/tasks/${encodeURIComponent(upid)}/status`)).body?.data as {
            status: string;
            exitstatus?: string;
        };
        if (status.status === "stopped") return status.exitstatus ?? "";
        await new Promise((resolve) => setTimeout(resolve, 5));
    }
}

const make = (vmid: number, more: Record<string, unknown> = {}): Promise<Answer> =>
    root("POST", "/nodes/pve1/lxc", { vmid, ostemplate: `local:vztmpl/${template}`, rootfs: "local:1", unprivileged: 1, ...more });

const config = async (vmid: number, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> =>
    (await root("GET", `/nodes/pve1/lxc/${vmid}/config`, params)).body?.data as Record<string, unknown>;

test("a login gives a ticket; writing with it needs the CSRF token", async () => {
    const session = await lab.login("root@pam", "pass1");
    expect((await session("GET", "/version")).body?.data).toMatchObject({ release: "9.2" });
    expect(await session("POST", "/pools", { poolid: "gw" }, { headers: { CSRFPreventionToken: "" } })).toMatchObject({
        status: 401,
        reason: "Permission denied - invalid csrf token",
        body: undefined,
    });
    expect(await session("POST", "/pools", { poolid: "gw" })).toMatchObject({ status: 200 });
    expect(await lab.send("POST", "/access/ticket", { username: "root@pam", password: "wrong" })).toMatchObject({
        status: 401,
        reason: "authentication failure",
        body: { data: null },
    });
    expect(await lab.send("GET", "/version")).toMatchObject({ status: 401, reason: "No ticket", body: undefined });
    expect(await lab.as("root@pam!t1=nonsense")("GET", "/version")).toMatchObject({ status: 401, reason: "Authentication failed!" });
});

test("a file system that cannot be grown is a line in the log of a resize that went well; the same size again is refused", async () => {
    expect(await finish(await make(101, { mp0: "local:2,mp=/srv" }))).toBe("OK");
    lab.api.control.injectTask({ type: "resize", step: "file system", message: "resize2fs: Permission denied to resize filesystem" });
    const resize = (size: string) => root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp0", size });
    const started = await resize("3G");
    expect(await finish(started)).toBe("OK");
    const log = (await root("GET", `/nodes/pve1/tasks/${String(started.body?.data)}/log`)).body?.data as { t: string }[];
    expect(log.map(({ t }) => t)).toEqual([
        "Failed to update the container's filesystem: resize2fs: Permission denied to resize filesystem",
        "TASK OK",
    ]);
    expect((await config(101))["mp0"]).toContain("size=3G");
    expect(await resize("3G")).toMatchObject({ status: 500, reason: "disk is already at specified size" });
    expect(await finish(await resize("4G"))).toBe("OK");
});

test("a container's life: create, config, start, hot change, resize, stop, delete", async () => {
    expect(
        await finish(
            await make(101, { hostname: "files", mp0: "local:2,mp=/srv", net0: "name=eth0,bridge=vmbr0", tags: "B a", description: "x" }),
        ),
    ).toBe("OK");
    const made = await config(101);
    expect(made).toMatchObject({
        hostname: "files",
        memory: 512,
        swap: 512,
        unprivileged: 1,
        tags: "a;b",
        description: "x\n",
        arch: "amd64",
        ostype: "debian",
    });
    expect(made["rootfs"]).toBe("local:101/vm-101-disk-0.raw,size=1G");
    expect(made["mp0"]).toBe("local:101/vm-101-disk-1.raw,mp=/srv,size=2G");
    expect(made["net0"]).toMatch(/^name=eth0,bridge=vmbr0,hwaddr=BC:24:11(:[0-9A-F]{2}){3},type=veth$/);

    expect((await root("GET", "/nodes/pve1/lxc/101/interfaces")).body).toEqual({ data: null });
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/status/start"))).toBe("OK");
    expect(await root("POST", "/nodes/pve1/lxc/101/status/start")).toMatchObject({ status: 500, reason: "CT 101 already running" });

    expect(await root("PUT", "/nodes/pve1/lxc/101/config", { mp1: "local:1,mp=/more", nameserver: "10.0.0.1", memory: 600 })).toMatchObject(
        { status: 200, body: { data: null } },
    );
    expect(await config(101, { current: 1 })).toMatchObject({ mp1: "local:101/vm-101-disk-2.raw,mp=/more,size=1G", memory: 600 });
    expect(await config(101, { current: 1 })).not.toHaveProperty("nameserver");
    expect(await config(101)).toMatchObject({ nameserver: "10.0.0.1" });
    expect(await root("PUT", "/nodes/pve1/lxc/101/config", { delete: "mp1" })).toMatchObject({ status: 200 });
    expect((await root("GET", "/nodes/pve1/lxc/101/pending")).body?.data).toContainEqual({
        key: "mp1",
        value: "local:101/vm-101-disk-2.raw,mp=/more,size=1G",
        delete: 1,
    });

    expect(await finish(await root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp0", size: "+1536M" }))).toBe("OK");
    expect((await config(101))["mp0"]).toBe("local:101/vm-101-disk-1.raw,mp=/srv,size=3584M");
    expect(await root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp0", size: "3" })).toMatchObject({
        status: 500,
        reason: "unable to shrink disk size",
    });

    expect(await root("PUT", "/nodes/pve1/lxc/101/resize", { disk: "mp0", size: "3584M" })).toMatchObject({
        status: 500,
        reason: "disk is already at specified size",
    });

    expect(await root("DELETE", "/nodes/pve1/lxc/101")).toMatchObject({
        status: 500,
        reason: "unable to destroy CT 101 - container is running",
    });
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/status/stop"))).toBe("OK");
    expect(await finish(await root("POST", "/nodes/pve1/lxc/101/status/start"))).toBe("OK");
    expect(await config(101)).toMatchObject({ unused0: "local:101/vm-101-disk-2.raw" });
    expect(await finish(await root("DELETE", "/nodes/pve1/lxc/101", { force: 1 }))).toBe("OK");
    expect(await root("GET", "/nodes/pve1/lxc/101/config")).toMatchObject({
        status: 500,
        reason: "Configuration file 'nodes/pve1/lxc/101.conf' does not exist",
    });
    expect(((await root("GET", "/nodes/pve1/storage/local/content")).body?.data as unknown[]).length).toBe(1);
});

test("a create that fails in its task leaves nothing behind", async () => {
    expect(await finish(await make(102, { ostemplate: "local:vztmpl/nope.tar.zst" }))).toBe(
        "unable to create CT 102 - volume 'local:vztmpl/nope.tar.zst' does not exist",
    );
    expect((await root("GET", "/cluster/nextid", { vmid: 102 })).body).toEqual({ data: "102" });
    lab.api.control.injectTask({ type: "vzcreate", step: "extract", message: "no space left on device" });
    expect(await finish(await make(102))).toBe("unable to create CT 102 - no space left on device");
    expect(await finish(await make(102))).toBe("OK");
    expect((await root("GET", "/nodes/pve1/storage/local/content", { vmid: 102 })).body?.data).toHaveLength(1);
});

test("of three creates with one VMID exactly one wins", async () => {
    const answers = await Promise.all([make(210), make(210), make(210)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 500, 500]);
    for (const answer of answers.filter((entry) => entry.status === 500))
        expect(answer.reason).toMatch(/CT 210 already exists on node 'pve1'$/);
});

test("parameters are refused in PVE's words", async () => {
    const errors = async (params: Record<string, unknown>): Promise<unknown> => (await make(103, params)).body?.errors;
    expect(await errors({ bogus: 1 })).toEqual({
        bogus: "property is not defined in schema and the schema does not allow additional properties",
    });
    expect(await errors({ net0: "bridge=vmbr0" })).toEqual({
        net0: "invalid format - format error\nnet0.name: property is missing and it is not optional\n",
    });
    expect(await errors({ start: "yes" })).toEqual({ start: "type check ('boolean') failed - got 'yes'" });
    expect(await errors({ mp256: "local:1,mp=/x" })).toEqual({
        mp256: "property is not defined in schema and the schema does not allow additional properties",
    });
    expect((await root("POST", "/nodes/pve1/lxc", {}, { headers: { "Content-Type": "text/plain" }, raw: "x" })).status).toBe(506);
    expect((await root("PATCH", "/nodes")).status).toBe(501);
    expect(await root("GET", "/nosuch")).toMatchObject({ status: 501, reason: "Method 'GET /nosuch' not implemented" });
});

test("the transport is as narrow as pveproxy's", async () => {
    const refusal = async (method: string, sent: Sent): Promise<string> => {
        const answer = await root(method, "/pools", {}, sent);
        return `${answer.status} ${answer.reason}`;
    };
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    expect(await refusal("DELETE", { raw: "poolid=x", headers: { ...form, "Content-Length": "8" } })).toBe(
        "501 Unexpected content for method 'DELETE'",
    );
    expect(await refusal("POST", { raw: "poolid=x", headers: { ...form, "Transfer-Encoding": "chunked" } })).toBe(
        "501 chunked transfer encoding not supported",
    );
    expect(await refusal("POST", { raw: "x", headers: { "Content-Type": "text/plain", "Content-Length": "1" } })).toBe(
        "506 upload 'Content-Type 'text/plain' not implemented",
    );
    expect(await refusal("POST", { raw: "a".repeat(600_000), headers: { ...form, "Content-Length": "600000" } })).toBe(
        "501 for data too large",
    );
    expect(
        (await root("POST", "/pools", {}, { raw: "poolid=p;bogus=1", headers: { ...form, "Content-Length": "16" } })).body?.errors,
    ).toHaveProperty("bogus");
    expect((await root("POST", "/pools", { poolid: null, comment: "x" }, { json: true })).body?.errors).toEqual({
        poolid: "property is missing and it is not optional",
    });
    const open = await root("GET", "/version", {}, { headers: { Connection: "keep-alive" } });
    expect(open.headers).not.toHaveProperty("keep-alive");
});

test("a scoped token can make a guest in its pool, without tags, and loses sight of it when it is gone", async () => {
    const privs =
        "VM.Allocate VM.Audit VM.Config.Disk VM.Config.CPU VM.Config.Memory VM.Config.Network VM.Config.Options VM.PowerMgmt".split(" ");
    const who = ["svc@pve", "svc@pve!lp1"] as const;
    await lab.api.control.add({
        pools: ["gw"],
        roles: [
            { roleid: "Gateway", privs },
            { roleid: "Space", privs: ["Datastore.AllocateSpace"] },
            { roleid: "Net", privs: ["SDN.Use"] },
        ],
        users: [{ userid: "svc@pve", tokens: [{ tokenid: "lp1", secret }] }],
        acl: who.flatMap((ugid) => {
            const type = ugid.includes("!") ? ("token" as const) : ("user" as const);
            return [
                { path: "/pool/gw", roleid: "Gateway", type, ugid },
                { path: "/storage/local", roleid: "Space", type, ugid },
                { path: "/sdn/zones/localnetwork/vmbr0", roleid: "Net", type, ugid },
            ];
        }),
    });
    const scoped = lab.as(`svc@pve!lp1=${secret}`);
    const wanted = {
        vmid: 220,
        ostemplate: `local:vztmpl/${template}`,
        rootfs: "local:1",
        unprivileged: 1,
        net0: "name=eth0,bridge=vmbr0",
        pool: "gw",
    };
    expect(await scoped("POST", "/nodes/pve1/lxc", { ...wanted, tags: "a" })).toMatchObject({
        status: 403,
        reason: "Permission check failed (/vms/220, VM.Config.Options)",
    });
    const made = await scoped("POST", "/nodes/pve1/lxc", wanted);
    expect(made.status).toBe(200);
    await lab.api.control.idle();
    expect(await scoped("PUT", "/nodes/pve1/lxc/220/config", { tags: "a" })).toMatchObject({ status: 200 });
    expect(await scoped("PUT", "/nodes/pve1/lxc/220/config", { features: "keyctl=1" })).toMatchObject({
        status: 403,
        reason: "Permission check failed (changing feature flags (except nesting) is only allowed for root@pam)",
    });
    expect(await lab.as(`root@pam!t1=${secret}`)("GET", "/nodes/pve1/lxc/220/config")).toMatchObject({ status: 200 });
    await lab.api.control.run("DELETE", "/nodes/pve1/lxc/220");
    expect(await scoped("GET", "/nodes/pve1/lxc/220/config")).toMatchObject({
        status: 403,
        reason: "Permission check failed (/vms/220, VM.Audit)",
    });
});

test("faults: answers, cut connections, a proxy that gives up while the work goes on", async () => {
    const { control } = lab.api;
    control.injectRequest({
        method: "GET",
        path: "^/version$",
        fault: { kind: "answer", status: 500, reason: "got no worker upid - start worker failed" },
    });
    expect(await root("GET", "/version")).toMatchObject({ status: 500, reason: "got no worker upid - start worker failed" });
    expect((await root("GET", "/version")).status).toBe(200);
    control.injectRequest({ path: "^/pools$", fault: { kind: "595" } });
    expect(await root("POST", "/pools", { poolid: "p1" })).toMatchObject({ status: 595, body: undefined });
    control.injectRequest({ method: "POST", path: "^/pools$", fault: { kind: "596" } });
    expect(await root("POST", "/pools", { poolid: "p1" })).toMatchObject({ status: 596, body: undefined });
    control.injectRequest({ method: "POST", path: "^/pools$", fault: { kind: "drop", when: "after" }, count: 2 });
    await expect(root("POST", "/pools", { poolid: "p2" })).rejects.toThrow();
    expect((await root("GET", "/pools")).body?.data).toEqual([{ poolid: "p1" }, { poolid: "p2" }]);
    expect(
        control
            .requests()
            .filter((entry) => entry.method !== "GET")
            .map((entry) => entry.status),
    ).toEqual([595, 596, 0]);
    await make(150, { password: "hunter22" });
    expect(JSON.stringify(control.requests())).not.toContain("hunter22");
});

test("a held lock is waited for, then refused", async () => {
    expect(await finish(await make(104))).toBe("OK");
    await lab.api.control.holdLock(104);
    expect(await root("PUT", "/nodes/pve1/lxc/104/config", { memory: 333 })).toMatchObject({
        status: 500,
        reason: "can't lock file '/run/lock/lxc/pve-config-104.lock' - got timeout",
    });
    lab.api.control.releaseLock(104);
    expect((await root("PUT", "/nodes/pve1/lxc/104/config", { memory: 333 })).status).toBe(200);
});

test("every method of the schema data is answered, and nothing else", () => {
    const known = new Set((["8.4", "9.1", "9.2"] as const).flatMap((version) => new MethodTable(version).keys()));
    expect(Object.keys(methods).sort()).toEqual([...known].sort());
});
