import { createServer, type Server } from "node:net";
import type { Connection } from "../../base/connection";
import type { Host } from "../../hosts";
import type { ContainerInputs } from "../../model";
import type { Pve } from "../../proxmox/client/client";
import { createContainer } from "../../proxmox/lxc/container";
import { startContainer } from "../../proxmox/lxc/power";
import { newAddresses, refuseUsed } from "./free-address";
import { lines } from "../../../test/support/proxmox/harness";
import { BARE, oneNode } from "../../../test/support/proxmox/one-node";

let pve: Pve;
oneNode(async (client) => {
    pve = client;
    const net0 = "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:07,ip=10.9.0.7/24,ip6=fd00:9:0::7/64";
    await (await createContainer(pve, { node: "pve1", vmid: 107 }, { ...BARE, config: { ...BARE.config, hostname: "web", net0 } })).wait();
});
const start = (): Promise<unknown> => startContainer(pve, { node: "pve1", vmid: 107 });

const inputs = (network: object, extraNetworks: object[] = []): ContainerInputs =>
    ({ network: { bridge: "vmbr0", address6: "none", ...network }, extraNetworks }) as unknown as ContainerInputs;
/** `node`: no address is reachable from here, so only Proxmox VE is asked. */
const connection = (ssh: object): Connection =>
    ({ ssh: { via: "node", pct: "pvesmb-pct", port: 22, nodes: {}, ...ssh } }) as unknown as Connection;
const log = lines();
const asking = (
    network: object,
    { ssh = {}, own, extra }: { ssh?: object; own?: Parameters<typeof refuseUsed>[2]; extra?: object[] } = {},
) => refuseUsed({ pve, connection: connection(ssh), node: "pve1", log }, newAddresses(inputs(network, extra), own?.config), own);

describe("an address of a guest that Proxmox VE knows", () => {
    it.each([
        ["network.address", { address: "10.9.0.7/16" }, "network.address: 10.9.0.7 is in use: CT 107 (web) on pve1 (net0) uses it"],
        [
            "the IPv6 address, however it is spelled",
            { address: "none", address6: "fd00:9::0:7/64" },
            "network.address6: fd00:9::7 is in use",
        ],
    ])("is refused: %s", async (_what, network, message) => {
        await start();
        await expect(asking(network)).rejects.toMatchObject({ kind: "InvalidInput", message: expect.stringContaining(message) as string });
    });

    it("is refused for a further interface", async () => {
        await start();
        const extra = [{ bridge: "vmbr0", address: "10.9.0.7/24", address6: "none" }];
        await expect(asking({ address: "10.9.0.8/24" }, { extra })).rejects.toThrow("extraNetworks[0].address: 10.9.0.7 is in use");
    });

    it("is told and not refused while that one is stopped, and is nobody's when it is the gateway's own", async () => {
        await asking({ address: "10.9.0.7/24" });
        expect(log.lines.join("\n")).toContain("CT 107 (web) on pve1, which is stopped, has 10.9.0.7");
        await start();
        await asking({ address: "10.9.0.7/24" }, { own: { vmid: 107, config: {}, host: undefined } });
        await asking({ address: "10.9.0.8/24" });
        await asking({ address: "dhcp" });
    });

    it("is not asked for when the guest has it already", () => {
        const wanted = newAddresses(inputs({ address: "10.9.0.7/24", address6: "fd00::8/64" }), {
            net0: "name=eth0,bridge=vmbr0,ip=10.9.0.7/24",
        });
        expect(wanted.map(({ address }) => address)).toEqual(["fd00::8"]);
    });
});

describe("a machine that Proxmox VE knows nothing of", () => {
    let server: Server | undefined;
    afterEach(() => server?.close());
    const listening = (hello: string): Promise<number> =>
        new Promise((resolve) => {
            server = createServer((socket) => socket.write(hello)).listen(0, "127.0.0.1", () => {
                const address = server?.address();
                resolve(typeof address === "object" && address !== null ? address.port : 0);
            });
        });

    it("is noticed by its answer, a greeting or a refusal; not by a mere connection", async () => {
        const port = await listening("SSH-2.0-other\r\n");
        const to = (ssh: object) => asking({ address: "127.0.0.1/8" }, { ssh: { via: "guest", ...ssh } });
        await expect(to({ port })).rejects.toThrow(`127.0.0.1 is in use: a machine that answers there (port ${port}) uses it`);
        server?.close();
        const silent = await listening("");
        await to({ port: silent });
        server?.close();
        await expect(to({ port: silent })).rejects.toThrow("is in use");
        // Behind a jump host a local probe proves nothing.
        await to({ port: silent, jump: { address: "127.0.0.1" } });
    });

    it("is noticed by the running gateway in its network, with the guest that it is", async () => {
        const asked: string[][] = [];
        const host = (answer: string, code = 0): Host =>
            ({
                exec: (argv: string[]) => {
                    asked.push(argv);
                    return Promise.resolve({ code, stdout: answer, stderr: "" });
                },
            }) as unknown as Host;
        const own = (answer: string, code?: number) => ({
            vmid: 1,
            config: { net0: "name=eth0,bridge=vmbr0,ip=10.9.0.5/24" },
            host: host(answer, code),
        });
        const to = (answer: string, network = {}) => asking({ address: "10.9.0.6/24", ...network }, { own: own(answer) });
        await expect(to('{"10.9.0.6": "02:00:00:00:00:01"}')).rejects.toThrow(
            "a machine in that network (MAC address 02:00:00:00:00:01) uses it",
        );
        expect(asked[0]?.slice(-2)).toEqual(["eth0", "10.9.0.6"]);
        await expect(to('{"10.9.0.6": "bc:24:11:00:00:07"}')).rejects.toThrow("CT 107 (web) on pve1 (net0, bc:24:11:00:00:07) uses it");
        await to("{}");
        // Its output is untrusted, and it knows no other network.
        for (const lie of ['{"10.9.0.6": "`reboot`"}', "null", "[", '{"10.9.0.9": "02:00:00:00:00:01"}']) await to(lie);
        await to('{"10.9.0.6": "02:00:00:00:00:01"}', { bridge: "vmbr1" });
        await to('{"10.9.0.6": "02:00:00:00:00:01"}', { vlan: 5 });
    });
});
