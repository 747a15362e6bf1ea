/** What typed clients stumbled over (users, options, storages, sections): the right keys, the right types, and `delete` and `digest` that count. */
import { ImaginaryMachine } from "../machine/imaginary";
import { ThrowawayLab, type Answer } from "./throwaway";

const secret = "11111111-2222-3333-4444-555555555555";
const changed = "detected modified configuration - file changed by other user? Try again.";

let lab: ThrowawayLab;
let root: ReturnType<ThrowawayLab["as"]>;

async function start(version: "8.4" | "9.2", nodes = 1): Promise<void> {
    lab = await ThrowawayLab.start(version, {
        machine: nodes > 1 ? new ImaginaryMachine({ nodes: ["pve1", "pve2"] }) : undefined,
        state: {
            users: [{ userid: "root@pam", password: "pass1", tokens: [{ tokenid: "t1", secret, privsep: false }] }],
            groups: [
                { groupid: "a", users: [] },
                { groupid: "b", users: [] },
            ],
        },
    });
    root = lab.as(`root@pam!t1=${secret}`);
}
afterEach(() => lab.close());

async function data(path: string, params: Record<string, unknown> = {}): Promise<unknown> {
    const answer = await root("GET", path, params);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body?.data;
}

const ok = (answer: Answer): void => expect(answer).toMatchObject({ status: 200 });
const refused = (answer: Answer, reason: string, status = 500): void => expect(answer).toMatchObject({ status, reason });

describe("users", () => {
    beforeEach(async () => {
        await start("9.2");
        ok(
            await root("POST", "/access/users", {
                userid: "kim@pve",
                groups: "b,a",
                firstname: "Kim",
                lastname: "Ode",
                keys: "x1",
                comment: "c",
                enable: 0,
            }),
        );
    });

    test("what was given reads back, also after a change", async () => {
        const kim = { enable: 0, expire: 0, firstname: "Kim", lastname: "Ode", keys: "x1", comment: "c", email: "" };
        expect(await data("/access/users/kim@pve")).toEqual({ ...kim, groups: ["a", "b"], tokens: null });
        ok(await root("PUT", "/access/users/kim@pve", { lastname: "Ohm", keys: "", comment: "", email: "k@x.example", groups: "a" }));
        expect(await data("/access/users/kim@pve")).toEqual({
            enable: 0,
            expire: 0,
            firstname: "Kim",
            lastname: "Ohm",
            email: "k@x.example",
            groups: ["a"],
            tokens: null,
        });
    });

    test("the list has groups and tokens only in full, and knows who is enabled", async () => {
        expect(await data("/access/users", { enabled: 1 })).toEqual([{ userid: "root@pam", enable: 1, expire: 0, "realm-type": "pam" }]);
        const [kim] = (await data("/access/users")) as object[];
        expect(kim).not.toHaveProperty("groups");
        expect(kim).not.toHaveProperty("tokens");
        ok(await root("POST", "/access/users/kim@pve/token/t2", { comment: "for backups" }));
        expect(await data("/access/users", { full: 1, enabled: 0 })).toMatchObject([
            { userid: "kim@pve", groups: "a,b", tokens: [{ tokenid: "t2", privsep: 1, expire: 0, comment: "for backups" }] },
        ]);
        expect(await data("/access/users", { full: 1, enabled: 1 })).toMatchObject([{ groups: "", tokens: [{ tokenid: "t1" }] }]);
    });

    test("an unknown group is refused, and nothing was done", async () => {
        refused(await root("POST", "/access/users", { userid: "bo@pve", groups: "a,x" }), "create user failed: no such group 'x'");
        refused(await root("GET", "/access/users/bo@pve"), "no such user ('bo@pve')");
        refused(await root("PUT", "/access/users/kim@pve", { groups: "x", lastname: "No" }), "update user failed: no such group 'x'");
        expect(await data("/access/users/kim@pve")).toMatchObject({ lastname: "Ode", groups: ["a", "b"] });
        refused(await root("POST", "/access/users", { userid: "kim@pve" }), "create user failed: user 'kim@pve' already exists");
    });

    test("a token's new secret is shown once, and its comment goes", async () => {
        const made = (await root("POST", "/access/users/kim@pve/token/t2", { privsep: 0, comment: "c" })).body?.data;
        expect(made).toMatchObject({ "full-tokenid": "kim@pve!t2", info: { privsep: "0", comment: "c" } });
        expect((made as { info: object }).info).not.toHaveProperty("expire");
        const again = (await root("PUT", "/access/users/kim@pve/token/t2", { regenerate: 1 })).body?.data as { value: string };
        expect(again).toMatchObject({ "full-tokenid": "kim@pve!t2", privsep: 0, comment: "c" });
        expect(again.value).not.toBe((made as { value: string }).value);
        ok(await root("PUT", "/access/users/kim@pve", { enable: 1 }));
        expect(await lab.as(`kim@pve!t2=${again.value}`)("GET", "/version")).toMatchObject({ status: 200 });
        expect(await lab.as(`kim@pve!t2=${(made as { value: string }).value}`)("GET", "/version")).toMatchObject({ status: 401 });
        expect((await root("PUT", "/access/users/kim@pve/token/t2", { delete: "comment" })).body?.data).toEqual({ privsep: 0, expire: 0 });
        refused(
            await root("PUT", "/access/users/kim@pve/token/t2", { delete: "expire" }),
            "updating token info failed: 400 Parameter verification failed.",
        );
    });
});

