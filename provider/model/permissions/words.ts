import type { Word } from "./feature";

/**
 * Patterns for sudo rules. sudo matches them against the arguments joined by spaces, so no pattern accepts a space (except for the command
 * inside a container, which only affects that container) or a leading `-`: nobody can smuggle in an option.
 */

export const VMID: Word = { name: "VMID", pattern: "[1-9][0-9]{2,8}" };
/** VMID 0 belongs to no container; it tests whether commands get that far (checkNode in machines/reach.ts). */
export const VMID_OR_NONE: Word = { name: "VMID", pattern: "0|[1-9][0-9]{2,8}" };

/** A container's volume on ZFS, linked clones included (pve-storage ZFSPoolPlugin.pm, parse_volname): `local-zfs:subvol-101-disk-1`. */
const VOLUME_NAME = "subvol-[0-9]+-[A-Za-z0-9._-]+";
export const VOLUME: Word = { name: "VOLUME", pattern: `[A-Za-z][A-Za-z0-9._-]*:(basevol-[0-9]+-[A-Za-z0-9._-]+/)?${VOLUME_NAME}` };

/** The dataset of such a volume, below a pool. The pattern has no `=`, so it cannot match a second property. */
export const DATASET: Word = { name: "DATASET", pattern: `[A-Za-z][A-Za-z0-9_.:-]*(/[A-Za-z0-9_.:-]+)*/${VOLUME_NAME}` };
export const BYTES: Word = { name: "refquota=BYTES", pattern: "refquota=[1-9][0-9]{0,18}" };
export const MOUNT: Word = { name: "DIRECTORY", pattern: `/[A-Za-z0-9._/:-]+/${VOLUME_NAME}` };

/** Directory names on the node where the rule cannot confine the caller anyway. */
const ANY_DIRECTORY = "/[^[:space:][:cntrl:],:]+";
export const MOUNT_POINT: Word = { name: "--mpN", pattern: "--mp[0-9]{1,3}" };
export const BIND: Word = { name: "DIRECTORY,mp=DIRECTORY", pattern: `${ANY_DIRECTORY},mp=/srv/pvesmb(/[^[:space:][:cntrl:],:]+)*` };

export const REST: Word = { name: "...", pattern: ".+" };
