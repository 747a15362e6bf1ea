import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { closeClients, pveClient } from "./client";
import { route } from "./form";
import { Bench, failureOf, lines, TOKEN } from "../../../test/support/proxmox/harness";
import { bare, data, type Reply, said } from "../../../test/support/proxmox/scripted-pve";

const bench = new Bench();
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An address where nothing listens. */
async function closedEndpoint(): Promise<string> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return `https://127.0.0.1:${port}`;
}

describe("requests", () => {
    test("parameters of writes are a form of known length that PVE cannot misread", async () => {
        const server = (await bench.server()).on("PUT /nodes/pve1/lxc/101/config", data(null));
        await bench.pve(server).put(route`/nodes/${"pve1"}/lxc/${101}/config`, {
            tags: "a;b",
            onboot: true,
            protection: false,
            description: "50 % & more\n+ü",
            absent: undefined,
            memory: 512,
            delete: ["mp1", "mp2"],
        });
        const { body, headers } = server.received[0]!;
        expect(body).toBe(
            "tags=a%3Bb&onboot=1&protection=0&description=50%20%25%20%26%20more%0A%2B%C3%BC&memory=512&delete=mp1&delete=mp2",
        );
        expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
        expect(headers["content-length"]).toBe(String(body.length));
        expect(headers["transfer-encoding"]).toBeUndefined();
    });

    test("a POST without parameters says its length too", async () => {
        const server = (await bench.server()).on("POST /nodes/pve1/lxc/101/status/start", data("x"));
        await bench.pve(server).post("/nodes/pve1/lxc/101/status/start");
        expect(server.received[0]!.headers["content-length"]).toBe("0");
    });

    test.each(["get", "delete"] as const)("parameters of %s are in the query, and there is no body", async (verb) => {
        const server = (await bench.server()).on(`${verb.toUpperCase()} /nodes/pve1/lxc/101`, data(null));
        await bench.pve(server)[verb]("/nodes/pve1/lxc/101", { purge: true, force: undefined });
        expect(server.received[0]).toMatchObject({ query: "purge=1", body: "" });
        expect(server.received[0]!.headers["content-type"]).toBeUndefined();
    });

    test("volume ids and task ids are encoded whole", () => {
        expect(route`/nodes/${"pve1"}/storage/${"local"}/content/${"local:100/vm-100-disk-9.raw"}`).toBe(
            "/nodes/pve1/storage/local/content/local%3A100%2Fvm-100-disk-9.raw",
        );
    });
});

describe("answers", () => {
    test("up to 8.3 the text is in the reason phrase alone", async () => {
        const server = (await bench.server()).on("GET /x", {
            status: 500,
            reason: "Configuration file 'nodes/pve1/lxc/9.conf' does not exist",
            body: { data: null },
        });
        expect((await failureOf(bench.pve(server).get("/x"))).kind).toBe("NotFound");
    });

    test("refused parameters are told by name, nested ones too", async () => {
        const errors = {
            net0: "invalid format - format error\nnet0.ip: invalid format - value does not look like a valid ipv4 network configuration\n\n",
            vmid: "bad",
        };
        const server = (await bench.server()).on("GET /x", said(400, "Parameter verification failed.", errors));
        const failure = await failureOf(bench.pve(server).get("/x"));
        expect(failure.message).toContain(
            "net0: net0.ip: invalid format - value does not look like a valid ipv4 network configuration; vmid: bad",
        );
        expect(Object.keys(failure.details.errors ?? {})).toEqual(["net0", "vmid"]);
    });

    test("refused parameters inside a 500", async () => {
        const server = (await bench.server()).on("GET /x", said(500, "400 Parameter verification failed.\nid: No such job 'gwjob'"));
        const failure = await failureOf(bench.pve(server).get("/x"));
        expect(failure.kind).toBe("InvalidInput");
        expect(failure.details.errors).toEqual({ id: "No such job 'gwjob'" });
    });

    test.each([
        [
            "Permission check failed (/storage/local, Datastore.AllocateSpace)",
            /svc@pve!gw is missing the privilege Datastore.AllocateSpace on \/storage\/local.*privilege separation.*--tokens 'svc@pve!gw'/,
        ],
        [
            "Permission check failed (/vms/220, VM.Config.Disk|VM.Config.CPU)",
            /missing the privilege VM.Config.Disk or VM.Config.CPU on \/vms\/220/,
        ],
        ["Permission check failed (mount point type bind is only allowed for root@pam)", /only root@pam with a password/],
        [
            "Permission check failed (URI '/access/password' not available with API token, need proper ticket.\n)",
            /log in with a password instead/,
        ],
        ["Permission check failed", /svc@pve!gw is not allowed/],
    ])("403: %s", async (message, expected) => {
        const server = (await bench.server()).on("GET /x", said(403, message));
        const failure = await failureOf(bench.pve(server).get("/x"));
        expect(failure.kind).toBe("Denied");
        expect(failure.message).toMatch(expected);
    });

    test("where Perl died is no part of the message", async () => {
        const server = (await bench.server()).on(
            "GET /x",
            said(500, "Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651."),
        );
        expect((await failureOf(bench.pve(server).get("/x"))).message).toContain(
            "Only root can pass arbitrary filesystem paths. (GET /x at",
        );
    });
});

