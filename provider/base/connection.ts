/** How Proxmox VE and its hosts are reached: resolved from all sources, checked, defaults filled in. Made by runtime/connection.ts. */
export interface Connection {
    /** Origins (`https://pve1.example.org:8006`) of nodes of one cluster, in the order in which they are tried. Never empty. */
    endpoints: string[];
    auth: TokenAuth | TicketAuth;
    tls: TlsTrust;
    ssh: SshConnection;
    /** Signs marks in guests' notes; without it the credentials do (provider/machines/mark-keys.ts). */
    markSecret?: string;
    /** What signed marks before: still believed, no longer used to sign. */
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

/** What makes us believe that the other side is the cluster's API. */
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
    /** User on nodes (guests: always root). */
    username: string;
    /** Commands on nodes go through `sudo -n`. */
    sudo: boolean;
    /** The command `pct` on nodes, or what stands in for it. */
    pct: string;
    /** Port of nodes and guests that don't name their own. */
    port: number;
    privateKey?: string;
    passphrase?: string;
    /** Of nodes alone. */
    password?: string;
    /** Only there when the agent is to be used. */
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
