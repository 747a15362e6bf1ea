/**
 * The collector: one small program per host (a gateway, or the node for what only the node can measure) that records the usage of every
 * quota there. A timer runs it. It keeps history at decreasing resolution in a fixed size and sends an alert when usage crosses a
 * threshold.
 *
 * For the Quota resource:
 *   - create, update: put `collectorSteps(entry)` at the end of the quota's unit. They install the program if it is missing.
 *   - delete: put `collectorRemovalSteps(id)` at the end of the removal unit. The last entry of the host takes the program and its records
 *     with it.
 *   - read: `snapshot.read(deadline, COLLECTOR_LOOK)`, which all quotas of the host share. Then `collectorReport(look)`.
 */

/** How a host reads the usage of one quota. Sizes are in bytes unless `unit` says otherwise. */
export type UsageSource =
    /** What df shows for the file system at a path: volumes, and every backend whose statvfs shows the limit (ZFS, project quotas). */
    | { kind: "statvfs"; path: string }
    /**
     * A command that prints a table; it runs once per round for all quotas with the same argv. The row is the one whose column `key.column`
     * is `key.equals`; columns count from 0. Values that are not numbers (`none`, `-`) are unknown. `zfs get -Hp` separates by tab; `btrfs
     * qgroup show --raw`, `repquota` and `xfs_quota -c report` by blanks.
     */
    | {
          kind: "table";
          argv: string[];
          separator: "tab" | "blanks";
          key: { column: number; equals: string };
          used: number;
          limit?: number;
          files?: number;
          /** Bytes per unit of `used` and `limit`; default 1 (`xfs_quota` and `repquota` count in KiB: 1024). */
          unit?: number;
      }
    /** Files that hold one number each: btrfs counters in /sys/fs/btrfs/UUID/qgroups. */
    | { kind: "counters"; used: string; limit?: string; files?: string }
    /** Extended attributes of a directory that hold a number: CephFS `ceph.dir.rbytes`, `ceph.dir.rentries`, `ceph.quota.max_bytes`. */
    | { kind: "xattr"; path: string; used: string; limit?: string; files?: string };

/** Where alerts go besides the host's journal. */
export type AlertTarget =
    /** POST of a JSON object (docs/quota-usage.md). URL and headers may hold secrets and are stored only in the entry. */
    | { kind: "webhook"; url: string; headers?: Record<string, string> }
    /** Through the host's /usr/sbin/sendmail. */
    | { kind: "mail"; to: string[] }
    /** Proxmox VE's notification system. Only on a node: a guest would need credentials of the cluster. */
    | { kind: "pve" };

export interface CollectorEntry {
    /** The quota's nonce; also its file name. */
    id: string;
    /** The quota's URN: tells an administrator whose file it is. */
    key: string;
    /** Name in alerts: the share's name, or the path. */
    label: string;
    source: UsageSource;
    /** Bytes; default: the limit that the source shows. */
    limit?: number;
    /** Percent of the limit, ascending, one to three: warning, critical, emergency. */
    thresholds: number[];
    /** Seconds: a multiple of five minutes that divides an hour. */
    every: number;
    /** Days. History is kept for the longest of all entries. */
    keep: number;
    /** A level ends when usage is this many percentage points below its threshold. */
    hysteresis: number;
    alerts: AlertTarget[];
}
