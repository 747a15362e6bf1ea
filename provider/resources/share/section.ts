import type { ShareInputs, ShareOutputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import { effective } from "../../model/share/effective";
import type { Effective } from "../../model/share/effective";
import type { AclEntry } from "../../hosts";
import type { ShareSection } from "../../samba/share";
import { aclEntries, guestEntries, ownEntries } from "../../samba/access";
import { settingLines } from "../../samba/share-lines";
import { moduleLists } from "../../samba/vfs";
import type { ShareRoot } from "../../samba/share-root";
import { snapshotFormat } from "../../snapshots";
import { nameOf } from "../../base/given";

/** Where a new share's files go unless the user says otherwise; it stays there when the share is renamed. */
export function defaultPath(inputs: ShareInputs): string {
    return inputs.path ?? `${DATA_ROOT}/${nameOf(inputs, "share")}`;
}

/** As clients are to see them: the snapshots of a schedule are where `known` says. */
export function sectionOf(inputs: ShareInputs, path: string, known: Known): ShareSection {
    const share = withSnapshots(effective(inputs), known);
    const {
        comment,
        enabled,
        readOnly,
        browseable,
        guest,
        access,
        createMask,
        directoryMask,
        homes = false,
        dfsLinks: links = {},
        options,
    } = share;
    const own = { name: nameOf(inputs, "share"), path, comment, enabled, readOnly, browseable, guest, access, createMask, directoryMask };
    return { ...own, settings: settingLines(share), modules: moduleLists(share), homes, links, options };
}

/** What of a share is only known once it is made. */
export interface Known extends Pick<ShareOutputs, "snapshotFolder"> {
    id: string;
}

function withSnapshots(share: Effective, { id, snapshotFolder: folder }: Known): Effective {
    if (share.previousVersions?.schedule === undefined || folder === undefined) return share;
    const previousVersions = { ...share.previousVersions, folder, format: snapshotFormat(id) };
    // A folder of the share itself on btrfs: clients have it as previous versions, and nobody moves it away.
    return isInside(folder)
        ? { ...share, previousVersions, vetoFiles: [...(share.vetoFiles ?? []), folder] }
        : { ...share, previousVersions };
}

/** ZFS does not list its own. */
const isInside = (folder: string): boolean => !folder.startsWith(".zfs/");

export function rootOf(inputs: ShareInputs, { snapshotFolder }: Partial<Known> = {}): ShareRoot {
    const { owner, group, mode, volume, aclEntries: own, recursive, acl: kind, purpose, homes = false, ...share } = effective(inputs);
    // A `mode` or entries that the program gives say what guests may do.
    const guests = inputs.mode === undefined ? guestEntries(inputs) : [];
    const acl = own === undefined ? withGuests(aclEntries(inputs.access), guests) : ownEntries(own);
    // What is dropped is for those who collect it, and not for others who drop something.
    const collectors = own === undefined && purpose === "dropBox" ? inputs.access.filter(({ level }) => level === "full") : undefined;
    return {
        owner,
        group,
        mode,
        mounted: volume !== undefined,
        ...(share.recycle && { recycle: { ...share.recycle, homes } }),
        acl,
        ...(collectors && { inherited: aclEntries(collectors) }),
        once: kind === "windows",
        recursive,
        snapshotFolder,
        view: onlyShows(inputs),
    };
}

const withGuests = (named: AclEntry[], guests: AclEntry[]): AclEntry[] => [
    ...named,
    ...guests.filter((guest) => !named.some(({ kind, name }) => kind === guest.kind && name === guest.name)),
];

/** It reads, and nothing that it declares is about the directory itself: that may be another share's. */
function onlyShows(inputs: ShareInputs): boolean {
    const { owner, group, mode, volume, recycle, aclEntries, recursive, acl, homes, dfsLinks, timeMachine } = {
        ...effective(inputs),
        mode: inputs.mode,
    };
    const own = [mode, volume, recycle, aclEntries, dfsLinks, timeMachine, inputs.previousVersions?.schedule].some(
        (each) => each !== undefined,
    );
    const plain = owner === "root" && group === "root" && acl === "posix" && !recursive && homes !== true;
    return inputs.readOnly && plain && !own && inputs.onDelete === "retain";
}
