// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";

export interface ExistingSshArgs {
    /**
     * Name or IP address at which SSH reaches the host.
     */
    host: pulumi.Input<string>;

    /**
     * SSH port.
     * @default `22`
     */
    port?: pulumi.Input<number>;

    /**
     * User that logs in.
     * @default `"root"`
     */
    user?: pulumi.Input<string>;

    /**
     * Run commands through `sudo -n`; `npx pvesmb permissions --feature existing-host --only node` (mode `native`: `--feature native`) prints the commands that grant the rights for it.
     * @default true unless `user` is root
     */
    sudo?: pulumi.Input<boolean>;

    /**
     * Accepted host keys of the host: `SHA256:...` or public key lines. Nothing else is accepted then.
     * @default those in known_hosts
     */
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * A known_hosts file.
     * @default that of `connection.ssh`
     */
    knownHosts?: pulumi.Input<string>;

    /**
     * Jump host.
     * @default that of `connection.ssh`
     */
    jump?: pulumi.Input<ExistingSshJumpArgs>;
}

export interface ExistingSshJumpArgs {
    /**
     * Name or IP address at which SSH reaches the host.
     */
    host: pulumi.Input<string>;

    /**
     * SSH port.
     * @default `22`
     */
    port?: pulumi.Input<number>;

    /**
     * User on the jump host.
     * @default `"root"`
     */
    user?: pulumi.Input<string>;

    /**
     * Accepted host keys of the jump host: `SHA256:...` or public key lines. Nothing else is accepted then.
     * @default those in known_hosts
     */
    hostKeys?: pulumi.Input<pulumi.Input<string>[]>;
}

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
     * Memory. At least 128MiB, a multiple of 1MiB.
     * @default `"512MiB"`
     */
    memory?: pulumi.Input<string>;

    /**
     * Swap. A multiple of 1MiB.
     * @default `"512MiB"`
     */
    swap?: pulumi.Input<string>;

    /**
     * Unprivileged container. A privileged one needs Sys.Modify on / from Proxmox VE 9 on.
     * A change replaces the resource: Proxmox VE cannot change it.
     * @default `true`
     */
    unprivileged?: pulumi.Input<boolean>;

    /**
     * More numbers (uids and gids) than the 65536 of an unprivileged container, for the accounts of a larger domain (AdDomain). Over the node's SSH, since no API allows it, pvesmb writes `lxc.idmap` of the container's configuration and adds to the node's /etc/subuid and /etc/subgid. The first 65536 stay as they are, so files keep their owners. Nothing is taken back, also when this is left out again or the gateway is deleted.
     */
    idMap?: pulumi.Input<SmbGatewayLxcIdMapArgs>;

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
     * Size of the root file system; it can grow. At least 512MiB, a multiple of 1MiB.
     */
    size: pulumi.Input<string>;
}

export interface SmbGatewayLxcIdMapArgs {
    /**
     * How many numbers the container has, counted from 0. More can be given later, never fewer.
     */
    ids: pulumi.Input<number>;

    /**
     * The node's number that is 65536 in the container; the others follow it. What another container or a user of the node has is refused, and the message names a place that is free.
     * A change is refused: files on the node belong to these numbers.
     * @default `165536`
     */
    hostFrom?: pulumi.Input<number>;
}

export interface NetworkArgs {
    /**
     * Bridge of the node.
     */
    bridge: pulumi.Input<string>;

    /**
     * IPv4: `dhcp`, `none`, or an address with prefix length that nobody else has.
     */
    address: pulumi.Input<string>;

    /**
     * IPv4 gateway, in the network of `address`, or anywhere beside a /32.
     */
    gateway?: pulumi.Input<string>;

    /**
     * IPv6: `dhcp`, `auto` (SLAAC), `none`, or an address with prefix length.
     * @default `"none"`
     */
    address6?: pulumi.Input<string>;

