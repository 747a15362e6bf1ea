import type { StoragePlace } from "../../machine";
import { btrfsVolumes } from "./btrfs";
import { dirVolumes } from "./dir";
import type { VolumeKind } from "./kind";
import { zfsVolumes } from "./zfs";

const kinds: Record<StoragePlace["type"], VolumeKind> = { dir: dirVolumes, btrfs: btrfsVolumes, zfspool: zfsVolumes };

export function volumeKind(type: StoragePlace["type"]): VolumeKind {
    return kinds[type];
}
