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
import { nameOf } from "../../base/required-name";
import { ownerText, settledEntries } from "../../samba/settled";

/** The default directory of a new share; a rename of the share does not move it. */
export function defaultPath(inputs: ShareInputs): string {
    return inputs.path ?? `${DATA_ROOT}/${nameOf(inputs, "share")}`;
}

/** The section that clients see; `known` has the folder of scheduled snapshots. */
export function sectionOf(inputs: ShareInputs, path: string, known: Known): ShareSection {
    const share = withSnapshots(effective(inputs), known);
    const {
        comment,
        enabled,
        readOnly,
        browseable,
        guest,
        createMask,
        directoryMask,
        homes = false,
        dfsLinks: links = {},
        options,
    } = share;
    const access = settledEntries(share.access, known.domainAccounts);
    const own = { name: nameOf(inputs, "share"), path, comment, enabled, readOnly, browseable, guest, access, createMask, directoryMask };
    return { ...own, settings: settingLines(share), modules: moduleLists(share), homes, links, options };
}

/** Properties of a share that are only known after it is created. */
export interface Known extends Pick<ShareOutputs, "snapshotFolder" | "domainAccounts"> {
    id: string;
}

function withSnapshots(share: Effective, { id, snapshotFolder: folder }: Known): Effective {
    if (share.previousVersions?.schedule === undefined || folder === undefined) return share;
    const previousVersions = { ...share.previousVersions, folder, format: snapshotFormat(id) };
    // On btrfs this is a folder in the share itself: clients see it as previous versions and must not be able to move it.
    return isInside(folder)
        ? { ...share, previousVersions, vetoFiles: [...(share.vetoFiles ?? []), folder] }
        : { ...share, previousVersions };
}

/** ZFS does not list its own. */
const isInside = (folder: string): boolean => !folder.startsWith(".zfs/");

export function rootOf(inputs: ShareInputs, { snapshotFolder, domainAccounts: accounts }: Partial<Known> = {}): ShareRoot {
    const { owner, group, mode, volume, aclEntries: own, recursive, acl: kind, purpose, homes = false, ...share } = effective(inputs);
    // If the program sets `mode` or entries, they decide what guests may do.
    const guests = inputs.mode === undefined ? guestEntries(inputs) : [];
    const access = settledEntries(inputs.access, accounts);
    const acl = own === undefined ? withGuests(aclEntries(access), guests) : ownEntries(settledEntries(own, accounts));
    // Dropped files are for the collectors, not for others who drop files: all accounts of a domain may have one primary group.
    const collectors = own === undefined && purpose === "dropBox" ? access.filter(({ level }) => level === "full") : undefined;
    return {
        owner: ownerText(owner, accounts),
        group: ownerText(group, accounts),
        mode,
        mounted: volume !== undefined,
        ...(share.recycle && { recycle: { ...share.recycle, homes } }),
        acl,
        ...(collectors && { inherited: aclEntries(collectors), ownersOnly: true }),
        once: kind === "windows",
        allowNfsExport: inputs.allowNfsExport,
        recursive,
        snapshotFolder,
        view: onlyShows(inputs),
    };
}

const withGuests = (named: AclEntry[], guests: AclEntry[]): AclEntry[] => [
    ...named,
    ...guests.filter((guest) => !named.some(({ kind, name }) => kind === guest.kind && name === guest.name)),
];

/** The share is read-only and declares nothing about the directory itself, which may belong to another share. */
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