    /**
     * IPv6 gateway: link-local, in the network of `address6`, or anywhere beside a /128.
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
     * Storage of the data volume. One that was moved in Proxmox VE is found where it is; pvesmb moves none.
     */
    storage?: pulumi.Input<string>;

    /**
     * Size of the data volume; it can grow. Or give `initialSize`. At least 64MiB, a multiple of 1MiB.
     */
    size?: pulumi.Input<string>;

    /**
     * Size of the data volume when it is created; after that it is managed by a Quota or in Proxmox VE. At least 64MiB, a multiple of 1MiB.
     */
    initialSize?: pulumi.Input<string>;

    /**
     * An existing volume to attach instead of a new one. One of another container is moved to this one, unless that container runs with it mounted.
     */
    volume?: pulumi.Input<string>;

    /**
     * A directory or dataset of the node instead of a volume. It is set over the node's SSH or as root@pam, is not in Proxmox backups, and stays when the gateway goes.
     * A change replaces the resource: the files are not moved.
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
     * Package mirror to write into the guest's sources, instead of the servers of the distribution's own suites (its updates too).
     * @default what the template has
     */
    mirror?: pulumi.Input<string>;

    /**
     * Mirror of the security updates, for sources that have them.
     * @default beside `mirror`, with `-security` at its end, as in http://mirror.example/debian-security
     */
    securityMirror?: pulumi.Input<string>;

    /**
     * Proxy for packages.
     */
    proxy?: pulumi.Input<string>;

    /**
     * Install unattended-upgrades, which installs security updates by itself, once a day. One of Samba ends the open connections; clients come back by themselves. `false` keeps it from running, and has apt look every day for what is new.
     * @default `true` for a new gateway; gateways made by earlier versions are unchanged
     */
    securityUpdates?: pulumi.Input<boolean>;

    /**
     * Modes `existing` and `native`: what happens, when the gateway is deleted, to packages that pvesmb installed on the host and nothing else needs.
     * @default `keep`
     */
    onDelete?: pulumi.Input<"keep" | "remove">;

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
     * Description of the server that clients see.
     * @default `"pvesmb"`
     */
    serverString?: pulumi.Input<string>;

    /**
     * NetBIOS name.
     * @default the first 15 characters of the host name
     */
    netbiosName?: pulumi.Input<string>;

    /**
     * Where to listen, beside the loopback interface.
     * @default everywhere
     */
    interfaces?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Oldest protocol that clients may speak. SMB 1 is never spoken.
     * @default `"SMB3_00"`
     */
    minProtocol?: pulumi.Input<"SMB2_02" | "SMB2_10" | "SMB3_00" | "SMB3_02" | "SMB3_11">;

    /**
     * Newest protocol.
     * @default `"SMB3_11"`
     */
    maxProtocol?: pulumi.Input<"SMB2_02" | "SMB2_10" | "SMB3_00" | "SMB3_02" | "SMB3_11">;

    /**
     * Whether clients have to sign.
     * @default `"mandatory"`
     */
    signing?: pulumi.Input<"mandatory" | "auto">;

    /**
     * `required` refuses clients that cannot; `desired` encrypts with all that can; `if_required` with those that ask.
     * @default `"desired"`
     */
    encryption?: pulumi.Input<"required" | "desired" | "if_required">;

    /**
     * `disabled` locks out all local accounts: they have no other way to log in.
     * @default `"ntlmv2-only"`
     */
    ntlm?: pulumi.Input<"ntlmv2-only" | "disabled">;

    /**
     * Lock an account after failed logins. Whoever reaches the gateway and knows a user's name can then lock that user out for as long.
     * @default accounts are not locked
     */
    lockout?: pulumi.Input<SmbGatewaySambaLockoutArgs>;

    /**
     * `onDemand`: guests are let in as soon as a share has `guest`, and a share with `guest` then asks no client to encrypt, since guests cannot; `never`, and with `encryption` `required`: such a share is refused.
     * @default `"onDemand"`
     */
    guests?: pulumi.Input<"onDemand" | "never">;

