import * as z from "zod";
import { hostKey, port } from "./connection-parts";
import { type ConnectionPart, field, named } from "./meta";
import { existingSsh } from "./gateway/ssh";

const endpoint = z
    .string()
    .regex(
        /^https:\/\/(\[[0-9A-Fa-f:.]+\]|[^\s/?#@:[\]]+)(:\d{1,5})?\/?$/,
        'must be the address of a node such as "https://pve1.example.org:8006"',
    );
const fingerprint = z
    .string()
    .regex(/^([0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}$/, "must be a SHA-256 fingerprint: 32 hexadecimal bytes, separated by colons");
const markSecret = z.string().min(20, "must have at least 20 characters: anyone who guesses it can forge marks");

const node = z.strictObject({
    address: field(z.string().min(1), { description: "Name or IP address at which SSH reaches this node." }),
    port: field(port.optional(), { description: "SSH port.", defaultText: "22" }),
    hostKeys: field(z.array(hostKey).optional(), { description: "Accepted host keys or SHA-256 fingerprints of this node." }),
});

const jump = z.strictObject({
    address: field(z.string().min(1), { description: "Name or IP address of the jump host." }),
    port: field(port.optional(), { description: "SSH port.", defaultText: "22" }),
    username: field(z.string().min(1).optional(), { description: "User on the jump host.", defaultText: "root" }),
    password: field(z.string().min(1).optional(), {
        description:
            "Password for the login to the jump host. That of the nodes is never offered to it; the private key and the agent are.",
        secret: true,
    }),
    hostKeys: field(z.array(hostKey).optional(), { description: "Accepted host keys or SHA-256 fingerprints of the jump host." }),
});

export const sshInputs = z.strictObject({
    via: field(z.enum(["guest", "node"]).optional(), {
        description:
            "How commands reach a container: `guest` logs in to the container itself as root; `node` logs in to its Proxmox node and uses `pct exec`, which needs root there (or sudo) but no route to the container.",
        defaultText: "guest",
        env: ["PVESMB_SSH_VIA"],
    }),
    username: field(z.string().min(1).optional(), {
        description: "User for the SSH login to nodes.",
        defaultText: "root",
        env: ["PROXMOX_VE_SSH_USERNAME"],
    }),
    privateKey: field(z.string().min(1).optional(), {
        description: "Private key in OpenSSH or PEM form. Its public half is put into containers at their creation.",
        secret: true,
        env: ["PROXMOX_VE_SSH_PRIVATE_KEY"],
    }),
    passphrase: field(z.string().optional(), {
        description: "Passphrase of the private key.",
        secret: true,
        env: ["PVESMB_SSH_PASSPHRASE"],
    }),
    password: field(z.string().min(1).optional(), {
        description: "Password for the SSH login to nodes.",
        secret: true,
        env: ["PROXMOX_VE_SSH_PASSWORD"],
    }),
    agent: field(z.boolean().optional(), { description: "Use the SSH agent.", defaultText: "false", env: ["PROXMOX_VE_SSH_AGENT"] }),
    agentSocket: field(z.string().min(1).optional(), {
        description: "Socket of the SSH agent.",
        env: ["PROXMOX_VE_SSH_AUTH_SOCK", "SSH_AUTH_SOCK"],
    }),
    sudo: field(z.boolean().optional(), {
        description: "Run commands on nodes through `sudo -n`.",
        defaultText: "true unless username is root",
    }),
    pct: field(
        z
            .string()
            .regex(/^\/[A-Za-z0-9._/-]+$/, "must be an absolute path such as /usr/local/sbin/pvesmb-pct")
            .optional(),
        {
            description:
                "Command on nodes instead of `pct`: the wrapper that `npx pvesmb permissions` prints lets a user with sudo into pvesmb's own containers only.",
            defaultText: "pct",
            env: ["PVESMB_SSH_PCT"],
        },
    ),
    port: field(port.optional(), { description: "SSH port of nodes and guests.", defaultText: "22" }),
    nodes: field(z.record(z.string(), node).optional(), {
        description:
            "How SSH reaches the nodes, by node name. A node that is not listed is reached at the endpoint that is this node, else at the address that the cluster knows it by (needs Sys.Audit on /), else by its name.",
    }),
    jump: field(jump.optional(), { description: "Jump host for every SSH connection." }),
    knownHosts: field(z.string().min(1).optional(), {
        description: "A known_hosts file.",
        defaultText: "~/.ssh/known_hosts",
        env: ["PVESMB_SSH_KNOWN_HOSTS"],
    }),
});
named(sshInputs, { name: "Ssh" });

/** How a resource reaches Proxmox VE. Missing values come from the environment, then from stack config `pvesmb:*`. */
export const connectionInputs = z.strictObject({
    endpoint: field(endpoint.optional(), { description: "Address of the API of one node.", env: ["PROXMOX_VE_ENDPOINT"] }),
    endpoints: field(z.array(endpoint).optional(), {
        description: "More nodes of the same cluster; one that does not answer is skipped. In the environment separated by commas.",
        env: ["PVESMB_ENDPOINTS"],
    }),
    apiToken: field(
        z
            .string()
            .regex(/^[^\s@!=]+@[^\s@!=]+![A-Za-z][A-Za-z0-9.\-_]+=\S+$/, 'must look like "user@realm!tokenid=secret"')
            .optional(),
        { description: "API token `user@realm!tokenid=secret`.", secret: true, env: ["PROXMOX_VE_API_TOKEN"] },
    ),
    username: field(
        z
            .string()
            .regex(/^[^\s@]+@[^\s@]+$/, 'must include the realm, such as "root@pam"')
            .optional(),
        {
            description: "User with realm, for login by password.",
            env: ["PROXMOX_VE_USERNAME"],
        },
    ),
    password: field(z.string().min(1).optional(), { description: "Password of the user.", secret: true, env: ["PROXMOX_VE_PASSWORD"] }),
    otp: field(z.string().optional(), {
        description: "One-time password, when the user has two-factor login.",
        secret: true,
        env: ["PROXMOX_VE_OTP"],
    }),
    caCertificate: field(
        z
            .string()
            .regex(/-----BEGIN CERTIFICATE-----[ \t]*\r?\n/, "must be a PEM certificate, with its line breaks")
            .optional(),
        {
            description: "CA certificate (PEM) that signs the nodes' certificates: /etc/pve/pve-root-ca.pem of the cluster.",
            env: ["PROXMOX_VE_CA_CERTIFICATE"],
        },
    ),
    tlsFingerprint: field(fingerprint.optional(), {
        description:
            "SHA-256 fingerprint of the node's certificate. Each node has a certificate of its own: with several endpoints, give the CA's.",
        env: ["PROXMOX_VE_TLS_FINGERPRINT"],
    }),
    insecure: field(z.boolean().optional(), {
        description: "Do not verify the API's certificate. Warned about on every run.",
        defaultText: "false",
        env: ["PROXMOX_VE_INSECURE"],
    }),
    ssh: field(sshInputs.optional(), { description: "How SSH reaches nodes and guests." }),
    markSecret: field(markSecret.optional(), {
        description:
            "Signs the mark in a gateway's notes. Everybody who deploys the same gateways needs the same one (docs/marks.md). `openssl rand -hex 32` makes one.",
        defaultText: "made of the API token's secret; with a password login, of the SSH private key",
        secret: true,
        env: ["PVESMB_MARK_SECRET"],
    }),
    markSecretPrevious: field(z.array(z.string().min(1)).optional(), {
        description:
            "Secrets that signed marks before, API tokens' secrets among them: still accepted; the next update of a gateway signs it again. In the environment separated by commas.",
        secret: true,
        env: ["PVESMB_MARK_SECRET_PREVIOUS"],
    }),
});
named(connectionInputs, { name: "Connection" });

export type ConnectionInputs = z.infer<typeof connectionInputs>;

/** The modes whose gateways are on hosts that are there already, and how the ids of those begin. */
export const HOST_MODES = { existing: "ssh:", native: "node:" } as const;
export type HostMode = keyof typeof HOST_MODES;

/** The mode of a gateway on a host that is there already, by its id; undefined for a container or a cluster. */
export const hostModeOf = (id: string): HostMode | undefined =>
    (Object.keys(HOST_MODES) as HostMode[]).find((mode) => id.startsWith(HOST_MODES[mode]));

/** A gateway on a host that is there already needs nothing of Proxmox VE's API. */
export const partsFor = (onHost: boolean): readonly ConnectionPart[] => (onHost ? ["ssh"] : ["proxmox", "ssh"]);

/** The ids of clusters begin like this. */
export const CLUSTER = "ctdb:";

/** Pattern of a gateway's id. */
export const GATEWAY_ID = "^([^/\\s]+/\\d+|(ssh|node):[^/\\s]+)/[0-9a-f]{16}$";

const notAGateway = (id: unknown): string =>
    typeof id === "string" && id.startsWith(CLUSTER)
        ? "must be an SmbGateway: a CtdbVip takes SmbShare, SmbUser and SmbGroup only (docs/high-availability.md)"
        : "must be the `ref` of an SmbGateway";

/** What children store of their gateway; updates of the gateway do not change it. */
export const gatewayRef = z.strictObject({
    id: field(z.string().regex(new RegExp(GATEWAY_ID), { error: ({ input }) => notAGateway(input) }), {
        description:
            "The gateway's id: node at creation, VMID, nonce; in modes `existing` and `native` the host at creation and the nonce.",
        replace: "it exists only on that gateway",
        identity: true,
    }),
    connection: field(connectionInputs.optional(), {
        description: "How to reach Proxmox VE.",
        needs: ({ id }) => partsFor(hostModeOf(String(id)) !== undefined),
    }),
    ssh: field(existingSsh.optional(), { description: "How SSH reaches a gateway of mode `existing` or `native`." }),
});
named(gatewayRef, { name: "GatewayRef", reference: "What shares and users of other stacks keep of this gateway." });

export type GatewayRef = z.infer<typeof gatewayRef>;
