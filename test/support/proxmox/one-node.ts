import type { Pve } from "../../../provider/proxmox/client/client";
import { downloadAppliance } from "../../../provider/proxmox/templates";
import { newVolume } from "../../../provider/proxmox/values/size";
import { type LabApi, startApi } from "../../lab/src/api/server";
import { ImaginaryMachine } from "../../lab/src/machine/imaginary";
import { Bench } from "./harness";

const TEMPLATE = "debian-12-standard_12.7-1_amd64.tar.zst";

/** Parameters of every container in these tests. */
export const BARE = {
    ostemplate: `local:vztmpl/${TEMPLATE}`,
    unprivileged: true,
    config: { rootfs: newVolume("local", 2 ** 30) },
};

/** Before each test of a file: a new one-node PVE in memory with a container template; `prepare` gets a client for it. */
export function oneNode(prepare: (pve: Pve, api: LabApi) => Promise<void>): void {
    const bench = new Bench();
    let api: LabApi;
    beforeEach(async () => {
        const { key, cert } = bench.certificates.node;
        api = await startApi({
            machine: new ImaginaryMachine({ nodes: ["pve1"], appliances: [TEMPLATE] }),
            version: "9.2",
            listen: () => ({ host: "127.0.0.1", port: 0 }),
            tls: { key, cert },
            state: { users: [{ userid: "root@pam", password: "root password" }] },
        });
        const auth = { kind: "ticket", username: "root@pam", password: "root password" } as const;
        const pve = bench.pve([`https://127.0.0.1:${api.ports.get("pve1")}`], { auth, timing: { answer: 2_000 }, deadline: 8_000 });
        await (await downloadAppliance(pve, "pve1", "local", TEMPLATE)).wait();
        await prepare(pve, api);
    });
    afterEach(() => api.close());
}
