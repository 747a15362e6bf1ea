import * as z from "zod";
import { existingSsh } from "./ssh";
import { connection, timeouts } from "../common";
import { becomes, NO_SHRINKING, PENDING } from "../consequences";
import { CONTAINER_IDS, FURTHER_FROM, LAST_HOST_ID } from "../id-map";
import { field, hiddenInputs } from "../meta";
import { dnsName, ipAddress, networkInputs, sshPublicKey, storageId, webAddress } from "../network";
import { RESTARTS, sambaSettings } from "../samba";
import { size } from "../size";
import { hostDirectory } from "../text";
import { volumeSizes } from "../volume";

const idMap = z.strictObject({
    ids: field(
        z
            .int()
            .min(2 * CONTAINER_IDS)
            .max(LAST_HOST_ID)
            .multipleOf(CONTAINER_IDS, "must be a multiple of 65536"),
        {
            description: "How many numbers the container has, counted from 0. More can be given later, never fewer.",
            effect: { does: "takes effect at the next restart of the container; fewer are refused, since files may belong to them" },
            examples: ["131072"],
        },
    ),
    hostFrom: field(z.int().min(FURTHER_FROM).max(LAST_HOST_ID).default(FURTHER_FROM), {
        description:
            "The node's number that is 65536 in the container; the others follow it. What another container or a user of the node has is refused, and the message names a place that is free.",
        fixed: "files on the node belong to these numbers",
    }),
});

const lxc = z.strictObject({
    template: field(
        z
            .string()
            .regex(/^[A-Za-z0-9][A-Za-z0-9+._:/-]*$/, "must be a volume id, a template's file name or a family such as debian-12-standard"),
        {
            description:
                "Template: a volume id (`local:vztmpl/debian-12-standard_12.7-1_amd64.tar.zst`), a file name, or a family (`debian-12-standard`: the newest of it). Resolved once at creation; downloaded when missing. Later changes do not touch the guest.",
            compare: "ignore",
            examples: ["debian-12-standard"],
        },
    ),
    templateStorage: field(storageId().optional(), {
        description: "Storage to look for templates in and to download them to.",
        defaultText: "the first storage of the node with content vztmpl",
        compare: "ignore",
    }),
    rootfs: field(
        z.strictObject({
            storage: field(storageId(), { description: "Storage of the root file system.", replace: "PVE creates it with the guest" }),
            size: field(size({ min: "512MiB", multipleOf: "1MiB" }), {
                description: "Size of the root file system; it can grow.",
                compare: "bytes",
                effect: NO_SHRINKING,
            }),
        }),
        { description: "Root file system." },
    ),
    cores: field(z.int().min(1).max(8192).default(1), { description: "CPU cores." }),
    memory: field(size({ min: "128MiB", max: "8TiB", multipleOf: "1MiB" }).default("512MiB"), { description: "Memory.", compare: "bytes" }),
    swap: field(size({ min: "0B", max: "8TiB", multipleOf: "1MiB" }).default("512MiB"), { description: "Swap.", compare: "bytes" }),
    unprivileged: field(z.boolean().default(true), {
        description: "Unprivileged container. A privileged one needs Sys.Modify on / from Proxmox VE 9 on.",
        replace: "Proxmox VE cannot change it",
    }),
    idMap: field(idMap.optional(), {
        description:
            "More numbers (uids and gids) than the 65536 of an unprivileged container, for the accounts of a larger domain (AdDomain). Over the node's SSH, since no API allows it, pvesmb writes `lxc.idmap` of the container's configuration and adds to the node's /etc/subuid and /etc/subgid. The first 65536 stay as they are, so files keep their owners. Nothing is taken back, also when this is left out again or the gateway is deleted.",
        effect: {
            does: "takes effect at the next restart of the container",
            when: "added",
            if: (_before, after) => after !== undefined,
        },
    }),
    nesting: field(z.boolean().default(true), {
        description: "Feature nesting, which systemd in newer Debian releases needs.",
        effect: PENDING,
    }),
});

const data = z.strictObject({
    storage: field(storageId().optional(), {
        description: "Storage of the data volume. One that was moved in Proxmox VE is found where it is; pvesmb moves none.",
    }),
    ...volumeSizes("the data volume", "64MiB"),
    volume: field(
        z
            .string()
            .regex(/^[A-Za-z][A-Za-z0-9._-]*:[^\s,]+$/, "must be a volume id such as tank:101/vm-101-disk-1.raw")
            .optional(),
        {
            description:
                "An existing volume to attach instead of a new one. One of another container is moved to this one, unless that container runs with it mounted.",
            compare: "ignore",
        },
    ),
    bind: field(hostDirectory().optional(), {
        outside: true,
        description:
            "A directory or dataset of the node instead of a volume. It is set over the node's SSH or as root@pam, is not in Proxmox backups, and stays when the gateway goes.",
        replace: "the files are not moved",
    }),
    backup: field(z.boolean().default(true), { description: "Include the volume in Proxmox backups.", effect: PENDING }),
});

