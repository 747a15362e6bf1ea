import type { Addition } from "./image";

/** What a node of Proxmox VE with Ceph on it has. */
export const cephAddition: Addition = {
    packages: ["ceph-mon", "ceph-mgr", "ceph-osd", "ceph-mds", "ceph-common"],
    // Its daemons are started by hand, and LVM, which an OSD on a whole disk has no use for, costs seconds of each start.
    finish: [
        "systemctl disable ceph-crash ceph.target ceph-mon.target ceph-mgr.target ceph-osd.target ceph-mds.target",
        "systemctl mask lvm2-monitor lvm2-lvmpolld.socket blk-availability dm-event.socket",
    ],
};

const fsid = "5f1b2c0e-8c1e-4a52-9d7e-1f0c9b7d6a11";
const addresses = "[v2:127.0.0.1:3300,v1:127.0.0.1:6789]";
const keyring = "/etc/ceph/keyring";

const settings = {
    fsid,
    mon_host: addresses,
    public_addr: "127.0.0.1",
    cluster_addr: "127.0.0.1",
    keyring,
    // One copy is all that one disk can keep apart.
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_autoscale_mode: "off",
    mon_allow_pool_size_one: true,
    // A small machine.
    bluestore_cache_autotune: false,
    bluestore_cache_size: "64M",
    mds_cache_memory_limit: "128M",
    // The manager is there for what `df` says; its modules in Python are for people, and take minutes in software emulation.
    mgr_module_path: "/var/lib/ceph/no-modules",
    // On a busy machine in software emulation nobody is dead who has been silent for a while.
    osd_heartbeat_grace: 600,
    mds_beacon_grace: 600,
    mon_lease: 60,
};

/** Who is there, and what they may do: all known to the monitor from its first start. */
const keys = {
    "mon.": { mon: "allow *" },
    "client.admin": { mon: "allow *", osd: "allow *", mds: "allow *", mgr: "allow *" },
    "mgr.a": { mon: "allow profile mgr", osd: "allow *", mds: "allow *" },
    "osd.0": { mon: "allow profile osd", osd: "allow *", mgr: "allow profile osd" },
    "mds.a": { mon: "allow profile mds", osd: "allow *", mds: "allow *", mgr: "allow profile mds" },
};

/** Shell commands that make a cluster of one node, its only OSD on a disk, with a CephFS mounted at a place as Proxmox VE's storage does. */
export function oneNodeCeph(disk: string, at: string): string {
    const granted = Object.entries(keys).map(([name, caps]) => {
        const words = Object.entries(caps).map(([daemon, cap]) => `--cap ${daemon} '${cap}'`);
        return `ceph-authtool ${keyring} --gen-key -n ${name} ${words.join(" ")}`;
    });
    return [
        `mkdir -p /etc/ceph /run/ceph /var/lib/ceph/no-modules /var/lib/ceph/mon/ceph-a /var/lib/ceph/osd/ceph-0 ${at}`,
        `printf '[global]\\n${Object.entries(settings)
            .map(([name, value]) => `${name} = ${value}\\n`)
            .join("")}' > /etc/ceph/ceph.conf`,
        `ceph-authtool --create-keyring ${keyring}`,
        ...granted,
        `monmaptool --create --addv a '${addresses}' --fsid ${fsid} /tmp/monmap`,
        `ceph-mon --mkfs -i a --monmap /tmp/monmap --keyring ${keyring}; ceph-mon -i a; ceph-mgr -i a`,
        `ln -s ${disk} /var/lib/ceph/osd/ceph-0/block; ceph-osd --mkfs -i 0 --osd-uuid ${fsid}`,
        // One run of the program for all of them: it takes seconds to start.
        `printf 'osd new ${fsid} 0\\nosd pool create metadata 4\\nosd pool create data 4\\nfs new cephfs metadata data\\n' | ceph`,
        "ceph-osd -i 0; ceph-mds -i a",
        `ceph-authtool -p -n client.admin ${keyring} > /etc/ceph/secret`,
        `timeout 300 sh -c 'until mount -t ceph 127.0.0.1:6789:/ ${at} -o name=admin,secretfile=/etc/ceph/secret; do sleep 1; done'`,
        // The size of the pool is known when the manager has heard of it.
        `timeout 300 sh -c 'while [ "$(stat -f -c %b ${at})" = 0 ]; do sleep 1; done'`,
    ].join("\n");
}
