import { homedir } from "node:os";
import { join } from "node:path";
import type { Connection, PveConnection, SshConnection, SshPlace, TlsTrust } from "../base/connection";
import { PvesmbError } from "../base/errors";
import type { Failure } from "../base/handler";
import { hide } from "../base/scrub";
import type { ConnectionInputs } from "../model/connection";
import {
    chooseBest,
    type Choice,
    type Config,
    type Leaf,
    type PveLeaves,
    pveLeaves,
    type Sources,
    type SshLeaves,
    sshLeaves,
} from "./connection-leaves";

/**
 * The connection of one resource. Each value comes from the resource's `connection` argument, else from the environment (names in the
 * model's metadata), else from stack config `pvesmb:<name>`. Values inside `ssh` are looked up under `pvesmb:ssh.<name>`, then in the
 * object `pvesmb:ssh` (which `pulumi config set --path pvesmb:ssh.<name>` writes). Empty strings count as absent.
 *
 * Values that belong together are not mixed: endpoint(s), credentials and TLS trust each come from the highest source that sets one of the
 * group, so an API token in the environment does not override a user in the resource.
 *
 * Commands (`npx pvesmb`) have no `config` and no resource: their messages only name environment variables.
 *
 * Proxmox VE and SSH are resolved separately: a resource that needs only one of them is not asked for the other. Throws InvalidInput that
 * names everything missing or malformed and where it was looked up, never a secret's value.
 */
export function resolveConnection(resource: ConnectionInputs | undefined, env: NodeJS.ProcessEnv, config: Config): Connection {
    const sources = { resource, env, config };
    const [pve, ssh] = [readPve(sources), readSsh(sources)];
    return { ...sound({ value: pve.value, faults: [...pve.faults, ...ssh.faults] }), ssh: ssh.value };
}

/** `purpose` begins the sentence that names what is missing: "`volume` (a volume of the share's own)". */
export function resolvePve(
    resource: ConnectionInputs | undefined,
    env: NodeJS.ProcessEnv,
    config: Config,
    purpose?: string,
): PveConnection {
    return sound(readPve({ resource, env, config }, purpose));
}

export function resolveSsh(resource: ConnectionInputs | undefined, env: NodeJS.ProcessEnv, config: Config): SshConnection {
    return sound(readSsh({ resource, env, config }));
}

/** A part of the connection as far as it is known, and everything missing or malformed in it. */
export interface Reading<T> {
    value: T;
    faults: Failure[];
}

function sound<T>({ value, faults }: Reading<T>): T {
    const [first] = faults;
    if (first === undefined) return value;
    throw new PvesmbError("InvalidInput", faults.map(({ reason }) => reason).join("\n"), { property: first.property });
}

export function readPve(sources: Sources, purpose?: string): Reading<PveConnection> {
    const faults: Failure[] = [];
    const leaves = pveLeaves(sources, faults);
    const { endpoint, endpoints, apiToken, username, password, markSecret, markSecretPrevious } = leaves;
    for (const secret of [markSecret.value, ...(markSecretPrevious.value ?? [])]) hide(secret);
    const nowhere = [endpoint, endpoints, apiToken, username, password].every(({ rank }) => rank === Infinity);
    const gaps: Failure[] = [];
    const value = {
        endpoints: endpointsOf(leaves, gaps),
        auth: authOf(leaves, gaps),
        ...authSource(leaves),
        tls: tlsOf(leaves),
        ...(markSecret.value === undefined ? {} : { markSecret: markSecret.value }),
        ...(markSecretPrevious.value === undefined ? {} : { markSecretPrevious: markSecretPrevious.value }),
    };
    const missingAtAll = nowhere && purpose !== undefined;
    return { value, faults: [...faults, ...(missingAtAll ? [needsPve(purpose, endpoint, apiToken)] : gaps)] };
}

/** One sentence, for a resource that otherwise works without Proxmox VE. */
const needsPve = (purpose: string, ...wanted: Leaf<unknown>[]): Failure => ({
    property: "connection",
    reason: `${purpose} needs Proxmox VE, and nothing says how to reach it: give ${wanted.map(({ path, env, configKey }) => (configKey === undefined ? env.join(", ") : `${path} (${env.join(", ")})`)).join(" and ")}, or do without it`,
});

export function readSsh(sources: Sources): Reading<SshConnection> {
    const faults: Failure[] = [];
    return { value: sshOf(sshLeaves(sources, faults), sources.env, faults), faults };
}

function endpointsOf(leaves: PveLeaves, faults: Failure[]): string[] {
    const { endpoint, endpoints } = leaves;
    const rank = Math.min(endpoint.rank, endpoints.rank);
    if (rank === Infinity)
        faults.push(missing("connection.endpoint", "the address of the Proxmox VE API, such as https://pve1.example.org:8006", endpoint));
    const named = [endpoint, endpoints].filter((leaf) => leaf.rank === rank).flatMap((leaf) => leaf.value ?? []);
    return [...new Set(named.map((text) => new URL(text).origin))];
}

function authOf(leaves: PveLeaves, faults: Failure[]): PveConnection["auth"] {
    const { apiToken, username, password, otp } = leaves;
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

function authSource({ apiToken, username, password }: PveLeaves): { authSource?: string } {
    const { source } = apiToken.rank <= Math.min(username.rank, password.rank) ? apiToken : password;
    return source === undefined ? {} : { authSource: source };
}

/** Among equal sources the strictest wins; a higher source may be stricter or looser than a lower one. */
function tlsOf(leaves: PveLeaves): TlsTrust {
    const { tlsFingerprint, caCertificate, insecure } = leaves;
    const choices: Choice<TlsTrust>[] = [
        { leaf: tlsFingerprint, make: () => ({ kind: "fingerprint", sha256: String(tlsFingerprint.value).toUpperCase() }) },
        { leaf: caCertificate, make: () => ({ kind: "ca", pem: String(caCertificate.value) }) },
        { leaf: insecure, make: () => (insecure.value ? { kind: "insecure" } : undefined) },
    ];
    return chooseBest(choices) ?? { kind: "system" };
}

function sshOf(leaves: SshLeaves, env: NodeJS.ProcessEnv, faults: Failure[]): SshConnection {
    const { via, username, privateKey, passphrase, password, agent, agentSocket, sudo, pct, port, nodes, jump, knownHosts } = leaves;
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
    if (looked.every(({ configKey }) => configKey === undefined))
        return { property, reason: `pvesmb needs ${what}: set the environment variable ${names.join(" / ")}` };
    const environment = names.length > 0 ? `the environment variable ${names.join(" / ")}, ` : "";
    const keys = looked.map((leaf) => leaf.configKey).join(" / ");
    return {
        property,
        reason: `${property} is missing: pvesmb needs ${what}. Set the argument ${args} of the resource, ${environment}or the stack config ${keys}`,
    };
}
