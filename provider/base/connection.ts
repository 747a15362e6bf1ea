/** How to reach Proxmox VE and its hosts: resolved from all sources, checked, with defaults. Built by runtime/connection.ts. */
export interface Connection extends PveConnection {
    ssh: SshConnection;
}

/** How to reach the API of Proxmox VE. */
export interface PveConnection {
    /** Origins (`https://pve1.example.org:8006`) of nodes of one cluster, in the order in which to try them. Never empty. */
    endpoints: string[];
    auth: TokenAuth | TicketAuth;
    /** Where the credentials were given, for messages: `environment variable PROXMOX_VE_API_TOKEN`. */
    authSource?: string;
    tls: TlsTrust;
    /** Signs marks in guests' notes; default: the credentials sign them (provider/machines/mark-keys.ts). */
    markSecret?: string;
    /** Former mark secrets: still accepted, no longer used to sign. */
    markSecretPrevious?: string[];
}

export interface TokenAuth {
    kind: "token";
    /** `user@realm!tokenid` */
    id: string;
    secret: string;
}

export interface TicketAuth {
    kind: "ticket";
    /** `user@realm` */
    username: string;
    password: string;
    otp?: string;
}

/** How to verify the certificate of the cluster's API. */
export type TlsTrust =
    /** The machine's own trusted CAs. */
    | { kind: "system" }
    | { kind: "ca"; pem: string }
    /** SHA-256 of the certificate, upper-case hex with colons. */
    | { kind: "fingerprint"; sha256: string }
    | { kind: "insecure" };

export interface SshConnection {
    /** `guest`: log in to the container itself as root. `node`: log in to its node and use `pct exec`. */
    via: "guest" | "node";
    /** User on nodes. On guests it is always root. */
    username: string;
    /** Commands on nodes go through `sudo -n`. */
    sudo: boolean;
    /** The command `pct` on nodes, or its wrapper. */
    pct: string;
    /** Default port of nodes and guests. */
    port: number;
    privateKey?: string;
    passphrase?: string;
    /** For nodes only. */
    password?: string;
    /** Set only when the agent is to be used. */
    agentSocket?: string;
    /** By node name. */
    nodes: Record<string, SshPlace>;
    jump?: SshPlace & { username: string; password?: string };
    /** Path of a known_hosts file; it need not exist. */
    knownHosts: string;
}

export interface SshPlace {
    address: string;
    port: number;
    /** Accepted host keys (`SHA256:...` or public key lines); empty: known_hosts decides. */
    hostKeys: string[];
}