describe.each(["8.4", "9.2"] as const)("datacenter options on %s", (version) => {
    beforeEach(() => start(version));

    test("a fresh cluster's", async () => {
        expect(await data("/cluster/options")).toEqual({ mac_prefix: "BC:24:11", description: "", "allowed-tags": [] });
    });

    test("property strings are objects, lists are lists", async () => {
        ok(
            await root("PUT", "/cluster/options", {
                migration: "insecure,network=10.0.0.0/24",
                "next-id": "lower=200",
                crs: "ha=static,ha-rebalance-on-start=1",
                "tag-style": "case-sensitive=yes,ordering=config",
                "user-tag-access": "user-allow=list,user-allow-list=b;a",
                "registered-tags": "x;y",
                bwlimit: "clone=100",
                description: "one\ntwo",
                max_workers: 3,
                console: "html5",
            }),
        );
        expect(await data("/cluster/options")).toEqual({
            mac_prefix: "BC:24:11",
            migration: { type: "insecure", network: "10.0.0.0/24" },
            "next-id": { lower: "200" },
            crs: { ha: "static", "ha-rebalance-on-start": 1 },
            "tag-style": { "case-sensitive": 1, ordering: "config" },
            "user-tag-access": { "user-allow": "list", "user-allow-list": ["b", "a"] },
            "registered-tags": ["x", "y"],
            bwlimit: "clone=100",
            description: "one\ntwo\n",
            max_workers: "3",
            console: "html5",
            "allowed-tags": ["a", "b", "x", "y"],
        });
        expect(await data("/cluster/nextid")).toBe("200");
        ok(await root("PUT", "/cluster/options", { delete: "migration,next-id" }));
        expect(await data("/cluster/options")).not.toHaveProperty("migration");
    });

    test("who may not audit sees little", async () => {
        ok(await root("PUT", "/cluster/options", { console: "html5", "registered-tags": "x", keyboard: "de" }));
        ok(await root("POST", "/access/users", { userid: "bo@pve", password: "password1" }));
        const bo = await lab.login("bo@pve", "password1");
        expect((await bo("GET", "/cluster/options")).body?.data).toEqual({ console: "html5", "allowed-tags": [] });
    });

    test("a range of VMIDs that is none", async () => {
        refused(
            await root("PUT", "/cluster/options", { "next-id": "lower=200,upper=100", keyboard: "de" }),
            "lower (200) <= upper (100) boundary rule broken",
        );
        expect(await data("/cluster/options")).not.toHaveProperty("keyboard");
    });
});

