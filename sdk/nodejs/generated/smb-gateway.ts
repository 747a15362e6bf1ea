// Generated from provider/model by `npm run generate`; do not edit.
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../../provider/base/kind";
import { PvesmbResource } from "../shim";
import type {
    ConnectionArgs,
    ExistingSshArgs,
    NetworkArgs,
    SmbGatewayDataArgs,
    SmbGatewayLxcArgs,
    SmbGatewayPackagesArgs,
    SmbGatewaySambaArgs,
    SmbGatewayStartupArgs,
    SmbGatewayVmidRangeArgs,
    TimeoutsArgs,
} from "./inputs";
import type {
    Connection,
    ExistingSsh,
    GatewayRef,
    Network,
    SmbGatewayData,
    SmbGatewayLxc,
    SmbGatewayPackages,
    SmbGatewaySamba,
    SmbGatewayStartup,
    SmbGatewayVmidRange,
    Timeouts,
} from "./outputs";

export interface SmbGatewayArgs {
    /**
     * What the gateway runs on. `lxc`: a container of Proxmox VE, which pvesmb makes. `existing`: a host that is there already and that SSH reaches (`ssh`); its own shares and settings stay as they are. `native`: a node of Proxmox VE itself, which SSH reaches (`ssh`); Samba is installed there without touching Proxmox VE's packages (docs/modes.md).
     * A change replaces the resource: it is another kind of host.
     * @default `"lxc"`
     */
    mode?: pulumi.Input<"lxc" | "existing" | "native">;

    /**
     * Modes `existing` and `native`: the host, and how SSH reaches it. The private key or the agent is that of `connection.ssh`.
     */
    ssh?: pulumi.Input<ExistingSshArgs>;

    /**
     * Mode `lxc`, required: node to create the guest on. A guest that moved later is found where it is and stays there.
     */
    node?: pulumi.Input<string>;

    /**
     * VMID of the guest.
     * A change replaces the resource: Proxmox VE cannot change it.
     * @default a free one within `vmidRange`
     */
    vmid?: pulumi.Input<number>;

    /**
     * Where a VMID is taken from.
     * @default 10000 to 99999
     */
    vmidRange?: pulumi.Input<SmbGatewayVmidRangeArgs>;

    /**
     * Host name. Not used in modes `existing` and `native`.
     * @default the resource's name
     */
    hostname?: pulumi.Input<string>;

    /**
     * Mode `lxc`, required: the container.
     */
    lxc?: pulumi.Input<SmbGatewayLxcArgs>;

    /**
     * Mode `lxc`, required: first network interface (eth0).
     */
    network?: pulumi.Input<NetworkArgs>;

    /**
     * More network interfaces (eth1, eth2, ...).
     * @default `[]`
     */
    extraNetworks?: pulumi.Input<pulumi.Input<NetworkArgs>[]>;

    /**
     * Name servers.
     * @default those of the node
     */
    nameservers?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Search domains.
     * @default those of the node
     */
    searchDomains?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * A volume of its own, or a directory of the node, for the shares' data; mounted at /srv/pvesmb.
     */
    data?: pulumi.Input<SmbGatewayDataArgs>;

    /**
     * Whether deleting the gateway may destroy its data volume. With `refuse`, Pulumi protects the gateway against deletion, and pvesmb refuses it too: `pulumi state unprotect` alone does not help. To delete gateway and data, set `destroy`, run `pulumi up`, then `pulumi destroy`. Pulumi protects it only where this and `data` are plain values, not Outputs.
     * @default `"refuse"`
     */
    dataOnDelete?: pulumi.Input<"refuse" | "destroy">;

    /**
     * Whether deleting the gateway also takes it out of HA, replication and backup jobs. Without it, a gateway that HA or replication knows is not deleted.
     * @default `false`
     */
    purge?: pulumi.Input<boolean>;

