/**
 * The collector: one small program per host (a gateway, or the node for what only the node can measure) that records what every quota
 * there uses. A timer runs it; it keeps the past at falling resolution within a fixed size, and tells people when a threshold is crossed.
 *
 * For the Quota resource:
 *   - create, update: put `collectorSteps(entry)` at the end of the quota's unit. They install the program if it is not there;
 *   - delete: put `collectorRemovalSteps(id)` at the end of its removal unit. With the last entry of the host, the program and all it
 *     recorded go too;
 *   - read: `snapshot.read(deadline, COLLECTOR_LOOK)`; all quotas of the host share that look. Then `collectorReport(look)`.
 */

/** How a host reads the usage of one quota. Sizes are in bytes unless `unit` says otherwise. */
export type UsageSource =
    /** What df shows of the file system at a path: volumes, and everything else whose statvfs shows the limit (ZFS, project quotas). */
    | { kind: "statvfs"; path: string }
    /**
     * A command that prints a table, run once per round for all quotas with the same argv. The row is the one whose column `key.column`
     * is `key.equals`; columns count from 0. Values that are no number (`none`, `-`) are unknown.
     * `zfs get -Hp` and the like separate by tab; `btrfs qgroup show --raw`, `repquota`, `xfs_quota -c report` by blanks.
     */
    | {
          kind: "table";
          argv: string[];
          separator: "tab" | "blanks";
          key: { column: number; equals: string };
          used: number;
          limit?: number;
          files?: number;
          /** What `used` and `limit` count in, in bytes; default 1 (`xfs_quota` and `repquota` count in KiB: 1024). */
          unit?: number;
      }
    /** Files that hold one number each: what btrfs counts, in /sys/fs/btrfs/UUID/qgroups. */
    | { kind: "counters"; used: string; limit?: string; files?: string }
    /** Extended attributes of a directory that hold a number: CephFS `ceph.dir.rbytes`, `ceph.dir.rentries`, `ceph.quota.max_bytes`. */
    | { kind: "xattr"; path: string; used: string; limit?: string; files?: string };

/** Who is told that a threshold was crossed, beside the host's journal. */
export type AlertTarget =
    /** POST of a JSON object (docs/quota-usage.md). The URL and the headers may hold secrets: they are written nowhere else. */
    | { kind: "webhook"; url: string; headers?: Record<string, string> }
    /** By the host's /usr/sbin/sendmail. */
    | { kind: "mail"; to: string[] }
    /** Proxmox VE's own notification system. Only on a node: a guest has no way to it that would not need credentials of the cluster. */
    | { kind: "pve" };

export interface CollectorEntry {
    /** The quota's nonce; names its file. */
    id: string;
    /** The quota's URN: whoever finds the file knows whose it is. */
    key: string;
    /** What people call it: the share's name, or the path. */
    label: string;
    source: UsageSource;
    /** Bytes. Left out: what the source shows. */
    limit?: number;
    /** Percent of the limit, ascending, one to three: warning, critical, emergency. */
    thresholds: number[];
    /** Seconds: a part of an hour, a multiple of five minutes. */
    every: number;
    /** Days; the longest of all entries is how far the record goes back. */
    keep: number;
    /** A level ends when usage is this many percentage points below its threshold. */
    hysteresis: number;
    alerts: AlertTarget[];
}
