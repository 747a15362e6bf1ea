import type { z } from "zod";
import type { features } from "./features";
import { LITTER } from "./litter";

export const PURPOSES = ["default", "homes", "dropBox", "timeMachine", "archive", "media", "scanner", "database"] as const;

type Features = z.infer<z.ZodObject<typeof features>>;

/** Defaults of properties, by what a share is for. What a program sets itself stands. */
type Preset = { browseable?: boolean; mode?: string; createMask?: string; directoryMask?: string } & Partial<
    Pick<Features, "hideUnreadable" | "oplocks" | "recycle" | "timeMachine" | "homes" | "vetoFiles">
>;

// The owner's x: without it the owner has no full access to the own file, which some programs ask for (smb.conf(5), "map archive"; seen with
// smbtorture smb2.sharemode).
export const plain = { browseable: true, mode: "0770", createMask: "0764", directoryMask: "0775" } satisfies Preset;
const bin = { path: ".recycle", perUser: true, keepTree: true, versions: true };
const PRIVATE = { createMask: "0700", directoryMask: "0700" };

export const presets: Record<(typeof PURPOSES)[number], Preset> = {
    default: {},
    homes: { homes: true, browseable: false, mode: "0711", ...PRIVATE },
    // The sticky bit: who may put files in can neither remove nor replace those of others.
    // The group's bits of the masks bound what those with `full` get, who collect; no group gets anything by them (share/section.ts).
    dropBox: { mode: "1770", hideUnreadable: true, createMask: "0770", directoryMask: "0770" },
    timeMachine: { timeMachine: {}, ...PRIVATE },
    archive: { recycle: { ...bin, keepFor: "90d" } },
    media: { mode: "2775", createMask: "0764", directoryMask: "2775", vetoFiles: LITTER },
    // Scanners neither cache nor rename; those who sort their files out may all do it.
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
