import { PvesmbError } from "../base/errors";
import type { Gather } from "../hosts/batch";
import type { QuotaInputs } from "../model";
import { ABILITIES } from "../model/quota/backends";
import type { BackendName } from "../model/quota/backends";
import { btrfs } from "./btrfs";
import { cephfs } from "./cephfs";
import { project } from "./project";
import { mountHolding } from "../hosts/mount-table";
import type { MountEntry } from "../hosts/mount-table";
import type { LookOptions, Spot, Tree, TreeKind, TreeState } from "./tree";
import { zfs } from "./zfs";

/** By file system type, as the host's mount table names it. */
const KINDS: Record<string, { name: BackendName; kind: TreeKind }> = {
    zfs: { name: "zfs", kind: zfs },
    "fuse.zfs": { name: "zfs", kind: zfs },
    btrfs: { name: "btrfs", kind: btrfs },
    xfs: { name: "xfs", kind: project },
    ext4: { name: "ext4", kind: project },
    ceph: { name: "cephfs", kind: cephfs },
    // ceph-fuse, as Linux shows it (Ceph 16).
    "fuse.ceph-fuse": { name: "cephfs", kind: cephfs },
};

/** The gather for a directory, by its previous backend; if that is unknown, the mounts must be read first. */
export function lookBy(name: BackendName | undefined, spot: Spot, options: LookOptions): Gather {
    return (
        Object.values(KINDS)
            .find((each) => each.name === name)
            ?.kind.look(spot, options) ?? {}
    );
}

/**
 * The likely backend of a directory that a node bind-mounts into a gateway, from the gateway's mount table; undefined if that does not show
 * it.
 */
export const guessed = (mounts: readonly MountEntry[], path: string): BackendName | undefined =>
    KINDS[mountHolding(mounts, path)?.type ?? ""]?.name;

/** The backend for a directory of a host, by its file system. */
export function kindAt(mounts: readonly MountEntry[], { path, from }: Spot): { name: BackendName; kind: TreeKind; tree: Tree } {
    const mount = mountHolding(mounts, path);
    const found = mount && KINDS[mount.type];
    if (mount === undefined || found === undefined)
        throw new PvesmbError(
            "InvalidInput",
            `backend: ${path} is on ${mount === undefined ? "an unknown file system" : `a file system of type ${mount.type}`} where pvesmb cannot set limits (it can on ${Object.keys(KINDS).join(", ")}); use a share with its own volume`,
            { property: "backend" },
        );
    const above = mountHolding(mounts, from);
    // A dataset is a mount of its own; the look at its parent covers it.
    const same = above?.target === mount.target || (above?.type === mount.type && mount.source.startsWith(`${above.source}/`));
    return { ...found, tree: { path, from: same ? from : path, mount } };
}

/**
 * Throws if the node has another file system mounted below the directory that it bind-mounts into the gateway. Proxmox VE's bind mount is
 * not recursive, so that file system is not in the gateway and may be another guest's; and the gateway's root decides where a share lies.
 */
export function refuseBeyond(mounts: readonly MountEntry[], bound: string, { path, mount }: Tree, node: string): void {
    if (mountHolding(mounts, bound)?.target !== mount.target)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${path} on ${node} is on what is mounted at ${mount.target} there, which is not the gateway's: it has what is around it; if it is to have that too, give it a mount point of its own first (pct set VMID --mpN ${mount.target},mp=...)`,
            { property: "path" },
        );
}

/** Throws, before anything is changed, if a directory cannot be limited; `filled` is a file in a plain directory. */
export function refuseTree(
    { name, kind, tree }: ReturnType<typeof kindAt>,
    { state, filled }: { state: TreeState; filled?: string },
    wanted: Pick<QuotaInputs, "convert" | "enable">,
    node: string,
    { whole = false, aside }: { whole?: boolean; aside?: string } = {},
): void {
    const where = `${tree.path} on ${node}`;
    const plain = kind.make !== undefined && state.object === undefined;
    if (plain && whole)
        throw new PvesmbError(
            "InvalidInput",
            `path: ${where} is a plain directory that holds all data of the gateway and cannot be converted into ${ABILITIES[name].unit} while it is in use; create ${ABILITIES[name].unit} before the gateway, or limit its shares`,
            { property: "path" },
        );
    if (plain && filled !== undefined && aside !== undefined)
        throw new PvesmbError(
            "Conflict",
            `${where} contains files (such as ${filled}), and more are in ${aside} on the gateway, where an interrupted conversion left them; move all of them there, then run \`pulumi up\` again`,
        );
    if (plain && filled !== undefined && !wanted.convert)
        throw new PvesmbError(
            "InvalidInput",
            `convert: ${where} is a plain directory with files (such as ${filled}), and only ${ABILITIES[name].unit} can be limited; set \`convert: true\` to convert it (the files are copied, clients are disconnected)`,
            { property: "convert" },
        );
    if (state.clash !== undefined)
        throw new PvesmbError("Conflict", `${where} cannot be limited: ${state.clash}; remove that entry, or move the directory`);
    if (state.off !== undefined && !wanted.enable)
        throw new PvesmbError(
            "InvalidInput",
            `enable: ${state.off} (${tree.mount.target} on ${node}); set \`enable: true\` to switch them on for the whole file system`,
            { property: "enable" },
        );
}
