import type { Feature } from "./feature";
import { BIND, BYTES, DATASET, MOUNT, MOUNT_POINT, REST, VMID, VMID_OR_NONE, VOLUME } from "./words";

const SHELLS = ["cat", "sh", "python3"].map((program) => ({ program }));

/** A wrapper may replace pct (`ssh.pct`). */
export const EXEC = { program: "pct", words: ["exec", VMID_OR_NONE, "--", REST] };

/**
 * All rights that pvesmb needs from Proxmox VE's access control and from SSH: the source of the checks before a create or update, of
 * docs/permissions.md and of `npx pvesmb permissions`. Found by omitting one privilege at a time (pve-api.md 2.2); `make test-unit ONLY=rights`
 * repeats that for every row.
 */
export const features = {
    gateway: {
        purpose: "make, look at, change, start and stop containers",
        usual: true,
        grants: [
            {
                path: "/{guests}",
                privileges: [
                    "VM.Allocate",
                    "VM.Audit",
                    "VM.Config.CPU",
                    "VM.Config.Disk",
                    "VM.Config.Memory",
                    "VM.Config.Network",
                    "VM.Config.Options",
                    "VM.PowerMgmt",
                ],
            },
            { path: "/storage/{storage}", privileges: ["Datastore.AllocateSpace"] },
            { path: "/storage/{template-storage}", privileges: ["Datastore.Audit", "Datastore.AllocateSpace"], any: true },
            { path: "/sdn/zones/localnetwork/{bridge}", privileges: ["SDN.Use"] },
        ],
        reach: {
            text: "Proxmox VE 8 lets whoever has VM.Allocate make privileged containers (9 asks for Sys.Modify on /), and root in one can break out to the node",
            until: 8,
        },
    },
    removal: {
        purpose: "stop and destroy containers",
        alsoUsedBy: ["npx pvesmb orphans"],
        usual: true,
        grants: [{ path: "/{guests}", privileges: ["VM.Allocate", "VM.Audit", "VM.PowerMgmt"] }],
    },
    "template-download": {
        purpose: "download a template that the storage lacks",
        usual: false,
        grants: [{ path: "/storage/{template-storage}", privileges: ["Datastore.AllocateTemplate"] }],
        reach: {
            text: "Datastore.AllocateTemplate on a storage is also the right to upload, which replaces a file of the same name without a word: any template or ISO image there, from which others make their guests",
        },
    },
    "given-volume": {
        purpose: "take over a volume of another container (`data.volume`)",
        usual: false,
        grants: [
            { path: "/storage/{storage}", privileges: ["Datastore.Audit"] },
            { path: "/{owner}", privileges: ["VM.Audit", "VM.Config.Disk"] },
        ],
    },
    "privileged-container": {
        purpose: "make a privileged container (`lxc.unprivileged: false`)",
        usual: false,
        grants: [{ path: "/", privileges: ["Sys.Modify"], since: 9 }],
        rootEquivalent: "root in a privileged container can break out to the node, and Sys.Modify on / changes the node's own settings",
    },
    "privileged-nesting": {
        purpose: "switch on nesting in a privileged container (`lxc.nesting` with `lxc.unprivileged: false`)",
        usual: false,
        grants: [],
        rootOnly: "changing feature flags for privileged container is only allowed for root@pam",
        rootEquivalent: "it is root@pam",
    },
    "share-volume": {
        purpose: "plug a share's own volume, grow it and take it off (`volume`)",
        usual: true,
        grants: [
            { path: "/{guests}", privileges: ["VM.Audit", "VM.Config.Disk", "VM.Config.Options", "VM.PowerMgmt"] },
            { path: "/storage/{storage}", privileges: ["Datastore.AllocateSpace"] },
        ],
    },
    "quota-volume": {
        purpose: "grow the volume that a quota limits",
        usual: true,
        grants: [
            { path: "/{guests}", privileges: ["VM.Audit", "VM.Config.Disk", "VM.Config.Options"] },
            { path: "/storage/{storage}", privileges: ["Datastore.AllocateSpace", "Datastore.Audit"] },
        ],
    },
    "quota-shrink": {
        purpose: "make a volume on ZFS smaller, or mend a size that Proxmox VE has wrong (`onShrink`)",
        usual: false,
        grants: [],
        commands: [
            {
                on: "node",
                commands: [
                    { program: "pvesm", words: ["path", VOLUME] },
                    { program: "findmnt", words: ["-n", "-o", "SOURCE", "--mountpoint", MOUNT] },
                    { program: "zfs", words: ["set", BYTES, DATASET] },
                    { program: "pct", words: ["rescan", "--vmid", VMID] },
                ],
            },
        ],
        reach: {
            text: "`zfs set refquota=` takes the volume of any container on the node, also those that are not pvesmb's: it can be full from then on",
        },
    },
    "quota-node": {
        purpose: "limit a directory of the node that is a gateway's data (ZFS, btrfs, XFS, ext4, CephFS)",
        usual: false,
        grants: [],
        commands: [{ on: "node", commands: [{ program: "python3" }, { program: "pct", words: ["set", VMID, MOUNT_POINT, BIND] }] }],
        rootEquivalent: "limits are set by the same program that works on gateways, and python3 by sudo is root on the node",
    },
    "share-snapshots": {
        purpose: "make snapshots of a share by schedule (`previousVersions.schedule`)",
        usual: false,
        grants: [],
        commands: [{ on: "node", commands: [{ program: "python3" }] }],
        rootEquivalent: "the schedule is set up by the same program that works on gateways, and python3 by sudo is root on the node",
    },
    "address-probe": {
        purpose: "ask the node's neighbours whether a new gateway's address is free; without it Proxmox VE and the SSH port are asked",
        usual: false,
        grants: [],
        commands: [{ on: "node", commands: [{ program: "python3" }] }],
        rootEquivalent: "python3 by sudo is root on the node",
    },
    "data-bind": {
        purpose: "put a gateway's data on a directory of the node (`data.bind`)",
        usual: false,
        grants: [],
        commands: [{ on: "node", commands: [{ program: "python3" }, { program: "pct", words: ["set", VMID, MOUNT_POINT, BIND] }] }],
        rootEquivalent:
            "the directory is looked at and given by the same program that works on gateways, and python3 by sudo is root on the node; `pct set` can bind any directory of the node into a container",
    },
    "id-map": {
        purpose: "give a container more than 65536 numbers (`lxc.idMap`)",
        usual: false,
        grants: [],
        commands: [{ on: "node", commands: [{ program: "python3" }] }],
        rootEquivalent: "python3 by sudo is root on the node",
    },
    "find-gateway": {
        purpose: "find the gateway that a share, user, group or quota lives on",
        usual: true,
        grants: [{ path: "/{guests}", privileges: ["VM.Audit"] }],
    },
    "node-address": {
        purpose: "look up at which address SSH reaches a node (or name it in `connection.ssh.nodes`)",
        usual: false,
        grants: [{ path: "/", privileges: ["Sys.Audit"] }],
    },
    "guest-login": {
        purpose: 'work in a container through its own sshd (`connection.ssh.via: "guest"`, the default)',
        usual: true,
        grants: [],
        commands: [{ on: "container", commands: SHELLS }],
    },
    "node-login": {
        purpose: 'work in a container through its node (`connection.ssh.via: "node"`)',
        usual: false,
        grants: [],
        commands: [
            { on: "node", commands: [EXEC] },
            { on: "container", commands: SHELLS },
        ],
        rootEquivalent:
            "`pct exec` by sudo is root in every container of the node, and root in a privileged one is next to root on the node; the wrapper pvesmb-pct leaves of it root in the containers that pvesmb made",
    },
    "existing-host": {
        purpose: "log in to a host that is there already (mode `existing`)",
        mode: "existing",
        usual: false,
        grants: [],
        commands: [{ on: "host", commands: [{ program: "sh" }, { program: "python3" }] }],
        rootEquivalent: "sh and python3 by sudo are root on that host: its packages, accounts and Samba are root's",
    },
    native: {
        purpose: "log in to a node that is a gateway itself (mode `native`)",
        mode: "native",
        usual: false,
        grants: [],
        commands: [{ on: "host", commands: [{ program: "sh" }, { program: "python3" }] }],
        rootEquivalent: "sh and python3 by sudo are root on that node, and so over all its guests and, through /etc/pve, the whole cluster",
    },
} as const satisfies Record<string, Feature>;

