import { createHash, randomBytes } from "node:crypto";
import { utils } from "ssh2";
import type { Deadline } from "../../base/deadline";
import type { Connection } from "../../base/connection";
import type { Host } from "../../hosts";
import type { Pve } from "../../proxmox/client/client";
import type { ContainerConfig } from "../../proxmox/lxc/config";
import type { Place } from "../../proxmox/lxc/container";
import { nonceIn } from "../../samba/gateway-unit";
import { SAMBA } from "../../samba/paths";
import { guestAddress } from "./address";
import { guestHost } from "../reach";
import { refuseStranger } from "./identity";
import { fingerprint, hostKeysIn } from "../ssh-keys";

/** What only the gateway itself has, for a guest whose mark is not authentic. */
export interface Evidence {
    nonce: string;
    /** SSH host keys from a source other than the guest's notes. */
    hostKeys: readonly string[];
    /** Without known keys: trust known_hosts, or through the node a container that holds the nonce. */
    lenient?: boolean;
}

/**
 * Checks by host key and nonce that the guest is this gateway. Returns its host keys, undefined for another guest; throws when it cannot be
 * asked (HostKeyMismatch: another machine answers).
 */
export async function askGuest(
    pve: Pve,
    connection: Connection,
    place: Place,
    config: ContainerConfig,
    evidence: Evidence,
): Promise<string[] | undefined> {
    const { nonce, hostKeys, lenient = false } = evidence;
    if (hostKeys.length === 0 && !lenient) return undefined;
    const address = await guestAddress(pve, connection, place, config.all);
    const host = await guestHost(pve, connection, { ...place, address, hostKeys, fresh: false });
    const { deadline } = pve;
    const mac = await host.exec(["cat", "/sys/class/net/eth0/address"], { deadline });
    refuseStranger(host, place, config.all, mac.stdout.trim());
    if (connection.ssh.via === "node" && hostKeys.length > 0 && !(await holdsKey(host, hostKeys, deadline))) return undefined;
    const own = await host.exec(["cat", SAMBA.mark], { deadline });
    const bears = nonceIn(own.stdout);
    if (bears === undefined ? hostKeys.length === 0 : bears !== nonce) return undefined;
    const found = await hostKeysOn(host, deadline);
    return found.length > 0 ? found : [...hostKeys];
}

/** The SHA-256 fingerprints of a host's SSH keys, read on the host. */
export async function hostKeysOn(host: Host, deadline: Deadline): Promise<string[]> {
    const { stdout } = await host.exec(["sh", "-c", "cat /etc/ssh/ssh_host_*_key.pub"], { deadline });
    return hostKeysIn(Object.fromEntries(stdout.split("\n").map((line, i) => [`/etc/ssh/ssh_host_${i}`, line])));
}

const ED25519 = "ssh-ed25519";
const NAMESPACE = "pvesmb";
const KEY = "/etc/ssh/ssh_host_ed25519_key";

/**
 * Whether a host that is not reached by SSH has the private half of one of the keys: it signs a random challenge. The nonce and the public
 * keys prove nothing, since anybody can copy them into a container with the same VMID.
 */
export async function holdsKey(host: Host, hostKeys: readonly string[], deadline: Deadline): Promise<boolean> {
    const challenge = randomBytes(32).toString("hex");
    const answer = await host.exec(["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", KEY], { stdin: challenge, deadline });
    return answer.code === 0 && isSigned(answer.stdout, challenge, hostKeys);
}

/** Verifies a signature made by `ssh-keygen -Y sign` (OpenSSH PROTOCOL.sshsig). */
export function isSigned(armored: string, message: string, hostKeys: readonly string[]): boolean {
    const body = /^-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\n]+)\n-----END SSH SIGNATURE-----/.exec(armored)?.[1];
    if (body === undefined) return false;
    try {
        const blob = Buffer.from(body, "base64");
        if (blob.toString("latin1", 0, 6) !== "SSHSIG" || blob.readUInt32BE(6) !== 1) return false;
        const [publicKey, namespace, reserved, hash, signature] = strings(blob, 10);
        if (!publicKey || !namespace || !reserved || !hash || !signature) return false;
        if (namespace.toString() !== NAMESPACE || !["sha512", "sha256"].includes(hash.toString())) return false;
        const [type, ...restOfKey] = strings(publicKey, 0);
        const [algorithm, raw] = strings(signature, 0);
        // Only ed25519: other types encode signatures differently, and hosts are asked for this key.
        if (type?.toString() !== ED25519 || algorithm?.toString() !== ED25519 || restOfKey.length === 0 || !raw) return false;
        const line = `${ED25519} ${publicKey.toString("base64")}`;
        if (!hostKeys.includes(fingerprint(line) ?? "")) return false;
        const key = utils.parseKey(line);
        if (key instanceof Error) return false;
        const digest = createHash(hash.toString()).update(message).digest();
        const signed = Buffer.concat([Buffer.from("SSHSIG"), ...[namespace, reserved, hash, digest].map(withLength)]);
        // The types omit that it may return an Error.
        const right: unknown = key.verify(signed, raw);
        return right === true;
    } catch {
        return false;
    }
}

const withLength = (part: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return Buffer.concat([length, part]);
};

/** The strings in SSH's wire format from an offset to the end. Throws RangeError when truncated. */
function strings(blob: Buffer, from: number): Buffer[] {
    const found: Buffer[] = [];
    for (let at = from; at < blob.length;) {
        const length = blob.readUInt32BE(at);
        if (at + 4 + length > blob.length) throw new RangeError("cut short");
        found.push(blob.subarray(at + 4, at + 4 + length));
        at += 4 + length;
    }
    return found;
}