    /**
     * Most connections at once. smbd runs a process for each and refuses what comes beyond, so that no client uses up the gateway's memory.
     * @default smbd's share of `lxc.memory` (all but a reserve of a quarter, 64 to 512 MiB) divided by 3 MiB: 128 with 512MiB
     */
    maxProcesses?: pulumi.Input<number>;

    /**
     * Most connections at once from one address (IPv6: from one network of 64 bits). To be raised where many clients are behind one address.
     * @default half of `maxProcesses`
     */
    maxPerAddress?: pulumi.Input<number>;

    /**
     * Let one client use several connections (SMB multichannel).
     * @default `true`
     */
    multichannel?: pulumi.Input<boolean>;

    /**
     * Let clients keep listings of folders in their own memory. Samba 4.22 and later.
     * @default Samba's own default
     */
    directoryLeases?: pulumi.Input<boolean>;

    /**
     * Metadata and streams as macOS wants them (fruit), on all shares: a Mac applies what the first share offers to all of them.
     * @default `false`
     */
    macos?: pulumi.Input<boolean>;

    /**
     * Where smbd and the shares' audits log.
     * @default `{"target":"journal","level":1,"logins":false,"maxSize":"16MiB","keep":7}`
     */
    logging?: pulumi.Input<SmbGatewaySambaLoggingArgs>;

    /**
     * How clients find the gateway without its address.
     * @default `{"wsdd":false,"avahi":false}`
     */
    discovery?: pulumi.Input<SmbGatewaySambaDiscoveryArgs>;

    /**
     * Time zone of the container.
     * @default that of the template
     */
    timeZone?: pulumi.Input<string>;

    /**
     * Modes `existing` and `native`: let the program set options of the host's whole Samba too. What smb.conf sets itself is refused, and smbd is not restarted.
     * @default `false`
     */
    manageGlobal?: pulumi.Input<boolean>;

    /**
     * Further global smb.conf options. What pvesmb writes itself, and what runs programs, is refused.
     * @default `{}`
     */
    options?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

export interface SmbGatewaySambaLockoutArgs {
    /**
     * Failed logins in a row that lock an account.
     */
    attempts: pulumi.Input<number>;

    /**
     * How long it stays locked. In minutes.
     * @default `30`
     */
    minutes?: pulumi.Input<number>;

    /**
     * Time without a failed login after which the count starts again. In minutes.
     * @default `30`
     */
    resetMinutes?: pulumi.Input<number>;
}

export interface SmbGatewaySambaLoggingArgs {
    /**
     * `journal`: the gateway's journal, audits under the name smbd_audit. `file`: /var/log/samba/log.smbd and audit.log there, both rotated.
     * @default `"journal"`
     */
    target?: pulumi.Input<"journal" | "file">;

    /**
     * smbd's log level.
     * @default `1`
     */
    level?: pulumi.Input<number>;

    /**
     * Log every login, the refused ones too, as one line of JSON: who, from where, by which protocol, and how it ended. With `target: "file"` in /var/log/samba/logins.json.
     * @default `false`
     */
    logins?: pulumi.Input<boolean>;

    /**
     * Files of audits and logins: size at which a new one is begun; checked every minute. If a file reaches four times that size in between, smbd itself renames it to `.old` and replaces the previous one. At least 64KiB, a multiple of 1KiB.
     * @default `"16MiB"`
     */
    maxSize?: pulumi.Input<string>;

    /**
     * Files of audits and logins: how many old ones are kept.
     * @default `7`
     */
    keep?: pulumi.Input<number>;
}

export interface SmbGatewaySambaDiscoveryArgs {
    /**
     * Appear in Windows' network view (WS-Discovery). Installs wsdd.
     * @default `false`
     */
    wsdd?: pulumi.Input<boolean>;

    /**
     * Appear in the Finder, and with shares that have `timeMachine` in Time Machine's list (mDNS). Installs avahi-daemon. What other files of Samba add is not announced.
     * @default `false`
     */
    avahi?: pulumi.Input<boolean>;
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