export const inputs = z.strictObject({
    mode: field(z.enum(["lxc", "existing", "native"]).default("lxc"), {
        description:
            "What the gateway runs on. `lxc`: a container of Proxmox VE, which pvesmb makes. `existing`: a host that is there already and that SSH reaches (`ssh`); its own shares and settings stay as they are. `native`: a node of Proxmox VE itself, which SSH reaches (`ssh`); Samba is installed there without touching Proxmox VE's packages (docs/modes.md).",
        replace: "it is another kind of host",
    }),
    ssh: field(existingSsh.optional(), {
        description:
            "Modes `existing` and `native`: the host, and how SSH reaches it. The private key or the agent is that of `connection.ssh`.",
        outside: true,
    }),
    node: field(
        z
            .string()
            .regex(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/, "must be the name of a node")
            .optional(),
        {
            description:
                "Mode `lxc`, required: node to create the guest on. A guest that moved later is found where it is and stays there.",
            compare: "ignore",
            effect: { does: "the container is not moved; migrate it in Proxmox VE, pvesmb follows" },
        },
    ),
    vmid: field(z.int().min(100).max(999_999_999).optional(), {
        description: "VMID of the guest.",
        defaultText: "a free one within `vmidRange`",
        replace: "Proxmox VE cannot change it",
        chosen: true,
    }),
    vmidRange: field(
        z
            .strictObject({
                from: field(z.int().min(100).max(999_999_999), { description: "First VMID." }),
                to: field(z.int().min(100).max(999_999_999), { description: "Last VMID." }),
            })
            .default({ from: 10_000, to: 99_999 }),
        { description: "Where a VMID is taken from.", defaultText: "10000 to 99999", compare: "ignore" },
    ),
    hostname: field(dnsName().max(63).optional(), {
        description: "Host name. Not used in modes `existing` and `native`.",
        defaultText: "the resource's name",
        autoName: "host-label",
        effect: RESTARTS,
    }),
    lxc: field(lxc.optional(), { description: "Mode `lxc`, required: the container." }),
    network: field(networkInputs.optional(), { description: "Mode `lxc`, required: first network interface (eth0)." }),
    extraNetworks: field(z.array(networkInputs).max(31).default([]), { description: "More network interfaces (eth1, eth2, ...)." }),
    nameservers: field(z.array(ipAddress()).max(8).default([]), {
        description: "Name servers.",
        defaultText: "those of the node",
        effect: PENDING,
    }),
    searchDomains: field(z.array(dnsName()).max(6).default([]), {
        description: "Search domains.",
        defaultText: "those of the node",
        effect: PENDING,
    }),
    data: field(data.optional(), {
        description: "A volume of its own, or a directory of the node, for the shares' data; mounted at /srv/pvesmb.",
        holdsData: [{ path: ["dataOnDelete"], is: "destroy" }, { path: ["data", "bind"] }],
        effect: {
            does: "cannot be removed while the gateway has a data volume, its files would be lost",
            when: "removed",
            if: (_before, after) => after === undefined,
        },
    }),
    dataOnDelete: field(z.enum(["refuse", "destroy"]).default("refuse"), {
        description:
            "Whether deleting the gateway may destroy its data volume. With `refuse`, Pulumi protects the gateway against deletion, and pvesmb refuses it too: `pulumi state unprotect` alone does not help. To delete gateway and data, set `destroy`, run `pulumi up`, then `pulumi destroy`. Pulumi protects it only where this and `data` are plain values, not Outputs.",
    }),
    purge: field(z.boolean().default(false), {
        description:
            "Whether deleting the gateway also takes it out of HA, replication and backup jobs. Without it, a gateway that HA or replication knows is not deleted.",
    }),
    sshPublicKeys: field(z.array(sshPublicKey()).default([]), {
        description: "Public keys for root's login to the container, beside that of the connection. Used at creation.",
        compare: "ignore",
    }),
    started: field(z.boolean().default(true), {
        description: "Whether the guest runs.",
        effect: becomes(false, "the container is shut down, and clients lose their connections"),
    }),
    onboot: field(z.boolean().default(true), { description: "Start with the node." }),
    startup: field(
        z
            .strictObject({
                order: field(z.int().min(0).max(1_000_000).optional(), { description: "Place in the start order." }),
                up: field(z.int().min(0).max(86_400).optional(), { description: "Wait after its start.", unit: "seconds" }),
                down: field(z.int().min(0).max(86_400).optional(), { description: "Time for its shutdown.", unit: "seconds" }),
            })
            .optional(),
        { description: "Start and shutdown order on the node." },
    ),
    tags: field(z.array(z.string().regex(/^[a-z0-9_][a-z0-9_+.-]*$/, "must be lower case letters, digits, _ + . and -")).default([]), {
        description: "Tags in Proxmox VE.",
        compare: "set",
    }),
    description: field(z.string().max(4096).default(""), {
        description: "Notes in Proxmox VE; pvesmb keeps its mark below them.",
        compare: "trimmed",
    }),
    pool: field(
        z
            .string()
            .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "must be the name of a pool")
            .optional(),
        {
            description: "Pool to create the guest in.",
            compare: "ignore",
        },
    ),
    protection: field(z.boolean().default(false), { description: "Proxmox's own protection against removal of guest and volumes." }),
    allowRestart: field(z.boolean().default(false), { description: "Restart the container when a change takes effect only then." }),
    packages: field(
        z
            .strictObject({
                mirror: field(webAddress().optional(), {
                    description:
                        "Package mirror to write into the guest's sources, instead of the servers of the distribution's own suites (its updates too).",
                    defaultText: "what the template has",
                }),
                securityMirror: field(webAddress().optional(), {
                    description: "Mirror of the security updates, for sources that have them.",
                    defaultText: "beside `mirror`, with `-security` at its end, as in http://mirror.example/debian-security",
                }),
                proxy: field(webAddress().optional(), {
                    description: "Proxy for packages.",
                }),
                securityUpdates: field(z.boolean().optional(), {
                    description:
                        "Install unattended-upgrades, which installs security updates by itself, once a day. One of Samba ends the open connections; clients come back by themselves. `false` keeps it from running, and has apt look every day for what is new.",
                    defaultText: "`true` for a new gateway; gateways made by earlier versions are unchanged",
                }),
                onDelete: field(z.enum(["keep", "remove"]).optional(), {
                    description:
                        "Modes `existing` and `native`: what happens, when the gateway is deleted, to packages that pvesmb installed on the host and nothing else needs.",
                    defaultText: "`keep`",
                }),
                minimumSambaVersion: field(
                    z
                        .string()
                        .regex(/^\d+\.\d+(\.\d+)?$/, 'must be a version such as "4.17"')
                        .default("4.17"),
                    {
                        description: "Refuse a guest whose Samba is older.",
                    },
                ),
            })
            .default({ minimumSambaVersion: "4.17" }),
        { description: "Where packages come from." },
    ),
    samba: sambaSettings,
    adopt: field(z.boolean().default(false), {
        description:
            "Take over the guest of that `vmid` if it carries the mark of this very resource. Differences are printed. In modes `existing` and `native`: the gateway of this very resource that is on the host, where the state does not know it.",
    }),
    connection,
    timeouts,
    ...hiddenInputs,
});