describe("connections", () => {
    test("are kept while in use, and left before the server drops them", async () => {
        const server = (await bench.server()).on("GET /x", data(1));
        const pve = bench.pve(server, { timing: { keepAlive: 1_100 } });
        await pve.get("/x");
        // undici reuses a connection only after one turn of the event loop.
        await sleep(5);
        await pve.get("/x");
        expect(server.connections).toBe(1);
        // undici closes idle connections up to a second before the given time and checks about once per second.
        await sleep(2_500);
        await pve.get("/x");
        expect(server.connections).toBe(2);
    });

    test("one that the server closed while idle costs nothing, for writes neither", async () => {
        const server = (await bench.server()).on("GET /x", data(1)).on("POST /x", data(2));
        const pve = bench.pve(server, { timing: { keepAlive: 3_000 } });
        await pve.get("/x");
        server.closeIdle();
        await sleep(20);
        await expect(pve.post("/x")).resolves.toBe(2);
        expect(server.count("POST /x")).toBe(1);
    });

    test("a slow answer does not hold up others", async () => {
        let release: (reply: Reply) => void = () => undefined;
        const server = (await bench.server())
            .on("GET /slow", () => new Promise<Reply>((resolve) => (release = resolve)))
            .on("GET /x", data(1));
        const pve = bench.pve(server, { timing: { answer: 2_000 } });
        const slow = pve.get("/slow");
        await pve.get("/x");
        release(data("late"));
        await expect(slow).resolves.toBe("late");
    });

    test("at most three writes per node at once, reads and other nodes apart", async () => {
        const server = await bench.server();
        const running = new Map<string, number>();
        const most = new Map<string, number>();
        const script = (node: string) => async (): Promise<Reply> => {
            running.set(node, (running.get(node) ?? 0) + 1);
            most.set(node, Math.max(most.get(node) ?? 0, running.get(node) ?? 0));
            while ((most.get(node) ?? 0) < 3) await sleep(5);
            await sleep(15);
            running.set(node, (running.get(node) ?? 0) - 1);
            return data(node);
        };
        for (const node of ["pve1", "pve2"]) server.on(`POST /nodes/${node}/lxc`, script(node));
        const pve = bench.pve(server, { timing: { answer: 2_000 } });
        const sent = Array.from({ length: 12 }, (_, index) => pve.post(`/nodes/pve${(index % 2) + 1}/lxc`));
        await Promise.all(sent);
        expect(Object.fromEntries(most)).toEqual({ pve1: 3, pve2: 3 });
    });
});

describe("several endpoints", () => {
    test("a dead one is skipped, for writes too, and not asked for a while", async () => {
        const server = (await bench.server()).on("POST /x", data(1));
        const pve = bench.pve([await closedEndpoint(), server.endpoint], { timing: { pause: [10_000, 10_000] } });
        await expect(Promise.all([pve.post("/x"), pve.post("/x")])).resolves.toEqual([1, 1]);
        await pve.post("/x");
        expect(server.count("POST /x")).toBe(3);
    });

    test("one whose daemon is down (595) is skipped; the first comes back into use", async () => {
        const first = (await bench.server()).on("GET /x", bare(595, "Connection refused"), data("first"));
        const second = (await bench.server()).on("GET /x", data("second"));
        const pve = bench.pve([first.endpoint, second.endpoint], { timing: { pause: [10_000, 10_000], avoid: 300 } });
        await expect(pve.get("/x")).resolves.toBe("second");
        await expect(pve.get("/x")).resolves.toBe("second");
        await sleep(80);
        await expect(pve.get("/x")).resolves.toBe("first");
    });

    test("one that does not even shake hands is skipped", async () => {
        const silent = createServer(() => undefined).listen(0, "127.0.0.1");
        await once(silent, "listening");
        const server = (await bench.server()).on("GET /x", data(1));
        const pve = bench.pve([`https://127.0.0.1:${(silent.address() as AddressInfo).port}`, server.endpoint], {
            timing: { connect: 200 },
        });
        await expect(pve.get("/x")).resolves.toBe(1);
        silent.close();
    });

    test("all dead: Unreachable, surely not sent, after some patience", async () => {
        const began = Date.now();
        const failure = await failureOf(bench.pve([await closedEndpoint(), await closedEndpoint()]).post("/x"));
        expect(failure).toMatchObject({ kind: "Unreachable", details: { dispatched: false } });
        expect(failure.message).toContain("ECONNREFUSED");
        expect(Date.now() - began).toBeGreaterThanOrEqual(250);
    });

    test("a name that does not exist is not waited for", async () => {
        const began = Date.now();
        const failure = await failureOf(
            bench.pve(["https://no-such-host.invalid:8006"], { timing: { silence: 5_000, connect: 5_000 } }).get("/x"),
        );
        expect(failure.kind).toBe("Unreachable");
        expect(Date.now() - began).toBeLessThan(2_000);
    });
});

test("one client per distinct connection", async () => {
    const connection = { endpoints: ["https://a:8006"], auth: TOKEN, tls: { kind: "system" }, ssh: undefined as never } as const;
    const log = lines();
    const first = pveClient({ ...connection, endpoints: [...connection.endpoints] }, log);
    expect(pveClient({ ...connection, endpoints: ["https://a:8006"] }, log)).toBe(first);
    expect(pveClient({ ...connection, endpoints: ["https://b:8006"] }, log)).not.toBe(first);
    await closeClients();
});

test("every exchange leaves a line in the trace, without secrets", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pvesmb-trace-"));
    process.env["PVESMB_TRACE"] = join(folder, "trace");
    try {
        const server = (await bench.server()).on("GET /x", "reset", data(1));
        await bench.pve(server).get("/x", { a: 1 });
        const events = readFileSync(join(folder, "trace"), "utf8")
            .trim()
            .split("\n")
            .map((line) => JSON.parse(line) as Record<string, unknown>);
        expect(events).toEqual([
            expect.objectContaining({ kind: "api", method: "GET", path: "/x", status: 0, ms: expect.any(Number) }),
            expect.objectContaining({ kind: "api", method: "GET", path: "/x", status: 200 }),
        ]);
    } finally {
        delete process.env["PVESMB_TRACE"];
        rmSync(folder, { recursive: true });
    }
});