    /**
     * Signs the mark in a gateway's notes. Everybody who deploys the same gateways needs the same one (docs/marks.md). `openssl rand -hex 32` makes one.
     * Environment: `PVESMB_MARK_SECRET`.
     * @default made of the API token's secret; with a password login, of the SSH private key
     */
    markSecret?: pulumi.Input<string>;

    /**
     * Secrets that signed marks before, API tokens' secrets among them: still accepted; the next update of a gateway signs it again. In the environment separated by commas.
     * Environment: `PVESMB_MARK_SECRET_PREVIOUS`.
     */
    markSecretPrevious?: pulumi.Input<pulumi.Input<string>[]>;
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
     * Command on nodes instead of `pct`: the wrapper that `npx pvesmb permissions` prints lets a user with sudo into pvesmb's own containers only.
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
     * Password for the login to the jump host. That of the nodes is never offered to it; the private key and the agent are.
     */
    password?: pulumi.Input<string>;

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
     * Storage of the share's volume. One that was moved in Proxmox VE is found where it is; pvesmb moves none.
     */
    storage: pulumi.Input<string>;

    /**
     * Size of the share's volume; it can grow. Or give `initialSize`. At least 16MiB, a multiple of 1MiB.
     */
    size?: pulumi.Input<string>;

    /**
     * Size of the share's volume when it is created; after that it is managed by a Quota or in Proxmox VE. At least 16MiB, a multiple of 1MiB.
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
     * Name of a user; or give `group`. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    user?: pulumi.Input<string>;

    /**
     * Name of a group; or give `user`. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    group?: pulumi.Input<string>;

    /**
     * `read`; `change`: read, write and delete; `full`: change, and change permissions.
     */
    level: pulumi.Input<"read" | "change" | "full">;
}

export interface SmbShareAclEntryArgs {
    /**
     * Name of a user; or give `group`. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    user?: pulumi.Input<string>;

    /**
     * Name of a group; or give `user`. Of a domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    group?: pulumi.Input<string>;

    /**
     * What the entry allows.
     */
    permissions: pulumi.Input<"---" | "--x" | "r--" | "r-x" | "rw-" | "rwx">;
}

export interface SmbShareTimeMachineArgs {
    /**
     * Most that the backups of one Mac may take. At least 1GiB.
     * @default the share's space
     */
    maxSize?: pulumi.Input<string>;
}

export interface SmbShareRecycleArgs {
    /**
     * Folder of the share that deleted files are moved to.
     * @default `".recycle"`
     */
    path?: pulumi.Input<string>;

    /**
     * A folder in it for each user, which nobody else can look into.
     * @default `true`
     */
    perUser?: pulumi.Input<boolean>;

    /**
     * Keep the folders that a file was in.
     * @default `true`
     */
    keepTree?: pulumi.Input<boolean>;

    /**
     * Keep files of the same name side by side, instead of the last one only.
     * @default `true`
     */
    versions?: pulumi.Input<boolean>;

    /**
     * Files that are deleted at once, without the recycle bin.
     */
    exclude?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Folders whose files are deleted at once, without the recycle bin.
     */
    excludeFolders?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Larger files are deleted at once, without the recycle bin.
     */
    maxSize?: pulumi.Input<string>;

    /**
     * Purge files this long after they were deleted or last accessed, for example `30d` or `8w`; checked daily by systemd-tmpfiles.
     * @default for ever
     */
    keepFor?: pulumi.Input<string>;
}

export interface SmbShareAuditArgs {
    /**
     * What to log when it is done.
     * @default `["mkdir","rename","delete","permissions"]`
     */
    success?: pulumi.Input<pulumi.Input<"connect" | "open" | "read" | "write" | "mkdir" | "rename" | "delete" | "permissions">[]>;

