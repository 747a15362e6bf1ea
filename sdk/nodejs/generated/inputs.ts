// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";

export interface SmbGatewayVmidRangeArgs {
    /**
     * First VMID.
     */
    from: pulumi.Input<number>;

    /**
     * Last VMID.
     */
    to: pulumi.Input<number>;
}

export interface SmbGatewayLxcArgs {
    /**
     * Template: a volume id (`local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst`), a file name, or a family (`debian-12-standard`: the newest of it). Resolved once at creation; downloaded when missing. Later changes do not touch the guest.
     */
    template: pulumi.Input<string>;

    /**
     * Storage to look for templates in and to download them to.
     * @default the first storage of the node with content vztmpl
     */
    templateStorage?: pulumi.Input<string>;

    /**
     * Root file system.
     */
    rootfs: pulumi.Input<SmbGatewayLxcRootfsArgs>;

    /**
     * CPU cores.
     * @default `1`
     */
    cores?: pulumi.Input<number>;

    /**
     * Memory.
     * @default `"512MiB"`
     */
    memory?: pulumi.Input<string>;

    /**
     * Swap.
     * @default `"512MiB"`
     */
    swap?: pulumi.Input<string>;

    /**
     * Unprivileged container. A privileged one needs Sys.Modify on / from Proxmox VE 9 on.
     * A change replaces the resource: PVE cannot change it.
     * @default `true`
     */
    unprivileged?: pulumi.Input<boolean>;

    /**
     * Feature nesting, which systemd in newer Debian releases needs.
     * @default `true`
     */
    nesting?: pulumi.Input<boolean>;
}

export interface SmbGatewayLxcRootfsArgs {
    /**
     * Storage of the root file system.
     * A change replaces the resource: PVE creates it with the guest.
     */
    storage: pulumi.Input<string>;

    /**
     * Size of the root file system; it can grow.
     */
    size: pulumi.Input<string>;
}

export interface NetworkArgs {
    /**
     * Bridge of the node.
     */
    bridge: pulumi.Input<string>;

    /**
     * IPv4: `dhcp`, `none`, or an address with prefix length.
     */
    address: pulumi.Input<string>;

    /**
     * IPv4 gateway.
     */
    gateway?: pulumi.Input<string>;

    /**
     * IPv6: `dhcp`, `auto` (SLAAC), `none`, or an address with prefix length.
     * @default `"none"`
     */
    address6?: pulumi.Input<string>;

    /**
     * IPv6 gateway.
     */
    gateway6?: pulumi.Input<string>;

    /**
     * VLAN tag.
     */
    vlan?: pulumi.Input<number>;

    /**
     * MTU. In bytes.
     */
    mtu?: pulumi.Input<number>;

    /**
     * MAC address; kept over changes of the other properties.
     * @default chosen by Proxmox VE
     */
    mac?: pulumi.Input<string>;

    /**
     * Proxmox's firewall on this interface.
     * @default `false`
     */
    firewall?: pulumi.Input<boolean>;
}

export interface SmbGatewayDataArgs {
    /**
     * Storage of the data volume.
     * A change replaces the resource: a volume stays on its storage.
     */
    storage?: pulumi.Input<string>;

    /**
     * Size of the data volume; it can grow. Or give `initialSize`.
     */
    size?: pulumi.Input<string>;

    /**
     * Size of the data volume when it is made; from then on it is the business of a Quota, or of Proxmox VE.
     */
    initialSize?: pulumi.Input<string>;

    /**
     * An existing volume to attach in place of a new one. One that another container holds is handed over, unless it is mounted there.
     */
    volume?: pulumi.Input<string>;

    /**
     * A directory or dataset of the node in place of a volume. It is set over the node's SSH or as root@pam, is not in Proxmox backups, and stays when the gateway goes.
     * A change replaces the resource: files stay where they are.
     */
    bind?: pulumi.Input<string>;

    /**
     * Include the volume in Proxmox backups.
     * @default `true`
     */
    backup?: pulumi.Input<boolean>;
}

export interface SmbGatewayStartupArgs {
    /**
     * Place in the start order.
     */
    order?: pulumi.Input<number>;

    /**
     * Wait after its start. In seconds.
     */
    up?: pulumi.Input<number>;

    /**
     * Time for its shutdown. In seconds.
     */
    down?: pulumi.Input<number>;
}

export interface SmbGatewayPackagesArgs {
    /**
     * Package mirror to write into the guest's sources.
     * @default what the template has
     */
    mirror?: pulumi.Input<string>;

    /**
     * Proxy for packages.
     */
    proxy?: pulumi.Input<string>;

    /**
     * Install unattended-upgrades, which installs security updates by itself.
     * @default `false`
     */
    securityUpdates?: pulumi.Input<boolean>;

