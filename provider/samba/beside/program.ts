import { asset } from "../../base/asset";
import type { Step } from "../../hosts/batch";

/** The program that reads and changes the host's own smb.conf (host.py). */
const program = (): string => asset("samba/beside/host.py");
const argv = (...words: string[]): string[] => ["python3", "-", ...words];
const alone = (...words: string[]): string[] => ["python3", "-c", program(), ...words];

/** Our include as the first line of the host's smb.conf; taken out again when the unit is rolled back. */
export const includeStep = (): Step => ({
    do: "run",
    id: "include",
    unless: alone("included"),
    argv: argv("include"),
    stdin: program(),
    undo: argv("exclude"),
    undoStdin: program(),
});

export const excludeStep = (): Step => ({ do: "run", argv: argv("exclude"), stdin: program(), changes: "^changed$" });

/** Whatever the batch has changed: what is in effect is what the host's own text and ours mean, and nothing else. */
export const effectiveStep = (): Step => ({
    do: "run",
    argv: argv("effective"),
    stdin: program(),
    changes: false,
    timeout: 120,
    failIf: "(?s)\\A(?:share|the host's own|/etc/samba/smb\\.conf|testparm).*",
    message: "Samba would serve something other than what smb.conf and pvesmb's shares mean, so nothing was changed",
});

/** The same for a refresh: each line is a difference. */
export const effectiveLook = (): { name: string; argv: string[] } => ({ name: "effective", argv: alone("effective") });

/** Notes in `file` if the share's directory is on a file system of its own, and refuses to go on while that is not mounted. */
export const mountStep = (section: string, path: string, file: string): Step => ({
    do: "run",
    argv: argv("mount", section, path, file),
    stdin: program(),
    changes: "^changed$",
    failIf: "^/.*(?:mounted).*$",
    message: "path",
});

/** Where NFS exports the share's directory, as the value of the step; empty: nowhere. */
export const exportedStep = (id: string, path: string): Step => ({
    do: "run",
    id,
    argv: argv("exported", path),
    stdin: program(),
    changes: false,
});

/** Refuses the name of a share that the host itself serves. */
export const freeNameStep = (section: string, path: string): Step => ({
    do: "run",
    argv: argv("name", section, path),
    stdin: program(),
    changes: false,
    failIf: "^(?:smb.conf|a usershare|testparm).*$",
    message: `name: the host itself serves ${JSON.stringify(section)}; choose another name, or take the host's own share out of its configuration first`,
});
