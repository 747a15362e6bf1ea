import type { Connection } from "../base/connection";
import { nodePlace } from "./node-place";
import { Bench } from "../../test/support/proxmox/harness";
import { data, type Reply, said } from "../../test/support/proxmox/scripted-pve";

/** The SSH address of a cluster node that the connection does not configure. */
const bench = new Bench();
const denied = said(403, "Permission check failed (/, Sys.Audit)");
const cluster = data([
    { type: "cluster", name: "lab", quorate: 1 },
    { type: "node", name: "pve1", ip: "10.0.0.1", local: 1, online: 1 },
    { type: "node", name: "pve2", ip: "10.0.0.2", local: 0, online: 1 },
]);
const alone = data([{ type: "node", name: "pve1", ip: "10.0.0.1", local: 1, online: 1 }]);
const nodes = (...names: string[]): Reply => data(names.map((node) => ({ node, status: "online" })));
const given = { pve2: { address: "192.0.2.2", port: 2222, hostKeys: [] } };

async function address(
    endpoints: string[],
    node: string,
    status: Reply,
    all: Reply,
    places: Connection["ssh"]["nodes"] = {},
): Promise<string> {
    const server = (await bench.server()).on("GET /cluster/status", status).on("GET /nodes", all);
    const connection = { endpoints, ssh: { port: 22, nodes: places } } as unknown as Connection;
    const place = await nodePlace(bench.pve(server), connection, node);
    return `${place.address}:${place.port}`;
}

test.each([
    ["as given", ["https://pve1:8006"], "pve2", cluster, nodes("pve1", "pve2"), "192.0.2.2:2222", given],
    ["the endpoint, when it is that node", ["https://vpn.example.org:8006"], "pve1", cluster, nodes("pve1", "pve2"), "vpn.example.org:22"],
    [
        "the cluster's address, when it is another one",
        ["https://vpn.example.org:8006"],
        "pve2",
        cluster,
        nodes("pve1", "pve2"),
        "10.0.0.2:22",
    ],
    [
        "the endpoint of that name",
        ["https://pve1.lan:8006", "https://pve2.lan:8006"],
        "pve2",
        cluster,
        nodes("pve1", "pve2"),
        "pve2.lan:22",
    ],
    [
        "one of several endpoints by address",
        ["https://10.9.0.1:8006", "https://10.9.0.2:8006"],
        "pve1",
        cluster,
        nodes("pve1", "pve2"),
        "10.0.0.1:22",
    ],
    ["a node that stands alone", ["https://[2001:db8::1]:8006"], "pve1", alone, nodes("pve1"), "2001:db8::1:22"],
    ["alone, without Sys.Audit", ["https://192.0.2.1:8006"], "pve1", denied, nodes("pve1"), "192.0.2.1:22"],
    ["in a cluster, without Sys.Audit", ["https://192.0.2.1:8006"], "pve2", denied, nodes("pve1", "pve2"), "pve2:22"],
] as const)("%s", async (_what, endpoints, node, status, all, expected, places: Connection["ssh"]["nodes"] = {}) => {
    await expect(address([...endpoints], node, status, all, places)).resolves.toBe(expected);
});