    /**
     * What to log when it is refused.
     * @default `["connect"]`
     */
    failure?: pulumi.Input<pulumi.Input<"connect" | "open" | "read" | "write" | "mkdir" | "rename" | "delete" | "permissions">[]>;
}

export interface SmbSharePreviousVersionsArgs {
    /**
     * Where the snapshots are, from the root of the volume that the share is on: `.zfs/snapshot`, `.snapshots`.
     * @default `".snapshots"`
     */
    folder?: pulumi.Input<string>;

    /**
     * Names of the snapshots, as strftime(3) writes their time. Anything after it is ignored.
     * @default `"@GMT-%Y.%m.%d-%H.%M.%S"`
     */
    format?: pulumi.Input<string>;

    /**
     * What the names begin with, when something else stands between that and `format`: `autosnap` with `_%Y-%m-%d_%H:%M:%S` (sanoid), `zfs-auto-snap` with `-%Y-%m-%d-%H%M`. `format` then begins where the time does, at most a few characters before it.
     * @default the names are `format` from their first character on
     */
    prefix?: pulumi.Input<string>;

    /**
     * Whether those times are local ones, not UTC.
     * @default `false`
     */
    localTime?: pulumi.Input<boolean>;

    /**
     * Have pvesmb make the snapshots, by a systemd timer on the node: on ZFS of the dataset, on btrfs of the subvolume that the share is in; a new share on btrfs becomes one. `folder`, `format`, `prefix` and `localTime` are then set by pvesmb and must be left out. Needs the node's SSH.
     */
    schedule?: pulumi.Input<SmbSharePreviousVersionsScheduleArgs>;
}

export interface SmbSharePreviousVersionsScheduleArgs {
    /**
     * How many hourly snapshots to keep. With 0, one snapshot is taken per day.
     * @default `24`
     */
    hourly?: pulumi.Input<number>;

    /**
     * How many daily snapshots to keep.
     * @default `7`
     */
    daily?: pulumi.Input<number>;

    /**
     * How many weekly snapshots to keep.
     * @default `4`
     */
    weekly?: pulumi.Input<number>;

    /**
     * How many monthly snapshots to keep.
     * @default `6`
     */
    monthly?: pulumi.Input<number>;
}

export interface SmbShareCatiaArgs {
    /**
     * Characters on the server, and what clients see of them.
     * @default the characters that Windows cannot have, as macOS maps them
     */
    mappings?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface ServerRefArgs {
    /**
     * The gateway's or cluster's id.
     * A change replaces the resource: it exists only there.
     */
    id: pulumi.Input<string>;

    /**
     * How to reach Proxmox VE.
     */
    connection?: pulumi.Input<ConnectionArgs>;

    /**
     * How SSH reaches a gateway of mode `existing` or `native`.
     */
    ssh?: pulumi.Input<ExistingSshArgs>;

    /**
     * The gateways of a cluster.
     */
    gateways?: pulumi.Input<pulumi.Input<GatewayRefArgs>[]>;
}

export interface GatewayRefArgs {
    /**
     * The gateway's id: node at creation, VMID, nonce; in modes `existing` and `native` the host at creation and the nonce.
     * A change replaces the resource: it exists only on that gateway.
     */
    id: pulumi.Input<string>;

    /**
     * How to reach Proxmox VE.
     */
    connection?: pulumi.Input<ConnectionArgs>;

    /**
     * How SSH reaches a gateway of mode `existing` or `native`.
     */
    ssh?: pulumi.Input<ExistingSshArgs>;
}

export interface SmbUserPasswordFromArgs {
    /**
     * An environment variable of the `pulumi` command.
     */
    env?: pulumi.Input<string>;

    /**
     * A file on the machine that runs `pulumi`; its first line.
     */
    file?: pulumi.Input<string>;
}

export interface ShareRefArgs {
    /**
     * The share's id.
     * A change replaces the resource: it limits that share.
     */
    id: pulumi.Input<string>;

    /**
     * Where it is: on an SmbGateway, on a CtdbVip (once for all its gateways), or on the `ref` of one.
     * A change replaces the resource: it exists only on that gateway.
     */
    gateway: pulumi.Input<ServerRefArgs>;