    /**
     * Refuse a guest whose Samba is older.
     * @default `"4.17"`
     */
    minimumSambaVersion?: pulumi.Input<string>;
}

export interface SmbGatewaySambaArgs {
    /**
     * Workgroup.
     * @default `"WORKGROUP"`
     */
    workgroup?: pulumi.Input<string>;

    /**
     * What the server calls itself.
     * @default `"pvesmb"`
     */
    serverString?: pulumi.Input<string>;
}

export interface ConnectionArgs {
    /**
     * Address of the API of one node.
     * Environment: `PROXMOX_VE_ENDPOINT`.
     */
    endpoint?: pulumi.Input<string>;

    /**
     * More nodes of the same cluster; one that does not answer is skipped. In the environment separated by commas.
     * Environment: `PVESMB_ENDPOINTS`.
     */
    endpoints?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * API token `user@realm!tokenid=secret`.
     * Environment: `PROXMOX_VE_API_TOKEN`.
     */
    apiToken?: pulumi.Input<string>;

    /**
     * User with realm, for login by password.
     * Environment: `PROXMOX_VE_USERNAME`.
     */
    username?: pulumi.Input<string>;

    /**
     * Password of the user.
     * Environment: `PROXMOX_VE_PASSWORD`.
     */
    password?: pulumi.Input<string>;

    /**
     * One-time password, when the user has two-factor login.
     * Environment: `PROXMOX_VE_OTP`.
     */
    otp?: pulumi.Input<string>;

    /**
     * CA certificate (PEM) that signs the nodes' certificates: /etc/pve/pve-root-ca.pem of the cluster.
     * Environment: `PROXMOX_VE_CA_CERTIFICATE`.
     */
    caCertificate?: pulumi.Input<string>;

    /**
     * SHA-256 fingerprint of the node's certificate. Each node has a certificate of its own: with several endpoints, give the CA's.
     * Environment: `PROXMOX_VE_TLS_FINGERPRINT`.
     */
    tlsFingerprint?: pulumi.Input<string>;

    /**
     * Do not verify the API's certificate. Warned about on every run.
     * Environment: `PROXMOX_VE_INSECURE`.
     * @default false
     */
    insecure?: pulumi.Input<boolean>;

    /**
     * How SSH reaches nodes and guests.
     */
    ssh?: pulumi.Input<SshArgs>;
}

export interface SshArgs {
    /**
     * How commands reach a container: `guest` logs in to the container itself as root; `node` logs in to its Proxmox node and uses `pct exec`, which needs root there (or sudo) but no route to the container.
     * Environment: `PVESMB_SSH_VIA`.
     * @default guest
     */
    via?: pulumi.Input<"guest" | "node">;

    /**
     * User for the SSH login to nodes.
     * Environment: `PROXMOX_VE_SSH_USERNAME`.
     * @default root
     */
    username?: pulumi.Input<string>;

    /**
     * Private key in OpenSSH or PEM form. Its public half is put into containers at their creation.
     * Environment: `PROXMOX_VE_SSH_PRIVATE_KEY`.
     */
    privateKey?: pulumi.Input<string>;

    /**
     * Passphrase of the private key.
     * Environment: `PVESMB_SSH_PASSPHRASE`.
     */
    passphrase?: pulumi.Input<string>;

    /**
     * Password for the SSH login to nodes.
     * Environment: `PROXMOX_VE_SSH_PASSWORD`.
     */
    password?: pulumi.Input<string>;

    /**
     * Use the SSH agent.
     * Environment: `PROXMOX_VE_SSH_AGENT`.
     * @default false
     */
    agent?: pulumi.Input<boolean>;

    /**
     * Socket of the SSH agent.
     * Environment: `PROXMOX_VE_SSH_AUTH_SOCK`, `SSH_AUTH_SOCK`.
     */
    agentSocket?: pulumi.Input<string>;

    /**
     * Run commands on nodes through `sudo -n`.
     * @default true unless username is root
     */
    sudo?: pulumi.Input<boolean>;

    /**
     * Command on nodes in place of `pct`: the wrapper that `npx pvesmb permissions` prints lets a user with sudo into pvesmb's own containers only.
     * Environment: `PVESMB_SSH_PCT`.
     * @default pct
     */
    pct?: pulumi.Input<string>;

    /**
     * SSH port of nodes and guests.
     * @default 22
     */
    port?: pulumi.Input<number>;

    /**
     * How SSH reaches the nodes, by node name. A node that is not listed is reached at the endpoint that is this node, else at the address that the cluster knows it by (needs Sys.Audit on /), else by its name.
     */
    nodes?: pulumi.Input<Record<string, pulumi.Input<SshNodeArgs>>>;

