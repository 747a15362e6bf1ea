/** Volume ids, `<storage>:<name>`, and what a name means on each kind of storage (libpve-storage-perl Plugin.pm, ZFSPoolPlugin.pm). */
import { died } from "./errors";

export interface VolumeId {
    storage: string;
    name: string;
}

export type Content = "images" | "vztmpl" | "iso" | "snippets" | "backup" | "import";

export interface Volume {
    content: Content;
    /** File or dataset name without its directory. */
    file: string;
    vmid?: number;
    format: string;
    /** A template's volume. */
    isBase: boolean;
    /** For a linked clone: the base volume's name on the same storage. */
    base?: string;
}

export function parseVolumeId(text: string): VolumeId | undefined {
    const match = /^([a-z][a-z0-9\-_.]*[a-z0-9]):(.+)$/i.exec(text);
    return match ? { storage: match[1] ?? "", name: match[2] ?? "" } : undefined;
}

/** `<storage>:<GiB>`, which asks for a new volume. */
export function parseNewVolume(text: string): { storage?: string; gib: string } | undefined {
    const match = /^(?:([^/:\s]+):)?(\d+(?:\.\d+)?)$/.exec(text);
    return match ? { storage: match[1], gib: match[2] ?? "" } : undefined;
}

const archives: [RegExp, string][] = [
    [/\.tar\.zst$/, "tzst"],
    [/\.tar\.gz$/, "tgz"],
    [/\.tar\.xz$/, "txz"],
    [/\.tar\.bz2$/, "tbz2"],
    [/\.tar$/, "tar"],
];

function file(name: string): { format: string; isBase: boolean } {
    const match = /^(base-)?[^/\s]+\.(raw|qcow2|vmdk|subvol)$/.exec(name);
    if (!match) throw died(`unable to parse volume filename '${name}'`);
    return { format: match[2] ?? "", isBase: match[1] !== undefined };
}

function parseDirectoryName(name: string): Volume {
    const linked = /^(\d+)\/(\S+)\/(\d+)\/(\S+)$/.exec(name);
    if (linked) {
        const [, baseVmid, base = "", vmid, own = ""] = linked;
        file(base);
        return { content: "images", file: own, vmid: Number(vmid), base: `${baseVmid}/${base}`, ...file(own) };
    }
    const image = /^(\d+)\/(\S+)$/.exec(name);
    if (image) return { content: "images", file: image[2] ?? "", vmid: Number(image[1]), ...file(image[2] ?? "") };
    const other = /^(iso|vztmpl|snippets|backup|import)\/([^/]+)$/.exec(name);
    const content = other?.[1] as Content | undefined;
    const own = other?.[2] ?? "";
    const plain = { file: own, isBase: false };
    if (content === "iso" && /\.(?:iso|img)$/i.test(own)) return { content, ...plain, format: "iso" };
    if (content === "snippets") return { content, ...plain, format: "snippet" };
    if (content === "import" && /\.(?:ova|ovf|qcow2|raw|vmdk)$/.test(own))
        return { content, ...plain, format: own.slice(own.lastIndexOf(".") + 1) };
    if (content === "vztmpl" || content === "backup") {
        const format =
            archives.find(([pattern]) => pattern.test(own))?.[1] ??
            (content === "backup" && /\.vma(?:\.zst|\.gz|\.lzo)?$/.test(own) ? "vma" : undefined);
        const owner = /^vzdump-(?:lxc|qemu|openvz)-(\d+)-/.exec(own)?.[1];
        if (format !== undefined) return { content, ...plain, format, ...(content === "backup" && owner ? { vmid: Number(owner) } : {}) };
    }
    throw died(`unable to parse directory volume name '${name}'`);
}

function parseZfsName(name: string): Volume {
    const match = /^(?:((?:base|basevol)-\d+-\S+)\/)?((base|basevol|vm|subvol)-(\d+)-\S+)$/.exec(name);
    if (!match) throw died(`unable to parse zfs volume name '${name}'`);
    const [, base, own = "", kind = "", vmid] = match;
    return {
        content: "images",
        file: own,
        vmid: Number(vmid),
        format: kind === "subvol" || kind === "basevol" ? "subvol" : "raw",
        isBase: kind === "base" || kind === "basevol",
        ...(base === undefined ? {} : { base }),
    };
}

/** Throws PVE's 500 when the name is none of this storage type. */
export function parseVolumeName(type: string, name: string): Volume {
    return type === "zfspool" ? parseZfsName(name) : parseDirectoryName(name);
}

/** The name of a guest's n-th volume. `format` is raw, subvol or qcow2. */
export function volumeName(type: string, vmid: number, disk: string, format: string, base = false): string {
    const subvol = format === "subvol";
    const kind = base ? (subvol && type === "zfspool" ? "basevol" : "base") : subvol ? "subvol" : "vm";
    if (type === "zfspool") return `${kind}-${vmid}-${disk}`;
    return `${vmid}/${kind}-${vmid}-${disk}.${format}`;
}

const folders: Record<Content, string> = {
    images: "images",
    vztmpl: "template/cache",
    iso: "template/iso",
    snippets: "snippets",
    backup: "dump",
    import: "import",
};

/** Where a volume's bytes are on the node. */
export function volumePath(storage: { type: string; path: string }, name: string): string {
    const volume = parseVolumeName(storage.type, name);
    if (storage.type === "zfspool")
        return volume.format === "subvol" ? `/${storage.path}/${volume.file}` : `/dev/zvol/${storage.path}/${volume.file}`;
    if (volume.content !== "images") return `${storage.path}/${folders[volume.content]}/${volume.file}`;
    const path = `${storage.path}/images/${volume.vmid}/${volume.file}`;
    if (storage.type !== "btrfs") return path;
    return path.endsWith(".raw") ? `${path.slice(0, -4)}/disk.raw` : path.replace(/\.subvol$/, "");
}