    /**
     * Public keys for root's login to the container, beside that of the connection. Used at creation.
     * @default `[]`
     */
    sshPublicKeys?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Whether the guest runs.
     * @default `true`
     */
    started?: pulumi.Input<boolean>;

    /**
     * Start with the node.
     * @default `true`
     */
    onboot?: pulumi.Input<boolean>;

    /**
     * Start and shutdown order on the node.
     */
    startup?: pulumi.Input<SmbGatewayStartupArgs>;

    /**
     * Tags in Proxmox VE.
     * @default `[]`
     */
    tags?: pulumi.Input<pulumi.Input<string>[]>;

    /**
     * Notes in Proxmox VE; pvesmb keeps its mark below them.
     * @default `""`
     */
    description?: pulumi.Input<string>;

    /**
     * Pool to create the guest in.
     */
    pool?: pulumi.Input<string>;

    /**
     * Proxmox's own protection against removal of guest and volumes.
     * @default `false`
     */
    protection?: pulumi.Input<boolean>;

    /**
     * Restart the container when a change takes effect only then.
     * @default `false`
     */
    allowRestart?: pulumi.Input<boolean>;

    /**
     * Where packages come from.
     * @default `{"minimumSambaVersion":"4.17"}`
     */
    packages?: pulumi.Input<SmbGatewayPackagesArgs>;

    /**
     * Settings of the whole Samba server.
     * @default `{"workgroup":"WORKGROUP","serverString":"pvesmb","minProtocol":"SMB3_00","maxProtocol":"SMB3_11","signing":"mandatory","encryption":"desired","ntlm":"ntlmv2-only","guests":"onDemand","multichannel":true,"macos":false,"logging":{"target":"journal","level":1,"logins":false,"maxSize":"16MiB","keep":7},"discovery":{"wsdd":false,"avahi":false},"manageGlobal":false,"options":{}}`
     */
    samba?: pulumi.Input<SmbGatewaySambaArgs>;

    /**
     * Take over the guest of that `vmid` if it carries the mark of this very resource. Differences are printed. In modes `existing` and `native`: the gateway of this very resource that is on the host, where the state does not know it.
     * @default `false`
     */
    adopt?: pulumi.Input<boolean>;

    /**
     * How to reach Proxmox VE. What is left out comes from the environment, then from stack config `pvesmb:*`.
     */
    connection?: pulumi.Input<ConnectionArgs>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    timeouts?: pulumi.Input<TimeoutsArgs>;
}

const kind: Kind = {
    name: "SmbGateway",
    inputs: [
        "mode",
        "ssh",
        "node",
        "vmidRange",
        "hostname",
        "lxc",
        "network",
        "extraNetworks",
        "nameservers",
        "searchDomains",
        "data",
        "dataOnDelete",
        "purge",
        "sshPublicKeys",
        "started",
        "onboot",
        "startup",
        "tags",
        "description",
        "pool",
        "protection",
        "allowRestart",
        "packages",
        "samba",
        "adopt",
        "connection",
        "timeouts",
    ],
    outputs: ["vmid", "currentNode", "templateVolume", "address", "hostKeys", "sambaVersion", "unc", "dataVolume"],
    secrets: [
        ["connection", "apiToken"],
        ["connection", "password"],
        ["connection", "otp"],
        ["connection", "ssh", "privateKey"],
        ["connection", "ssh", "passphrase"],
        ["connection", "ssh", "password"],
        ["connection", "ssh", "jump", "password"],
        ["connection", "markSecret"],
        ["connection", "markSecretPrevious"],
    ],
    secretOutputs: [],
    autoNames: { hostname: "host-label" },
    reference: { connection: ["connection"], ssh: ["ssh"] },
    holdsData: [{ input: "data", unless: [{ path: ["dataOnDelete"], is: "destroy" }, { path: ["data", "bind"] }] }],
    outside: [["ssh"], ["data", "bind"]],
};

