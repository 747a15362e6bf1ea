import type { Step } from "../../hosts/batch";
import { assembly } from "../assembly";
import { PING } from "../reload";
import { sectionName } from "../share";
import { files } from "../store/files";
import type { ShareStore } from "../store/store";
import { fragmentPath, SAMBA } from "../paths";
import { effectiveStep, exportedStep, freeNameStep, mountStep } from "./program";

/** The host's own configuration says where smbd's sockets are. */
const TELL: Step = {
    do: "run",
    argv: ["smbcontrol", "smbd", "reload-config"],
    changes: false,
    message:
        "smbd does not run on the host, and pvesmb does not start the host's own services; `systemctl start smbd` there, then run again",
};
const TOLD: Step = { do: "run", argv: ["smbcontrol", ...PING], changes: false };

/** `before`: what smbd needs before it can be told. */
export const besideActivation = (awaited: boolean, before: readonly Step[] = []): Step[] => [
    assembly,
    effectiveStep(),
    ...before,
    TELL,
    ...(awaited ? [TOLD] : []),
];

/** Joined with the shares' own files; `%m` is in no name of a share (fileName in paths.ts). */
const guardPath = (share: string): string => fragmentPath(share).replace(`${SAMBA.fragments}/`, `${SAMBA.accounts}/%mount-`);

/** Files as on a gateway of our own; the host's smb.conf includes them, and what is in effect is looked at before smbd is told. */
export const besideStore: ShareStore = {
    ...files,
    config: [],
    put: (share, owner) => [freeNameStep(sectionName(share), share.path), ...files.put(share, owner)],
    guard: (share) => [mountStep(sectionName(share), share.path, guardPath(share.name))],
    exported: exportedStep,
    drop: (name) => [...files.drop(name), { do: "remove", path: guardPath(name) }],
    activate: (awaited) => besideActivation(awaited),
};