describe("storages", () => {
    beforeEach(() => start("9.2"));

    test("flags and numbers are numbers; a wrong digest and odd keys are refused", async () => {
        const values = { path: "/srv/a//b/", content: "iso", "create-base-path": 1, "create-subdirs": 1, "max-protected-backups": 5 };
        ok(await root("POST", "/storage", { storage: "s1", type: "dir", ...values, disable: 0, "prune-backups": "keep-last=3" }));
        const made = (await data("/storage/s1")) as { digest: string };
        expect(made).toMatchObject({ ...values, path: "/srv/a/b", disable: 0, "prune-backups": "keep-last=3" });
        const put = (params: object): Promise<Answer> => root("PUT", "/storage/s1", { ...params });
        refused(await put({ shared: 1, digest: "0123456789" }), `update storage failed: ${changed}`);
        ok(await put({ shared: 1, delete: "max-protected-backups", digest: made.digest }));
        expect(await data("/storage/s1")).toMatchObject({ shared: 1 });
        expect(await data("/storage/s1")).not.toHaveProperty("max-protected-backups");
        refused(await put({ delete: "path" }), "update storage failed: unable to delete fixed option 'path'");
        refused(await put({ delete: "nonsense" }), "update storage failed: no such option 'nonsense'");
        refused(await put({ sparse: 1 }), "update storage failed: unexpected property 'sparse'");
        refused(
            await put({ shared: 0, delete: "shared" }),
            "update storage failed: cannot set and delete property 'shared' at the same time!",
        );
        refused(await root("POST", "/storage", { storage: "s2", type: "dir" }), "missing value for required option 'path'");
        refused(
            await root("POST", "/storage", { storage: "s2", type: "nfs", server: "10.0.0.1", export: "/e" }),
            "create storage failed: storage 's2' is not online",
        );
    });

    test("a directory is made, or must be there; the node's list never fails", async () => {
        ok(await root("POST", "/storage", { storage: "s1", type: "dir", path: "/srv/new" }));
        expect(await lab.machine.directoryExists("pve1", "/srv/new")).toBe(true);
        const missing = "unable to activate storage 's2' - directory '/srv/missing' does not exist or is unreachable";
        const s2 = { storage: "s2", type: "dir", path: "/srv/missing", "create-base-path": 0 };
        refused(await root("POST", "/storage", s2), `create storage failed: ${missing}`);
        refused(await root("GET", "/nodes/pve1/storage/s2/status"), "storage 's2' does not exist");
        ok(await root("POST", "/storage", { ...s2, disable: 1 }));
        ok(await root("PUT", "/storage/s2", { disable: 0 }));
        const rows = (await data("/nodes/pve1/storage")) as { storage: string }[];
        expect(rows.find(({ storage }) => storage === "s2")).toMatchObject({ active: 0, enabled: 1, total: 0, avail: 0, used: 0 });
        expect(rows.find(({ storage }) => storage === "local")).toMatchObject({ active: 1 });
        expect(await data("/nodes/pve1/storage/s2/status")).toMatchObject({ active: 0, enabled: 1 });
        refused(await root("GET", "/nodes/pve1/storage/s2/content"), missing);
    });

    test("content: whose volume it is, what it stands on, what of it is on the disk", async () => {
        await lab.machine.createVolume(
            { node: "pve1", storage: { id: "local", type: "dir", path: "/var/lib/vz", shared: false }, name: "150/vm-150-disk-0.raw" },
            2 ** 30,
        );
        const row = { volid: "local:150/vm-150-disk-0.raw", format: "raw", size: 2 ** 30, used: 0, vmid: 150, parent: null };
        expect(await data("/nodes/pve1/storage/local/content")).toEqual([
            { ...row, content: "images", ctime: expect.any(Number) as number },
        ]);
        // Of no guest: not a container's.
        expect(await data("/nodes/pve1/storage/local/content", { content: "rootdir" })).toEqual([]);
        lab.api.control.setConfig(150, "rootfs: local:150/vm-150-disk-0.raw,size=1G\n", { node: "pve1", kind: "lxc" });
        expect(await data("/nodes/pve1/storage/local/content", { content: "rootdir" })).toMatchObject([{ content: "rootdir", vmid: 150 }]);
        expect(await data("/nodes/pve1/storage/local/content", { content: "images" })).toEqual([]);
        expect(await data(`/nodes/pve1/storage/local/content/${encodeURIComponent(row.volid)}`)).toMatchObject({ size: 2 ** 30, used: 0 });
    });
});

