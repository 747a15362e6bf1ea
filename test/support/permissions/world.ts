import type { Connection } from "../../../provider/base/connection";
import { messageOf } from "../../../provider/base/errors";
import { type ContainerInputs, gatewayModel } from "../../../provider/model";
import type { Need } from "../../../provider/model/permissions/feature";
import { united } from "../../../provider/model/permissions/feature";
import { filled } from "../../../provider/model/schema";
import type { Pve } from "../../../provider/proxmox/client/client";
import { grantCommands } from "../../../provider/rights/pveum";
import { type LabApi, startApi } from "../../lab/src/api/server";
import { ImaginaryMachine } from "../../lab/src/machine/imaginary";
import { PveError } from "../../lab/src/pve/errors";
import type { Version } from "../../lab/src/pve/method-table";
import type { PveCall } from "../../lab/src/rpc/pve-call";
import { pveum } from "../../lab/src/rpc/pveum";
import type { Bench } from "../proxmox/harness";

export const TEMPLATE = "debian-12-standard_12.7-1_amd64.tar.zst";
export const TOKEN = "pulumi@pve!files";
export const ROOT: Connection["auth"] = { kind: "ticket", username: "root@pam", password: "root password" };

/** A small cluster: separate storages for templates, root file systems and data, guests of pvesmb in a pool. */
export class World {
    private constructor(
        private readonly bench: Bench,
        readonly api: LabApi,
        readonly machine: ImaginaryMachine,
    ) {}

    static async start(bench: Bench, version: Version): Promise<World> {
        const machine = new ImaginaryMachine({ nodes: ["pve1"], appliances: [TEMPLATE], bridges: ["vmbr0", "vmbr1"] });
        const { key, cert } = bench.certificates.node;
        const directory = (storage: string, content: string) => ({ storage, type: "dir", path: `/${storage}`, content });
        const api = await startApi({
            machine,
            version,
            listen: () => ({ host: "127.0.0.1", port: 0 }),
            tls: { key, cert },
            timing: { refusal: 5, lock: 30, think: 1 },
            state: {
                users: [{ userid: "root@pam", password: "root password", tokens: [{ tokenid: "full", secret: "full", privsep: false }] }],
                storages: [directory("templates", "vztmpl"), directory("system", "rootdir"), directory("tank", "rootdir")],
                pools: ["gw"],
            },
        });
        const world = new World(bench, api, machine);
        for (const line of ["user add pulumi@pve", "user token add pulumi@pve files --privsep 1"]) await world.pveum(line.split(" "));
        world.keepTemplate();
        return world;
    }

    keepTemplate(): void {
        this.machine.addFile("pve1", { id: "templates", type: "dir", path: "/templates", shared: false }, "vztmpl", TEMPLATE);
    }

    async dropTemplate(): Promise<void> {
        await this.machine.removeFile("pve1", { id: "templates", type: "dir", path: "/templates", shared: false }, "vztmpl", TEMPLATE);
    }

    /** Runs a pveum command as root. */
    async pveum(argv: readonly string[]): Promise<void> {
        const call: PveCall = async (method, path, params) => {
            try {
                return { status: 200, reason: "OK", data: await this.api.control.call(method, path, params) };
            } catch (error) {
                if (!(error instanceof PveError)) throw error;
                return { status: error.status, reason: messageOf(error), message: messageOf(error), errors: error.errors };
            }
        };
        const request = { program: "pveum", argv: [...argv], env: {}, cwd: "/", uid: 0 };
        await pveum({ request, call, out: () => undefined });
    }

    /** Gives the token exactly these rights, with the commands that pvesmb prints for them. */
    async grant(needs: readonly Pick<Need, "give" | "privileges" | "any">[]): Promise<void> {
        const grants = new Map([...united(needs)].filter(([, privileges]) => privileges.length > 0));
        for (const [, ...argv] of grantCommands(grants, { user: "pulumi@pve", token: TOKEN }))
            if (argv[0] !== "role" || !this.api.lab.access.roles.has(argv[2] ?? "")) await this.pveum(argv);
    }

    as(auth: Connection["auth"]): Pve {
        const endpoint = `https://127.0.0.1:${this.api.ports.get("pve1")}`;
        return this.bench.pve([endpoint], { auth, timing: { answer: 2_000, busy: 3_000 }, deadline: 8_000 });
    }

    /** A new client for the token, without cached answers. */
    token(): Pve {
        const secret = this.api.lab.access.token(TOKEN)?.secret ?? "";
        return this.as({ kind: "token", id: TOKEN, secret });
    }
}

/** Inputs of a gateway with every property that needs a right of its own. */
export function inputsOf(more: object = {}): ContainerInputs {
    return filled(gatewayModel.inputs, {
        node: "pve1",
        vmid: 400,
        pool: "gw",
        lxc: { template: "debian-12-standard", rootfs: { storage: "system", size: "1GiB" } },
        network: { bridge: "vmbr0", address: "dhcp" },
        data: { storage: "tank", size: "1GiB" },
        nameservers: ["10.0.0.1"],
        key: "urn:pulumi:dev::p::SmbGateway::files",
        ...more,
    }) as ContainerInputs;
}
