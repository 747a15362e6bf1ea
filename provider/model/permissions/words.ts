import type { Word } from "./feature";

/**
 * What may stand in the rules of sudo. Each is matched against the arguments joined by blanks, so none takes a blank (but for the command
 * inside a container, which is that container's matter), and none begins with `-`: no option can be smuggled in.
 */

export const VMID: Word = { name: "VMID", pattern: "[1-9][0-9]{2,8}" };
/** 0, which no container has, asks whether commands get that far (checkNode in machines/reach.ts). */
export const VMID_OR_NONE: Word = { name: "VMID", pattern: "0|[1-9][0-9]{2,8}" };

/** A container's volume on ZFS (pve-storage ZFSPoolPlugin.pm, parse_volname): `local-zfs:subvol-101-disk-1`, linked clones too. */
const VOLUME_NAME = "subvol-[0-9]+-[A-Za-z0-9._-]+";
export const VOLUME: Word = { name: "VOLUME", pattern: `[A-Za-z][A-Za-z0-9._-]*:(basevol-[0-9]+-[A-Za-z0-9._-]+/)?${VOLUME_NAME}` };

/** The dataset of one: below a pool, and called as Proxmox VE calls those of containers. It has no `=`, so it is no second property. */
export const DATASET: Word = { name: "DATASET", pattern: `[A-Za-z][A-Za-z0-9_.:-]*(/[A-Za-z0-9_.:-]+)*/${VOLUME_NAME}` };
export const BYTES: Word = { name: "refquota=BYTES", pattern: "refquota=[1-9][0-9]{0,18}" };
export const MOUNT: Word = { name: "DIRECTORY", pattern: `/[A-Za-z0-9._/:-]+/${VOLUME_NAME}` };

/** What a directory of the node may be called where the rule is no fence anyway. */
const ANY_DIRECTORY = "/[^[:space:][:cntrl:],:]+";
export const MOUNT_POINT: Word = { name: "--mpN", pattern: "--mp[0-9]{1,3}" };
export const BIND: Word = { name: "DIRECTORY,mp=DIRECTORY", pattern: `${ANY_DIRECTORY},mp=/srv/pvesmb(/[^[:space:][:cntrl:],:]+)*` };

export const REST: Word = { name: "...", pattern: ".+" };