export type FeatureName = keyof typeof features;

export const featureNames = Object.keys(features) as FeatureName[];

export const featureOf = (name: FeatureName): Feature => features[name];

/** The programs that the Python agent runs as root: in containers, and on nodes for `quota-node` and `share-snapshots`. */
export const PROGRAMS = [
    "/usr/sbin/sshd",
    "apt-cache",
    "awk",
    "btrfs",
    "ctdb",
    "df",
    "dpkg-query",
    "du",
    "env",
    "find",
    "findmnt",
    "getent",
    "getfattr",
    "gpasswd",
    "grep",
    "groupadd",
    "groupdel",
    "groupmod",
    "hostname",
    "install",
    "ip",
    "mount",
    "mountpoint",
    "net",
    "nft",
    "pdbedit",
    "pvesm",
    "python3",
    "repquota",
    "rm",
    "rmdir",
    "sed",
    "setfattr",
    "setpriv",
    "setquota",
    "sharesec",
    "smbclient",
    "smbcontrol",
    "smbd",
    "smbpasswd",
    "smbstatus",
    "stdbuf",
    "sync",
    "systemctl",
    "tee",
    "testparm",
    "touch",
    "true",
    "useradd",
    "userdel",
    "usermod",
    "wbinfo",
    "zfs",
];
