import type { ShareInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import { effective } from "../../model/share.purpose";
import type { ShareSection } from "../../samba/share";
import { aclEntries, ownEntries } from "../../samba/access";
import { settingLines } from "../../samba/share-lines";
import { moduleLists } from "../../samba/vfs";
import type { ShareRoot } from "../../samba/share-unit";
import { nameOf } from "../given";

/** Where a new share's files go unless the user says otherwise; it stays there when the share is renamed. */
export function defaultPath(inputs: ShareInputs): string {
    return inputs.path ?? `${DATA_ROOT}/${nameOf(inputs, "share")}`;
}

export function sectionOf(inputs: ShareInputs, path: string): ShareSection {
    const share = effective(inputs);
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

export function rootOf(inputs: ShareInputs): ShareRoot {
    const { owner, group, mode, volume, recycle, aclEntries: own, recursive, acl: kind } = effective(inputs);
    const acl = own === undefined ? aclEntries(inputs.access) : ownEntries(own);
    return { owner, group, mode, mounted: volume !== undefined, recycle, acl, once: kind === "windows", recursive };
}