    /**
     * Jump host for every SSH connection.
     */
    jump?: pulumi.Input<SshJumpArgs>;

    /**
     * A known_hosts file.
     * Environment: `PVESMB_SSH_KNOWN_HOSTS`.
     * @default ~/.ssh/known_hosts
     */
    knownHosts?: pulumi.Input<string>;
}

export interface SshNodeArgs {
    /**
     * Name or IP address at which SSH reaches this node.
     */
    address: pulumi.Input<string>;

    /**
     * SSH port.
     * @default 22
     */
    port?: pulumi.Input<number>;

    /**
     * Accepted host keys or SHA-256 fingerprints of this node.
     */
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface SshJumpArgs {
    /**
     * Name or IP address of the jump host.
     */
    address: pulumi.Input<string>;

    /**
     * SSH port.
     * @default 22
     */
    port?: pulumi.Input<number>;

    /**
     * User on the jump host.
     * @default root
     */
    username?: pulumi.Input<string>;

    /**
     * Accepted host keys or SHA-256 fingerprints of the jump host.
     */
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface TimeoutsArgs {
    /**
     * Longest time for a create.
     * @default 15m
     */
    create?: pulumi.Input<string>;

    /**
     * Longest time for an update.
     * @default 15m
     */
    update?: pulumi.Input<string>;

    /**
     * Longest time for a refresh of this resource.
     * @default 2m
     */
    read?: pulumi.Input<string>;

    /**
     * Longest time for a delete.
     * @default 10m
     */
    delete?: pulumi.Input<string>;
}

export interface SmbShareVolumeArgs {
    /**
     * Storage of the share's volume.
     * A change replaces the resource: a volume stays on its storage.
     */
    storage: pulumi.Input<string>;

    /**
     * Size of the share's volume; it can grow. Or give `initialSize`.
     */
    size?: pulumi.Input<string>;

    /**
     * Size of the volume when it is made; from then on it is the business of a Quota, or of Proxmox VE.
     */
    initialSize?: pulumi.Input<string>;

    /**
     * Include the volume in Proxmox backups.
     * @default `true`
     */
    backup?: pulumi.Input<boolean>;
}

export interface SmbShareAccessArgs {
    /**
     * Name of a user; or give `group`.
     */
    user?: pulumi.Input<string>;

    /**
     * Name of a group; or give `user`.
     */
    group?: pulumi.Input<string>;

    /**
     * `read`; `change`: read, write and delete; `full`: change, and change permissions.
     */
    level: pulumi.Input<"read" | "change" | "full">;
}

export interface GatewayRefArgs {
    /**
     * The gateway's id: node at creation, VMID, nonce.
     * A change replaces the resource: it lives on that guest.
     */
    id: pulumi.Input<string>;

    /**
     * How to reach Proxmox VE.
     */
    connection?: pulumi.Input<ConnectionArgs>;
}

export interface ShareRefArgs {
    /**
     * The share's id.
     * A change replaces the resource: it limits that share.
     */
    id: pulumi.Input<string>;

    /**
     * The gateway it is on: an SmbGateway, or the `ref` of one.
     * A change replaces the resource: it lives on that guest.
     */
    gateway: pulumi.Input<GatewayRefArgs>;

    /**
     * The share's `path`, where the program gives one: a share that moves takes its quota along.
     */
    path?: pulumi.Input<string>;

    /**
     * The share's `volume.size`, where the program declares one: the size then has a writer already.
     */
    size?: pulumi.Input<string>;
}

export interface QuotaUserArgs {
    /**
     * Name of the account or group on the gateway.
     */
    name: pulumi.Input<string>;

    /**
     * Most that it may use here.
     */
    limit: pulumi.Input<string>;

    /**
     * More than this is allowed for the time of `grace` only.
     */
    soft?: pulumi.Input<string>;

    /**
     * Most files and directories that it may own here.
     */
    files?: pulumi.Input<number>;
}

export interface QuotaGroupArgs {
    /**
     * Name of the account or group on the gateway.
     */
    name: pulumi.Input<string>;

    /**
     * Most that it may use here.
     */
    limit: pulumi.Input<string>;

    /**
     * More than this is allowed for the time of `grace` only.
     */
    soft?: pulumi.Input<string>;

    /**
     * Most files and directories that it may own here.
     */
    files?: pulumi.Input<number>;
}

export interface QuotaUsageArgs {
    /**
     * Whose it is.
     */
    kind: pulumi.Input<"user" | "group">;

    /**
     * Name, or the number of one without a name.
     */
    name: pulumi.Input<string>;

    /**
     * What it holds. In bytes.
     */
    used: pulumi.Input<number>;
}