/**
 * A Samba file server in a container of its own, made, configured and kept by pvesmb; or, with `mode: "existing"`, beside the Samba of a host that is there already; or, with `mode: "native"`, on a node of Proxmox VE itself.
 *
 * ```ts
 * const files = new pvesmb.SmbGateway("files", {
 *     node: "pve1",
 *     lxc: { template: "debian-12-standard", rootfs: { storage: "local-zfs", size: "4GiB" } },
 *     network: { bridge: "vmbr0", address: "192.168.1.50/24", gateway: "192.168.1.1" },
 *     data: { storage: "tank", size: "500GiB" },
 * });
 * ```
 */
export class SmbGateway extends PvesmbResource {
    /**
     * What the gateway runs on. `lxc`: a container of Proxmox VE, which pvesmb makes. `existing`: a host that is there already and that SSH reaches (`ssh`); its own shares and settings stay as they are. `native`: a node of Proxmox VE itself, which SSH reaches (`ssh`); Samba is installed there without touching Proxmox VE's packages (docs/modes.md).
     * A change replaces the resource: it is another kind of host.
     * @default `"lxc"`
     */
    declare readonly mode: pulumi.Output<"lxc" | "existing" | "native" | undefined>;

    /**
     * Modes `existing` and `native`: the host, and how SSH reaches it. The private key or the agent is that of `connection.ssh`.
     */
    declare readonly ssh: pulumi.Output<ExistingSsh | undefined>;

    /**
     * Mode `lxc`, required: node to create the guest on. A guest that moved later is found where it is and stays there.
     */
    declare readonly node: pulumi.Output<string | undefined>;

    /**
     * VMID of the guest.
     * A change replaces the resource: Proxmox VE cannot change it.
     * @default a free one within `vmidRange`
     */
    declare readonly vmid: pulumi.Output<number>;

    /**
     * Where a VMID is taken from.
     * @default 10000 to 99999
     */
    declare readonly vmidRange: pulumi.Output<SmbGatewayVmidRange | undefined>;

    /**
     * Host name. Not used in modes `existing` and `native`.
     * @default the resource's name
     */
    declare readonly hostname: pulumi.Output<string>;

    /**
     * Mode `lxc`, required: the container.
     */
    declare readonly lxc: pulumi.Output<SmbGatewayLxc | undefined>;

    /**
     * Mode `lxc`, required: first network interface (eth0).
     */
    declare readonly network: pulumi.Output<Network | undefined>;

    /**
     * More network interfaces (eth1, eth2, ...).
     * @default `[]`
     */
    declare readonly extraNetworks: pulumi.Output<Network[] | undefined>;

    /**
     * Name servers.
     * @default those of the node
     */
    declare readonly nameservers: pulumi.Output<string[] | undefined>;

    /**
     * Search domains.
     * @default those of the node
     */
    declare readonly searchDomains: pulumi.Output<string[] | undefined>;

    /**
     * A volume of its own, or a directory of the node, for the shares' data; mounted at /srv/pvesmb.
     */
    declare readonly data: pulumi.Output<SmbGatewayData | undefined>;

    /**
     * Whether deleting the gateway may destroy its data volume. With `refuse`, Pulumi protects the gateway against deletion, and pvesmb refuses it too: `pulumi state unprotect` alone does not help. To delete gateway and data, set `destroy`, run `pulumi up`, then `pulumi destroy`. Pulumi protects it only where this and `data` are plain values, not Outputs.
     * @default `"refuse"`
     */
    declare readonly dataOnDelete: pulumi.Output<"refuse" | "destroy" | undefined>;

    /**
     * Whether deleting the gateway also takes it out of HA, replication and backup jobs. Without it, a gateway that HA or replication knows is not deleted.
     * @default `false`
     */
    declare readonly purge: pulumi.Output<boolean | undefined>;

    /**
     * Public keys for root's login to the container, beside that of the connection. Used at creation.
     * @default `[]`
     */
    declare readonly sshPublicKeys: pulumi.Output<string[] | undefined>;