export const outputs = z.object({
    currentNode: field(z.string().optional(), { description: "Node it was found on." }),
    templateVolume: field(z.string().optional(), { description: "Template it was made from." }),
    address: field(z.string().optional(), {
        description: "First IP address, without prefix length; the host name until a gateway that was made stopped has got one by DHCP.",
        always: true,
    }),
    hostKeys: field(z.array(z.string()), { description: "SSH host keys, as SHA-256 fingerprints.", pins: true }),
    sambaVersion: field(z.string().optional(), { description: "Version of Samba." }),
    unc: field(z.string().optional(), { description: "Base of the shares' paths: `\\\\address`.", always: true }),
    dataVolume: field(z.string().optional(), { description: "Volume id of the data volume." }),
    nonce: field(z.string(), { description: "Random mark of this very guest.", hidden: true }),
    ready: field(z.boolean(), { description: "Whether it was ever finished.", hidden: true }),
});

export type GatewayInputs = z.infer<typeof inputs>;
/** Inputs of a gateway of mode `lxc`; the rules require these properties. */
export type ContainerInputs = GatewayInputs & Required<Pick<GatewayInputs, "node" | "lxc" | "network">>;
/** Inputs of a gateway on a host that is there already (modes `existing`, `native`). */
export type HostInputs = GatewayInputs & Required<Pick<GatewayInputs, "ssh">>;
export type GatewayOutputs = z.infer<typeof outputs>;
