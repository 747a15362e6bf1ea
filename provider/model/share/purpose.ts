import type { z } from "zod";
import type { features } from "./features";
import { LITTER } from "./litter";

export const PURPOSES = ["default", "homes", "dropBox", "timeMachine", "archive", "media", "scanner", "database"] as const;

type Features = z.infer<z.ZodObject<typeof features>>;

/** Defaults of properties by the purpose of a share. The program's own values win. */
type Preset = { browseable?: boolean; mode?: string; createMask?: string; directoryMask?: string } & Partial<
    Pick<Features, "hideUnreadable" | "oplocks" | "recycle" | "timeMachine" | "homes" | "vetoFiles">
>;

// The owner's x bit: without it owners lack full access to their own files, which some programs request (smb.conf(5), "map archive"; seen
// with smbtorture smb2.sharemode).
export const plain = { browseable: true, mode: "0770", createMask: "0764", directoryMask: "0775" } satisfies Preset;
const bin = { path: ".recycle", perUser: true, keepTree: true, versions: true };
const PRIVATE = { createMask: "0700", directoryMask: "0700" };

export const presets: Record<(typeof PURPOSES)[number], Preset> = {
    default: {},
    homes: { homes: true, browseable: false, mode: "0711", ...PRIVATE },
    // The sticky bit: users who may add files can neither delete nor replace the files of others. The group bits of the masks limit the
    // collectors, who have `full`; they give no rights to any group (share/section.ts).
    dropBox: { mode: "1770", hideUnreadable: true, createMask: "0770", directoryMask: "0770" },
    timeMachine: { timeMachine: {}, ...PRIVATE },
    archive: { recycle: { ...bin, keepFor: "90d" } },
    media: { mode: "2775", createMask: "0764", directoryMask: "2775", vetoFiles: LITTER },
    // Scanners neither cache nor rename; the group may sort the scanned files.
    scanner: { oplocks: false, createMask: "0760", directoryMask: "0770" },
    database: { oplocks: false },
};

/** The presets in words, for docs. */
export const purposeText: string = Object.entries(presets)
    .map(([name, preset]) => {
        const values = Object.entries(preset).map(([property, value]) => `${property} ${JSON.stringify(value).replaceAll('"', "")}`);
        return `\`${name}\`: ${values.length === 0 ? "nothing" : values.join(", ")}`;
    })
    .join("; ");