    /**
     * The share's `path`, where the program gives one: a share that moves takes its quota along.
     */
    path?: pulumi.Input<string>;

    /**
     * The share's `volume.size`, where the program declares one: the size then has a writer already. At least 16MiB, a multiple of 1MiB.
     */
    size?: pulumi.Input<string>;
}

export interface QuotaUserArgs {
    /**
     * Name of the account or group on the gateway, or of its domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    name: pulumi.Input<string>;

    /**
     * Most that it may use here. At least 1MiB, a multiple of 4KiB.
     */
    limit: pulumi.Input<string>;

    /**
     * More than this is allowed for the time of `grace` only. At least 1MiB, a multiple of 4KiB.
     */
    soft?: pulumi.Input<string>;

    /**
     * Most files and directories that it may own here.
     */
    files?: pulumi.Input<number>;
}

export interface QuotaGroupArgs {
    /**
     * Name of the account or group on the gateway, or of its domain: `DOMAIN\name`, `name@realm` or a SID.
     */
    name: pulumi.Input<string>;

    /**
     * Most that it may use here. At least 1MiB, a multiple of 4KiB.
     */
    limit: pulumi.Input<string>;

    /**
     * More than this is allowed for the time of `grace` only. At least 1MiB, a multiple of 4KiB.
     */
    soft?: pulumi.Input<string>;

    /**
     * Most files and directories that it may own here.
     */
    files?: pulumi.Input<number>;
}

export interface QuotaHistoryArgs {
    /**
     * How often usage is read, recorded and held against `alerts`.
     * @default 5m
     */
    every?: pulumi.Input<"5m" | "10m" | "15m" | "20m" | "30m" | "1h">;

    /**
     * How long the record goes back. Of several quotas on a gateway the longest counts, and the record's size follows it (docs/quota-usage.md). In days.
     * @default 90
     */
    keepDays?: pulumi.Input<number>;
}

export interface QuotaNotifyArgs {
    /**
     * Address to POST to; see docs/quota-usage.md for the JSON.
     */
    webhook?: pulumi.Input<string>;

    /**
     * Sent to the webhook as `Authorization: Bearer <token>`.
     */
    token?: pulumi.Input<string>;

    /**
     * Addresses to mail to, by the gateway's sendmail.
     */
    mail?: pulumi.Input<pulumi.Input<string>[]>;
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

export interface DomainCredentialArgs {
    /**
     * Account of the domain: `joiner`, `joiner@ad.example.com` or `AD\joiner`.
     */
    user: pulumi.Input<string>;

    /**
     * Its password. Or `passwordFrom`.
     */
    password?: pulumi.Input<string>;

    /**
     * Where to read the password from, so that no state holds it.
     */
    passwordFrom?: pulumi.Input<SmbUserPasswordFromArgs>;

    /**
     * Instead of a password: Kerberos tickets of the account, as a credential cache in Base64. They must be valid for as long as a run takes.
     */
    tickets?: pulumi.Input<string>;

    /**
     * Where to read the tickets from, as a job in CI has them after `kinit -k`, so that no state holds them.
     */
    ticketsFrom?: pulumi.Input<DomainCredentialTicketsFromArgs>;

    /**
     * Instead of a password: a keytab with the account's keys, in Base64. The gateway gets tickets by it, as `kinit -k` does; an account whose password changes needs a new one.
     */
    keytab?: pulumi.Input<string>;

    /**
     * Where to read the keytab from, so that no state holds it.
     */
    keytabFrom?: pulumi.Input<DomainCredentialKeytabFromArgs>;
}

export interface DomainCredentialTicketsFromArgs {
    /**
     * An environment variable of the `pulumi` command, with the cache in Base64.
     */
    env?: pulumi.Input<string>;

    /**
     * A credential cache on the machine that runs `pulumi`, as `kinit -c FILE` writes it.
     */
    file?: pulumi.Input<string>;
}

export interface DomainCredentialKeytabFromArgs {
    /**
     * An environment variable of the `pulumi` command, with the keytab in Base64.
     */
    env?: pulumi.Input<string>;

