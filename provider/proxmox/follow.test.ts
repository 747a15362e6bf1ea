import { PvesmbError } from "../base/errors";
import { follow } from "./follow";
import { readStatus } from "./lxc/container";
import { startContainer } from "./lxc/power";
import { Bench, failureOf } from "../../test/support/proxmox/harness";
import { data, type Reply, said, type ScriptedPve } from "../../test/support/proxmox/scripted-pve";

/** The container moves to another node during the work. */
const bench = new Bench();
const place = { node: "pve1", vmid: 101 };
const at = (node: string): string => `/nodes/${node}/lxc/101`;
const missing = said(500, "Configuration file 'nodes/pve1/lxc/101.conf' does not exist");
const upid = "UPID:pve1:00001B8F:000387A6:6B00C2A7:hastart:101:svc@pve!gw:";
const status = (state: string): Reply => data({ status: state, ha: { managed: 1 } });

/** The container is now on pve2. */
async function moved(): Promise<ScriptedPve> {
    return (await bench.server())
        .on(`GET ${at("pve1")}/config`, missing)
        .on(`GET ${at("pve2")}/config`, data({ hostname: "gw" }))
        .on("GET /cluster/nextid", said(400, "Parameter verification failed.", { vmid: "VM 101 already exists" }))
        .on("GET /cluster/resources", data([{ vmid: 101, type: "lxc", node: "pve2" }]))
        .on("GET /nodes", data([{ node: "pve1" }, { node: "pve2" }]));
}

test("goes on where the container is now", async () => {
    const server = (await moved())
        .on(`GET ${at("pve1")}/status/current`, missing)
        .on(`GET ${at("pve2")}/status/current`, status("running"));
    const pve = bench.pve(server);
    await expect(follow(pve, place, (now) => readStatus(pve, now))).resolves.toMatchObject({ running: true });
});

test("a start under HA that makes it run on another node is a start", async () => {
    const server = (await moved())
        .on(`GET ${at("pve1")}/status/current`, status("stopped"), status("stopped"), missing)
        .on(`POST ${at("pve1")}/status/start`, data(upid))
        .on(`GET /nodes/pve1/tasks/${upid}/status`, data({ status: "stopped", exitstatus: "OK" }))
        .on(`GET ${at("pve2")}/status/current`, status("running"));
    const pve = bench.pve(server);
    await expect(follow(pve, place, (now) => startContainer(pve, now))).resolves.toEqual([]);
    expect(server.received.filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("gone is gone, and what else fails fails", async () => {
    const server = (await moved()).on(`GET ${at("pve1")}/status/current`, missing).on("GET /cluster/nextid", data("101"));
    const pve = bench.pve(server);
    expect((await failureOf(follow(pve, place, (now) => readStatus(pve, now)))).kind).toBe("NotFound");
    const other = new PvesmbError("RemoteFailed", "no");
    await expect(follow(pve, place, () => Promise.reject(other))).rejects.toBe(other);
});

test("a node that has it and says that it has not is believed, not asked for ever", async () => {
    const server = (await moved()).on(
        `GET ${at("pve2")}/status/current`,
        said(500, "Configuration file 'nodes/pve2/lxc/101.conf' does not exist"),
    );
    const pve = bench.pve(server);
    expect((await failureOf(follow(pve, { ...place, node: "pve2" }, (now) => readStatus(pve, now)))).kind).toBe("NotFound");
    expect(server.count(`GET ${at("pve2")}/status/current`)).toBe(1);
});
