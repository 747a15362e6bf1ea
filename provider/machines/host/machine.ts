import type { GatewayRef } from "../../model";
import type { Host } from "../../hosts";
import type { Found, Machine, Mounts } from "../machine";

/** Mounts are the host's own business: everything counts as its root file system. */
const MOUNTS: Mounts = {
    under: () => ({ kind: "rootfs" }),
    at: () => undefined,
    volumeAt: () => undefined,
    outermost: () => undefined,
    root: 0,
};

/** A host that is there already, as a gateway's machine: without volumes of Proxmox VE, and without a host below that we may use. */
export const hostMachine = (ssh: NonNullable<GatewayRef["ssh"]>): Machine => ({
    name: ssh.host,
    address: ssh.host,
    hostname: ssh.host,
    mounts: MOUNTS,
    readMounts: () => Promise.resolve(MOUNTS),
});

export const foundHost = (ssh: NonNullable<GatewayRef["ssh"]>, host: Host, nonce: string): Found => ({
    state: "ready",
    host,
    nonce,
    as: () => hostMachine(ssh),
});
