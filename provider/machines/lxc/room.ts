import { formatSize } from "../../model/size";
import type { Storage } from "../../proxmox/storage";

/** Thin storages: their free space does not limit the size of a volume. */
const THIN = ["lvmthin", "zfspool", "rbd", "btrfs"];

/** Why a storage has no room for so many bytes more, as `has 62639MiB free, less than 500GiB`; undefined if it has. */
export function roomFault(
    { type, available }: Pick<Storage, "type" | "available">,
    bytes: number,
    wanted = formatSize(bytes),
): string | undefined {
    if (THIN.includes(type) || available === undefined || available >= bytes) return undefined;
    return `has ${formatSize(Math.floor(available / 2 ** 20) * 2 ** 20)} free, less than ${wanted}`;
}
