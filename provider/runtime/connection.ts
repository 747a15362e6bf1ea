import { homedir } from "node:os";
import { join } from "node:path";
import type { Connection, SshConnection, SshPlace, TlsTrust } from "../base/connection";
import { PvesmbError } from "../base/errors";
import type { Failure } from "../base/handler";
import { hide } from "../base/scrub";
import type { ConnectionInputs } from "../model/connection";
import { chooseBest, type Choice, type Leaf, type Leaves, readLeaves } from "./connection-leaves";

/**
 * The connection of one resource. Each value comes from the resource's `connection` argument, else from the environment (names in the
 * model's metadata), else from stack config `pvesmb:<name>`. Values inside `ssh` are looked up under `pvesmb:ssh.<name>`, then in the
 * object `pvesmb:ssh` (which `pulumi config set --path pvesmb:ssh.<name>` writes). Empty strings count as absent.
 *
 * Values that belong together are not mixed: endpoint(s), credentials and TLS trust each come from the highest source that sets one of the
 * group, so an API token in the environment does not override a user in the resource.
 *
 * Throws InvalidInput that names everything missing or malformed and where it was looked up, never a secret's value.
 */
export function resolveConnection(
    resource: ConnectionInputs | undefined,
    env: NodeJS.ProcessEnv,
    config: (key: string) => string | undefined,
): Connection {
    const { connection, faults } = readConnection(resource, env, config);
    const [first] = faults;
    if (first === undefined) return connection;
    throw new PvesmbError("InvalidInput", faults.map(({ reason }) => reason).join("\n"), { property: first.property });
}

/** The connection as far as it is known, and everything missing or malformed. */
export function readConnection(
    resource: ConnectionInputs | undefined,
    env: NodeJS.ProcessEnv,
    config: (key: string) => string | undefined,
): { connection: Connection; faults: Failure[] } {
    const { leaves, faults } = readLeaves(resource, env, config);
    const { markSecret, markSecretPrevious } = leaves.api;
    for (const secret of [markSecret.value, ...(markSecretPrevious.value ?? [])]) hide(secret);
    const connection = {
        endpoints: endpointsOf(leaves, faults),
        auth: authOf(leaves, faults),
        tls: tlsOf(leaves),
        ssh: sshOf(leaves, env, faults),
        ...(markSecret.value === undefined ? {} : { markSecret: markSecret.value }),
        ...(markSecretPrevious.value === undefined ? {} : { markSecretPrevious: markSecretPrevious.value }),
    };
    return { connection, faults };
}

function endpointsOf(leaves: Leaves, faults: Failure[]): string[] {
    const { endpoint, endpoints } = leaves.api;
    const rank = Math.min(endpoint.rank, endpoints.rank);
    if (rank === Infinity)
        faults.push(missing("connection.endpoint", "the address of the Proxmox VE API, such as https://pve1.example.org:8006", endpoint));
    const named = [endpoint, endpoints].filter((leaf) => leaf.rank === rank).flatMap((leaf) => leaf.value ?? []);
    return [...new Set(named.map((text) => new URL(text).origin))];
}

function authOf(leaves: Leaves, faults: Failure[]): Connection["auth"] {
    const { apiToken, username, password, otp } = leaves.api;
    const login = Math.min(username.rank, password.rank);
    if (apiToken.rank !== Infinity && apiToken.rank <= login) {
        // The model has checked the form user@realm!tokenid=secret.
        const [id = "", ...secret] = (apiToken.value ?? "").split("=");
        hide(secret.join("="));
        return { kind: "token", id, secret: secret.join("=") };
    }
    if (login === Infinity)
        faults.push(
            missing(
                "connection.apiToken",
                "an API token (user@realm!tokenid=secret), or username and password",
                apiToken,
                username,
                password,
            ),
        );
    else if (username.rank === Infinity)
        faults.push(missing("connection.username", "the user (such as root@pam) that the password belongs to", username));
    else if (password.rank === Infinity)
        faults.push(missing("connection.password", `the password of ${username.value ?? "the user"}`, password));
    hide(password.value);
    hide(otp.value);
    return { kind: "ticket", username: username.value ?? "", password: password.value ?? "", otp: otp.value };
}

/** Among equal sources the strictest wins; a higher source may be stricter or looser than a lower one. */
function tlsOf(leaves: Leaves): TlsTrust {
    const { tlsFingerprint, caCertificate, insecure } = leaves.api;
    const choices: Choice<TlsTrust>[] = [
        { leaf: tlsFingerprint, make: () => ({ kind: "fingerprint", sha256: String(tlsFingerprint.value).toUpperCase() }) },
        { leaf: caCertificate, make: () => ({ kind: "ca", pem: String(caCertificate.value) }) },
        { leaf: insecure, make: () => (insecure.value ? { kind: "insecure" } : undefined) },
    ];
    return chooseBest(choices) ?? { kind: "system" };
}

function sshOf(leaves: Leaves, env: NodeJS.ProcessEnv, faults: Failure[]): SshConnection {
    const { via, username, privateKey, passphrase, password, agent, agentSocket, sudo, pct, port, nodes, jump, knownHosts } = leaves.ssh;
    for (const secret of [privateKey.value, passphrase.value, password.value, jump.value?.password]) hide(secret);
    if (agent.value && agentSocket.rank === Infinity)
        faults.push(missing("connection.ssh.agentSocket", "the socket of the SSH agent, because `agent` is set", agentSocket));
    const user = username.value ?? "root";
    const sshPort = port.value ?? 22;
    const place = (given: { address: string; port?: number; hostKeys?: string[] }): SshPlace => ({
        address: given.address,
        port: given.port ?? sshPort,
        hostKeys: given.hostKeys ?? [],
    });
    return {
        via: via.value ?? "guest",
        username: user,
        sudo: sudo.value ?? user !== "root",
        pct: pct.value ?? "pct",
        port: sshPort,
        privateKey: privateKey.value,
        passphrase: passphrase.value,
        password: password.value,
        agentSocket: agent.value ? agentSocket.value : undefined,
        nodes: Object.fromEntries(Object.entries(nodes.value ?? {}).map(([name, node]) => [name, place(node)])),
        jump: jump.value && {
            ...place({ ...jump.value, port: jump.value.port ?? 22 }),
            username: jump.value.username ?? "root",
            ...(jump.value.password === undefined ? {} : { password: jump.value.password }),
        },
        knownHosts: expandHome(knownHosts.value ?? "~/.ssh/known_hosts", env),
    };
}

function expandHome(path: string, env: NodeJS.ProcessEnv): string {
    return path.startsWith("~/") ? join(env["HOME"] || homedir(), path.slice(2)) : path;
}

function missing(property: string, what: string, ...looked: Leaf<unknown>[]): Failure {
    const args = looked.map((leaf) => leaf.path).join(" / ");
    const names = looked.flatMap((leaf) => leaf.env);
    const environment = names.length > 0 ? `the environment variable ${names.join(" / ")}, ` : "";
    const keys = looked.map((leaf) => leaf.configKey).join(" / ");
    return {
        property,
        reason: `${property} is missing: pvesmb needs ${what}. Set the argument ${args} of the resource, ${environment}or the stack config ${keys}`,
    };
}
