import type { QuotaArgs } from "../../../sdk/nodejs/generated/quota";
import type { SmbGatewayArgs } from "../../../sdk/nodejs/generated/smb-gateway";
import type { SmbShareArgs } from "../../../sdk/nodejs/generated/smb-share";
import type { SmbUserArgs } from "../../../sdk/nodejs/generated/smb-user";
import { POOL } from "./least-rights";
import type { Login } from "./smb-client";

/**
 * A program whose resources are given as data. Names are identifiers and become constants of the program. `lines` may hold other code
 * between them.
 */
export function program(...lines: string[]): string {
    return ['import * as pulumi from "@pulumi/pulumi";', 'import * as pvesmb from "pvesmb";', ...lines, ""].join("\n");
}

export function gateway(name: string, args: SmbGatewayArgs, options = {}): string {
    return declared("SmbGateway", name, JSON.stringify(args), options);
}

/** Access levels by the name of the user resource. */
export type Grants = Record<string, "read" | "change" | "full">;

/** `on`: the name of the gateway, or any expression for it. */
export function share(on: string, name: string, grants: Grants, args: Omit<SmbShareArgs, "gateway" | "access"> = {}, options = {}): string {
    const access = Object.entries(grants).map(([user, level]) => `{ user: ${user}.name, level: "${level}" }`);
    return declared("SmbShare", name, `{ gateway: ${on}, access: [${access.join(", ")}], ...${JSON.stringify(args)} }`, options);
}

export function user(on: string, { user: name, password }: Login, args: Partial<SmbUserArgs> = {}, options = {}): string {
    return declared("SmbUser", name, `{ gateway: ${on}, password: ${JSON.stringify(password)}, ...${JSON.stringify(args)} }`, options);
}

/** `of`: the name of the share. */
export function quota(of: string, name: string, args: Omit<QuotaArgs, "share" | "gateway">): string {
    return declared("Quota", name, `{ share: ${of}, ...${JSON.stringify(args)} }`, {});
}

/** A limit on all data of a gateway, or on a directory of it. */
export function dataQuota(on: string, name: string, args: Omit<QuotaArgs, "share" | "gateway">): string {
    return declared("Quota", name, `{ gateway: ${on}, ...${JSON.stringify(args)} }`, {});
}

function declared(kind: string, name: string, args: string, options: object): string {
    return `const ${name} = new pvesmb.${kind}("${name}", ${args}, ${JSON.stringify(options)});`;
}

/** Inclusive. */
export interface Vmids {
    from: number;
    to: number;
}

/** Arguments of a small gateway that boots fast; its data volume is deleted with it. */
export function smallArgs(address: string, vmidRange: Vmids) {
    return {
        node: "pve1",
        pool: POOL,
        vmidRange,
        lxc: { template: "debian-12-samba", rootfs: { storage: "local", size: "4GiB" } },
        network: { bridge: "vmbr0", address: `${address}/24` },
        data: { storage: "tank", size: "256MiB" },
        dataOnDelete: "destroy",
    } as const satisfies SmbGatewayArgs;
}