    /**
     * Whether the guest runs.
     * @default `true`
     */
    declare readonly started: pulumi.Output<boolean | undefined>;

    /**
     * Start with the node.
     * @default `true`
     */
    declare readonly onboot: pulumi.Output<boolean | undefined>;

    /**
     * Start and shutdown order on the node.
     */
    declare readonly startup: pulumi.Output<SmbGatewayStartup | undefined>;

    /**
     * Tags in Proxmox VE.
     * @default `[]`
     */
    declare readonly tags: pulumi.Output<string[] | undefined>;

    /**
     * Notes in Proxmox VE; pvesmb keeps its mark below them.
     * @default `""`
     */
    declare readonly description: pulumi.Output<string | undefined>;

    /**
     * Pool to create the guest in.
     */
    declare readonly pool: pulumi.Output<string | undefined>;

    /**
     * Proxmox's own protection against removal of guest and volumes.
     * @default `false`
     */
    declare readonly protection: pulumi.Output<boolean | undefined>;

    /**
     * Restart the container when a change takes effect only then.
     * @default `false`
     */
    declare readonly allowRestart: pulumi.Output<boolean | undefined>;

    /**
     * Where packages come from.
     * @default `{"minimumSambaVersion":"4.17"}`
     */
    declare readonly packages: pulumi.Output<SmbGatewayPackages | undefined>;

    /**
     * Settings of the whole Samba server.
     * @default `{"workgroup":"WORKGROUP","serverString":"pvesmb","minProtocol":"SMB3_00","maxProtocol":"SMB3_11","signing":"mandatory","encryption":"desired","ntlm":"ntlmv2-only","guests":"onDemand","multichannel":true,"macos":false,"logging":{"target":"journal","level":1,"logins":false,"maxSize":"16MiB","keep":7},"discovery":{"wsdd":false,"avahi":false},"manageGlobal":false,"options":{}}`
     */
    declare readonly samba: pulumi.Output<SmbGatewaySamba | undefined>;

    /**
     * Take over the guest of that `vmid` if it carries the mark of this very resource. Differences are printed. In modes `existing` and `native`: the gateway of this very resource that is on the host, where the state does not know it.
     * @default `false`
     */
    declare readonly adopt: pulumi.Output<boolean | undefined>;

    /**
     * How to reach Proxmox VE. What is left out comes from the environment, then from stack config `pvesmb:*`.
     */
    declare readonly connection: pulumi.Output<Connection | undefined>;

    /**
     * Deadlines of the operations; past them an operation fails with what was under way. Pulumi's own resource option `customTimeouts` is taken for those that are left out here.
     */
    declare readonly timeouts: pulumi.Output<Timeouts | undefined>;

    /**
     * Node it was found on.
     */
    declare readonly currentNode: pulumi.Output<string | undefined>;

    /**
     * Template it was made from.
     */
    declare readonly templateVolume: pulumi.Output<string | undefined>;

    /**
     * First IP address, without prefix length; the host name until a gateway that was made stopped has got one by DHCP.
     */
    declare readonly address: pulumi.Output<string>;

    /**
     * SSH host keys, as SHA-256 fingerprints.
     */
    declare readonly hostKeys: pulumi.Output<string[]>;

    /**
     * Version of Samba.
     */
    declare readonly sambaVersion: pulumi.Output<string | undefined>;

    /**
     * Base of the shares' paths: `\\address`.
     */
    declare readonly unc: pulumi.Output<string>;

    /**
     * Volume id of the data volume.
     */
    declare readonly dataVolume: pulumi.Output<string | undefined>;

    /** What shares and users of other stacks keep of this gateway. */
    declare readonly ref: pulumi.Output<GatewayRef>;

    /**
     * @param name The resource's name in Pulumi.
     */
    constructor(name: string, args: SmbGatewayArgs, opts?: pulumi.CustomResourceOptions) {
        super(kind, name, args, opts);
    }
}
