import type { StoragePlace, StoredFile } from "../../machine";
import type { NodeSpace } from "../node-space";

/** A volume on a node: `name` is what follows the colon in its volid. */
export interface Volume {
    space: NodeSpace;
    place: StoragePlace;
    name: string;
}

/** How one storage type keeps volumes. A new type is one file beside, and one line in volumes/index.ts. */
export interface VolumeKind {
    /** `size` in bytes; 0: no limit of its own (a plain directory). */
    create(volume: Volume, size: number, unprivileged: boolean): Promise<void>;
    /** Grows, also while mounted. `alone`: an image without the file system in it. */
    resize(volume: Volume, size: number, alone: boolean): Promise<void>;
    remove(volume: Volume): Promise<void>;
    rename(volume: Volume, name: string): Promise<void>;
    copy(from: Volume, to: Volume): Promise<void>;
    /** Where the storage type keeps snapshots; nothing writes to the volume meanwhile. They go away with it. */
    snapshots?: {
        create(volume: Volume, name: string): Promise<void>;
        /** Nobody has it mounted. */
        rollback(volume: Volume, name: string): Promise<void>;
        remove(volume: Volume, name: string): Promise<void>;
    };
    /** Bytes; undefined: no such volume. */
    size(volume: Volume): Promise<number | undefined>;
    /** Makes the volume's file system visible at a directory on the node's side of the kernel. */
    mount(volume: Volume, at: string, readOnly: boolean): Promise<void>;
    /** Directory whose file system holds the storage (for the usage). */
    root(space: NodeSpace, place: StoragePlace): string;
    /** Names and sizes of all its volumes. */
    list(space: NodeSpace, place: StoragePlace): Promise<StoredFile[]>;
}