describe("sections", () => {
    beforeEach(() => start("9.2", 2));

    test("metric servers", async () => {
        const path = "/cluster/metrics/server/inf";
        ok(
            await root("POST", path, {
                type: "influxdb",
                server: "10.0.0.9",
                port: 8089,
                bucket: "b",
                token: "hidden",
                "verify-certificate": 0,
            }),
        );
        expect(await data(path)).toEqual({ type: "influxdb", server: "10.0.0.9", port: 8089, bucket: "b", "verify-certificate": 0 });
        refused(await root("PUT", path, { server: "10.0.0.9", port: 8089, delete: "nonsense" }), "no such option 'nonsense'");
        refused(await root("PUT", path, { server: "10.0.0.9", port: 8089, delete: "server" }), "unable to delete required option 'server'");
        refused(await root("PUT", path, { server: "10.0.0.9", port: 8089, digest: "0123" }), changed);
        ok(await root("PUT", path, { server: "10.0.0.8", port: 8089, delete: "bucket,verify-certificate" }));
        expect(await data(path)).toEqual({ type: "influxdb", server: "10.0.0.8", port: 8089 });
        expect(await data("/cluster/metrics/server")).toEqual([
            { id: "inf", disable: 0, type: "influxdb", server: "10.0.0.8", port: 8089 },
        ]);
        refused(await root("PUT", "/cluster/metrics/server/no", { server: "10.0.0.9", port: 1 }), "no such server 'no'");
    });

    test("replication", async () => {
        lab.api.control.setConfig(100, "hostname: a\n", { node: "pve1", kind: "lxc" });
        ok(await root("POST", "/cluster/replication", { id: "100-0", type: "local", target: "pve2", rate: 10, comment: "c" }));
        const { digest } = (await data("/cluster/replication/100-0")) as { digest: string };
        refused(await root("PUT", "/cluster/replication/100-0", { disable: 1, digest: "0123" }), changed);
        ok(await root("PUT", "/cluster/replication/100-0", { disable: 1, delete: "rate,comment", digest }));
        expect(await data("/cluster/replication/100-0")).toMatchObject({ disable: 1, target: "pve2", guest: 100, jobnum: 0 });
        expect(await data("/cluster/replication/100-0")).not.toHaveProperty("rate");
        expect(await data("/cluster/replication/100-0")).not.toHaveProperty("comment");
        refused(await root("PUT", "/cluster/replication/100-0", { delete: "target" }), "unable to delete fixed option 'target'");
        refused(await root("PUT", "/cluster/replication/100-1", { disable: 1 }), "no such job '100-1'");
    });

    test("HA resources and rules", async () => {
        lab.api.control.setConfig(100, "hostname: a\n", { node: "pve1", kind: "lxc" });
        ok(await root("POST", "/cluster/ha/resources", { sid: "ct:100", state: "stopped", comment: "c", max_restart: 2 }));
        const resource = "/cluster/ha/resources/ct:100";
        refused(await root("PUT", resource, { max_restart: 3, digest: "0123" }), `update resources config failed: ${changed}`);
        refused(await root("PUT", resource, { delete: "nonsense" }), "update resources config failed: no such option 'nonsense'");
        ok(await root("PUT", resource, { delete: "comment" }));
        expect(await data(resource)).toMatchObject({ max_restart: 2 });
        expect(await data(resource)).not.toHaveProperty("comment");
        ok(
            await root("POST", "/cluster/ha/rules", {
                rule: "r1",
                type: "node-affinity",
                resources: "ct:100",
                nodes: "pve1",
                strict: 1,
                comment: "c",
            }),
        );
        const rule = "/cluster/ha/rules/r1";
        const same = { type: "node-affinity" };
        refused(await root("PUT", rule, { ...same, strict: 0, digest: "0123" }), `update ha rule failed: ${changed}`);
        refused(await root("PUT", rule, { ...same, delete: "nodes" }), "update ha rule failed: unable to delete required option 'nodes'");
        ok(await root("PUT", rule, { ...same, delete: "strict,comment", nodes: "pve2" }));
        expect(await data(rule)).toEqual({ rule: "r1", ...same, resources: "ct:100", nodes: "pve2", digest: expect.any(String) as string });
        expect(await data("/cluster/ha/status/current")).toContainEqual({
            id: "fencing",
            type: "fencing",
            node: "pve1",
            status: "armed (CRM watchdog active)",
            "armed-state": "armed",
        });
    });

    test("a node's notes and disks", async () => {
        const path = "/nodes/pve1/config";
        expect(await data(path)).toEqual({});
        ok(await root("PUT", path, { description: "rack 7", "startall-onboot-delay": 5 }));
        const { digest } = (await data(path)) as { digest: string };
        expect(await data(path)).toEqual({ description: "rack 7\n", "startall-onboot-delay": 5, digest });
        refused(await root("PUT", path, { description: "no", digest: "0123" }), changed);
        ok(await root("PUT", path, { delete: "description", digest }));
        expect(await data(path, { property: "startall-onboot-delay" })).toEqual({ "startall-onboot-delay": 5 });
        expect(await data("/nodes/pve2/config")).toEqual({});
        expect(await data("/nodes/pve1/disks/list")).toEqual([]);
    });

    test("directory mappings", async () => {
        const map = "node=pve1,path=/var/tmp";
        ok(await root("POST", "/cluster/mapping/dir", { id: "share", map, description: "d" }));
        const one = (await data("/cluster/mapping/dir/share")) as { digest: string };
        expect(one).toEqual({ type: "dir", map: [map], description: "d", digest: expect.any(String) as string });
        expect(await data("/cluster/mapping/dir")).toEqual([{ id: "share", ...one }]);
        refused(await root("PUT", "/cluster/mapping/dir/share", { map, digest: "0123" }), `update directory mapping failed: ${changed}`);
        refused(
            await root("PUT", "/cluster/mapping/dir/share", { map, delete: "nonsense" }),
            "update directory mapping failed: no such option 'nonsense'",
        );
        ok(await root("PUT", "/cluster/mapping/dir/share", { map, delete: "description", digest: one.digest }));
        expect(await data("/cluster/mapping/dir/share")).not.toHaveProperty("description");
    });
});

test("8.4 has no row of the fencing", async () => {
    await start("8.4");
    expect(((await data("/cluster/ha/status/current")) as { type: string }[]).map(({ type }) => type)).toEqual(["quorum"]);
});
