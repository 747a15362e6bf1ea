import { formatSize } from "../model/size";

/** One volume as its three writers know it, in bytes. A difference between them is the rule rather than the exception (pve-api.md 3.1). */
export interface VolumeSizes {
    /** `size=` in the guest's configuration. */
    configured: number | undefined;
    /** What the storage enforces. */
    stored: number | undefined;
    /** The file system inside, as the gateway sees it. */
    fileSystem: number | undefined;
}

const MIB = 2 ** 20;

/** What a file system may need of its volume for itself: a log, tables. Generous: XFS has a log of 10 MiB on the smallest volume, ext4 tables of 2 %. */
const overhead = (volume: number): number => Math.max(40 * MIB, volume * 0.15);

/** Where the three differ, in words. */
export function volumeFaults({ configured, stored, fileSystem }: VolumeSizes): string[] {
    const faults: string[] = [];
    if (stored === undefined) return ["the storage does not list the volume"];
    if (configured !== stored)
        faults.push(
            `the guest's configuration says ${configured === undefined ? "no size" : formatSize(configured)}, the storage ${formatSize(stored)}`,
        );
    if (fileSystem !== undefined && stored - fileSystem > overhead(stored))
        faults.push(`the file system has ${rough(fileSystem)} of the volume's ${formatSize(stored)}: it did not grow with it`);
    return faults;
}

/** After a change: has the file system followed? PVE's task says OK when only the volume did. */
export function followed(before: VolumeSizes, after: VolumeSizes): boolean {
    if (before.stored === undefined || after.stored === undefined || before.fileSystem === undefined || after.fileSystem === undefined)
        return true;
    const grown = after.stored - before.stored;
    return grown < 4 * MIB || after.fileSystem - before.fileSystem >= grown / 2;
}

/** To a whole MiB, for messages. */
export const rough = (bytes: number): string => formatSize(Math.round(bytes / MIB) * MIB);