    /**
     * A keytab on the machine that runs `pulumi`.
     */
    file?: pulumi.Input<string>;
}

export interface AdDomainOfflineJoinArgs {
    /**
     * The blob, in Base64. Or `blobFrom`.
     */
    blob?: pulumi.Input<string>;

    /**
     * Where to read the blob from, so that no state holds it.
     */
    blobFrom?: pulumi.Input<AdDomainOfflineJoinBlobFromArgs>;
}

export interface AdDomainOfflineJoinBlobFromArgs {
    /**
     * An environment variable of the `pulumi` command.
     */
    env?: pulumi.Input<string>;

    /**
     * A file on the machine that runs `pulumi`, as `net offlinejoin provision` or djoin wrote it.
     */
    file?: pulumi.Input<string>;
}

export interface AdDomainDnsArgs {
    /**
     * Register the gateway's name in the domain's DNS, and again every day: what nobody refreshes is scavenged. It is done by the computer account, which Windows then allows to change the records.
     * @default `true`
     */
    register?: pulumi.Input<boolean>;

    /**
     * Addresses to register.
     * @default the one at which the gateway is reached
     */
    addresses?: pulumi.Input<pulumi.Input<string>[]>;
}

export interface AdDomainIdmapArgs {
    /**
     * `rid`: reckoned from the account's relative id, so that every account has one. `ad`: uidNumber and gidNumber (RFC 2307), as the directory has them; who has none there, or one outside `idRange`, has no access. Groups of `allowedGroups` and the users' primary group (Domain Users) without a gidNumber are refused before the join, and accounts without a number wherever a share, group or quota names them.
     * A change is refused: files belong to these numbers.
     * @default `"rid"`
     */
    backend?: pulumi.Input<"rid" | "ad">;
}

export interface AdDomainLeaveArgs {
    /**
     * Who removes the computer account.
     * @default `credential`
     */
    credential?: pulumi.Input<DomainCredentialArgs>;

    /**
     * Delete the computer account when this resource is deleted; otherwise it stays, disabled.
     * @default `true`
     */
    deleteAccount?: pulumi.Input<boolean>;
}

export interface CtdbVipAddressArgs {
    /**
     * Floating IPv4 address with prefix length.
     */
    address: pulumi.Input<string>;

    /**
     * Interface of the gateways that gets it.
     * @default `"eth0"`
     */
    interface?: pulumi.Input<string>;
}

export interface CtdbVipPrivateNetworkArgs {
    /**
     * Address with prefix length of each gateway, in the order of `gateways`; each gateway must have its own already, best on a bridge for this alone (`extraNetworks` of SmbGateway). CTDB's traffic is neither encrypted nor authenticated: the gateways take it from these addresses only.
     */
    addresses: pulumi.Input<pulumi.Input<string>[]>;
}

export interface CtdbVipLockArgs {
    /**
     * A file on the file system that all gateways share, which lets one side at a time work when the private network is cut. It is made if it is not there.
     * A change replaces the resource: all gateways have to change at once.
     */
    file: pulumi.Input<string>;
}

export interface CtdbVipTunablesArgs {
    /**
     * How often a gateway tells the others that it lives. In seconds.
     * @default `1`
     */
    keepaliveInterval?: pulumi.Input<number>;

    /**
     * After how many silent intervals a gateway counts as dead.
     * @default `12`
     */
    keepaliveLimit?: pulumi.Input<number>;

    /**
     * After how long without the lock a gateway gives up its floating addresses. At least twice the time of the longest recovery; one that took longer is warned of. In seconds.
     * @default `5`
     */
    recoveryDropAllIps?: pulumi.Input<number>;
}

export interface CtdbVipRefArgs {
    /**
     * The cluster's id.
     */
    id: pulumi.Input<string>;

    /**
     * The gateways of the cluster.
     */
    gateways: pulumi.Input<pulumi.Input<GatewayRefArgs>[]>;
}
