import { formatSize, MIB } from "../model/size";

/** The size of one volume according to its three sources, in bytes. They differ often (pve-api.md 3.1). */
export interface VolumeSizes {
    /** `size=` in the guest's config. */
    configured: number | undefined;
    /** What the storage enforces. */
    stored: number | undefined;
    /** The file system inside, as the gateway sees it. */
    fileSystem: number | undefined;
}

/**
 * A generous estimate of what a file system needs for itself (log, tables): XFS has a log of 10 MiB on the smallest volume, ext4 tables of
 * 2 %.
 */
const overhead = (volume: number): number => Math.max(40 * MIB, volume * 0.15);

/** How the three differ, in words. */
export function volumeFaults({ configured, stored, fileSystem }: VolumeSizes): string[] {
    const faults: string[] = [];
    if (stored === undefined) return ["the storage does not list the volume"];
    if (configured !== stored)
        faults.push(
            `the guest's configuration says ${configured === undefined ? "no size" : formatSize(configured)}, the storage ${formatSize(stored)}`,
        );
    const fault = fileSystem === undefined ? undefined : fileSystemFault(stored, fileSystem);
    if (fault !== undefined) faults.push(fault);
    return faults;
}

/**
 * Whether the file system is too small for its volume, in words. `before`: the volume's previous target size; a file system that is no
 * larger did not follow a growth of more than a twentieth.
 */
export function fileSystemFault(volume: number, fileSystem: number, before?: number): string | undefined {
    const stayed = before !== undefined && before < volume * 0.95 && fileSystem <= before;
    if (!stayed && volume - fileSystem <= overhead(volume)) return undefined;
    return `the file system has ${rough(fileSystem)} of the volume's ${formatSize(volume)}: it did not grow with it`;
}

/** After a change: whether the file system has followed. PVE's task reports OK even if only the volume did. */
export function followed(before: VolumeSizes, after: VolumeSizes): boolean {
    if (before.stored === undefined || after.stored === undefined || before.fileSystem === undefined || after.fileSystem === undefined)
        return true;
    const grown = after.stored - before.stored;
    return grown < 4 * MIB || after.fileSystem - before.fileSystem >= grown / 2;
}

/** Rounded to a whole MiB, for messages. */
export const rough = (bytes: number): string => formatSize(Math.round(bytes / MIB) * MIB);
