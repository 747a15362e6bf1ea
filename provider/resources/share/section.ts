import { PvesmbError } from "../../base/errors";
import type { ShareInputs } from "../../model";
import { DATA_ROOT } from "../../model/paths";
import type { ShareSection } from "../../samba/share";
import type { ShareRoot } from "../../samba/share-unit";

/** The SDK gives the resource's name; only raw use of the provider can leave it out. */
export function nameOf(inputs: ShareInputs): string {
    if (inputs.name === undefined) throw new PvesmbError("InvalidInput", "name: give the share a name", { property: "name" });
    return inputs.name;
}

/** Where a new share's files go unless the user says otherwise; it stays there when the share is renamed. */
export function defaultPath(inputs: ShareInputs): string {
    return inputs.path ?? `${DATA_ROOT}/${nameOf(inputs)}`;
}

export function sectionOf(inputs: ShareInputs, path: string): ShareSection {
    const { comment, enabled, readOnly, browseable, guest, access, createMask, directoryMask, options } = inputs;
    return { name: nameOf(inputs), path, comment, enabled, readOnly, browseable, guest, access, createMask, directoryMask, options };
}

export function rootOf(inputs: ShareInputs): ShareRoot {
    return { owner: inputs.owner, group: inputs.group, mode: inputs.mode, mounted: inputs.volume !== undefined };
}
