import { type ParsedKey, utils } from "ssh2";
import type { Connection, SshPlace } from "../base/connection";
import { isKind, messageOf, PvesmbError } from "../base/errors";
import type { Failure } from "../base/handler";
import { pctHost, sshHost } from "../hosts";
import type { Host, SshTarget } from "../hosts";
import type { Pve } from "../proxmox/client/client";
import { nodePlace } from "./node-place";
import { perSession } from "../base/session";

/** The public half of the connection's private key, for root's authorized_keys in a new container. */
export function publicKeyOf(connection: Connection): string | undefined {
    const key = parsedKey(connection);
    return key && `${key.type} ${key.getPublicSSH().toString("base64")} pvesmb`;
}

/** By key text and passphrase: every check of every resource needs it, and decrypting a key takes 0.1 s (bcrypt). */
const opened = perSession(() => new Map<string, ParsedKey | Error | undefined>());

function openedKey(privateKey: string, passphrase: string | undefined): ParsedKey | Error | undefined {
    const which = JSON.stringify([passphrase, privateKey]);
    // An OpenSSH file may hold several keys; ssh2 then returns an array, which its types omit.
    if (!opened().has(which)) opened().set(which, [utils.parseKey(privateKey, passphrase)].flat()[0]);
    return opened().get(which);
}

function parsedKey({ ssh: { privateKey, passphrase } }: Pick<Connection, "ssh">): ParsedKey | undefined {
    if (privateKey === undefined) return undefined;
    const key = openedKey(privateKey, passphrase);
    if (key !== undefined && !(key instanceof Error)) return key;
    throw new PvesmbError(
        "InvalidInput",
        `connection.ssh.privateKey cannot be read: ${key?.message ?? "it is empty"}; use an OpenSSH or PEM key, and set its passphrase if it has one`,
        { property: "connection.ssh.privateKey" },
    );
}

/** What is missing to log in to a host that is there already. The password of the nodes is not for it. */
export function loginFaults(connection: Pick<Connection, "ssh">): Failure[] {
    const { privateKey, agentSocket } = connection.ssh;
    if (privateKey === undefined && agentSocket === undefined)
        return [
            {
                property: "connection.ssh",
                reason: "connection.ssh: there is no way to log in to the host of the gateway: set `privateKey` (PROXMOX_VE_SSH_PRIVATE_KEY) or `agent` (PROXMOX_VE_SSH_AGENT=true)",
            },
        ];
    return keyFaults(connection);
}

function keyFaults(connection: Pick<Connection, "ssh">): Failure[] {
    try {
        parsedKey(connection);
        return [];
    } catch (error) {
        return [{ property: "connection.ssh.privateKey", reason: messageOf(error) }];
    }
}

/** What is missing to run commands in containers, which works only over SSH: the API has no call for it (docs/facts/pve-api.md 2.4). */
export function reachFaults(connection: Pick<Connection, "ssh">): Failure[] {
    const { privateKey, agentSocket, password, via, jump } = connection.ssh;
    const faults: Failure[] = [];
    const keyless = privateKey === undefined && agentSocket === undefined;
    if (keyless && (via === "guest" || password === undefined))
        faults.push({
            property: "connection.ssh",
            reason:
                "connection.ssh: Proxmox VE has no API to run commands in a container, so SSH is required too: set `privateKey` (PROXMOX_VE_SSH_PRIVATE_KEY) or `agent` (PROXMOX_VE_SSH_AGENT=true)" +
                (via === "node" ? ", or `password`" : ', or set `via: "node"` to go through the node'),
        });
    if (jump !== undefined && keyless && jump.password === undefined)
        faults.push({
            property: "connection.ssh.jump",
            reason: "connection.ssh.jump: there is no way to log in to the jump host, since the password of the nodes is not sent to it: set `jump.password`, `privateKey` or `agent`",
        });
    return [...faults, ...keyFaults(connection)];
}

/**
 * Checks that `pct` on a node can be run, before anything is made there: a wrong host key, login or sudo rule fails here with its cause.
 * The VMID is one that no guest can have.
 */
export async function checkNode(pve: Pve, connection: Connection, node: string): Promise<void> {
    if (connection.ssh.via !== "node") return;
    try {
        await pctHost(await nodeHost(pve, connection, node), node, 0, connection.ssh.pct).exec(["true"], { deadline: pve.deadline });
    } catch (error) {
        if (!isKind(error, "NotFound")) throw error;
    }
}

/** The wrapper lets its user only into marked containers. */
export const throughWrapper = ({ ssh }: Connection): boolean => ssh.via === "node" && ssh.pct !== "pct";

export interface GuestPlace {
    node: string;
    vmid: number;
    /** Needed for `via: "guest"`. */
    address: string | undefined;
    /** Pinned keys; when empty, the first contact is trusted only if `fresh`. */
    hostKeys: readonly string[];
    /** This process has just made the guest. */
    fresh: boolean;
}

/** The guest's host, reached as the connection says. */
export async function guestHost(pve: Pve, connection: Connection, place: GuestPlace): Promise<Host> {
    const { ssh } = connection;
    if (ssh.via === "node") return pctHost(await nodeHost(pve, connection, place.node), place.node, place.vmid, ssh.pct);
    if (place.address === undefined)
        throw new PvesmbError(
            "Unreachable",
            `CT ${place.vmid} on ${place.node} has no address yet; set a static one, or connection.ssh.via: "node"`,
            { dispatched: false },
        );
    return sshHost({
        ...keys(connection),
        address: place.address,
        port: ssh.port,
        username: "root",
        hostKeys: [...place.hostKeys],
        acceptNew: place.fresh && place.hostKeys.length === 0,
    });
}

export async function nodeHost(pve: Pve, connection: Connection, node: string): Promise<Host> {
    const place = await nodePlace(pve, connection, node);
    const { username, password, sudo } = connection.ssh;
    return sshHost({ ...keys(connection), ...target(place), username, password, sudo });
}

/** Credentials that every host on the way may see: a login by key reveals nothing usable. A password is for its own host only. */
function keys(connection: Connection): Omit<SshTarget, "address" | "port" | "username"> {
    const { privateKey, passphrase, agentSocket, knownHosts, jump } = connection.ssh;
    const shared = { privateKey, passphrase, agent: agentSocket, knownHosts };
    if (jump === undefined) return shared;
    return { ...shared, jump: { ...shared, ...target(jump), username: jump.username, password: jump.password } };
}

const target = (place: SshPlace): Pick<SshTarget, "address" | "port" | "hostKeys"> => ({
    address: place.address,
    port: place.port,
    hostKeys: place.hostKeys,
});
