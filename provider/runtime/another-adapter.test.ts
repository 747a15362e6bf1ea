import { holdsData, markSecrets } from "../base/kind";
import type { Log } from "../base/log";
import { pinsOf } from "../base/pins";
import { gatewayModel, shareModel } from "../model";
import { kindOf } from "../model/kind";
import type { Model } from "../model/meta";
import type { Tree } from "../model/tree";
import { checked } from "./checked";
import { operations } from "./run";

/** What an adapter for another protocol has without the SDK: Pulumi's engine passes the URN, and the inputs are those of a YAML program. */
const URN = "urn:pulumi:dev::proj::pvesmb:index:SmbGateway::Files & Co.";
const env = {
    PROXMOX_VE_ENDPOINT: "https://pve1:8006",
    PROXMOX_VE_API_TOKEN: "svc@pve!gw=0123",
    PROXMOX_VE_SSH_AGENT: "true",
    SSH_AUTH_SOCK: "/run/agent",
};
const written: Tree = {
    node: "pve1",
    lxc: { template: "debian-12", rootfs: { storage: "local", size: "4GiB" } },
    network: { bridge: "vmbr0", address: "dhcp" },
    data: { storage: "tank", size: "1GiB" },
    connection: { ssh: { password: "p" } },
};
const gateway = gatewayModel as unknown as Model;

test("names, secrets, protection and the URN come with the runtime", async () => {
    const { inputs, failures } = checked(gateway, URN, written, env, () => undefined);
    expect(failures).toEqual([]);
    expect(inputs).toEqual({ ...written, hostname: "files-co" });
    expect(holdsData(kindOf(gateway), inputs)).toBe(true);
    const sealing = { secret: () => "sealed", isLater: () => false, whenKnown: () => "never" };
    expect(markSecrets(inputs, kindOf(gateway).secrets, sealing)).toMatchObject({ connection: { ssh: { password: "sealed" } } });

    const seen: unknown[] = [];
    const log: Log = { info: () => undefined, warn: () => undefined, warnOnce: () => undefined };
    const never = (): never => {
        throw new Error("not expected");
    };
    const handler = { create: never, read: never, update: never, delete: never };
    const run = operations(
        gateway,
        () => ({ ...handler, create: (ctx) => (seen.push(ctx.urn), Promise.resolve({ id: "1", state: {} })) }),
        (urn) => (seen.push(urn), log),
    );
    await run.create(URN, inputs);
    expect(seen).toEqual([URN, URN]);
    const id = "pve1/101/0123456789abcdef";
    const keys = ["SHA256:0123"];
    expect(run.diff(URN, id, { ...inputs, hostKeys: keys }, inputs)).toEqual({ changes: false });
    expect(pinsOf(id)).toEqual(keys);
    await expect(run.read(URN, "pve1/101/0123456789abcdef", {})).rejects.toThrow(
        "SmbGateway Files & Co. cannot be imported; declare it with `adopt: true`",
    );
});

test("names that a user gave stay, and nothing is filled in where nothing is wanted", () => {
    const share = { name: "documents", gateway: { id: "pve1/101/0123456789abcdef" } };
    expect(checked(shareModel as unknown as Model, URN, share, env, () => undefined).inputs).toBe(share);
});
