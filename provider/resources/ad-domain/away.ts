import { posix } from "node:path";
import { asset } from "../../base/asset";
import type { GatherResult, Step } from "../../hosts";
import { awayDropIn, awayService, DOMAIN } from "../../ad";
import { textDrift } from "../../samba/drift";

const files = (domain: string): Record<string, string> => ({
    [DOMAIN.awayProgram]: asset("ad/program/away.py"),
    [DOMAIN.awayService]: awayService(domain),
    [DOMAIN.awayDropIn]: awayDropIn(domain),
});

export const AWAY_FILES = Object.keys(files(""));

const reread: Step[] = AWAY_FILES.map((path) => ({ do: "run", argv: ["systemctl", "daemon-reload"], ifChanged: path, changes: false }));

/** What lets winbindd, and with it smbd, start while the domain does not answer. */
export const awaySteps = (domain: string): Step[] => [
    ...[DOMAIN.awayProgram, DOMAIN.awayDropIn].map((path): Step => ({ do: "directory", path: posix.dirname(path), mode: "0755" })),
    ...Object.entries(files(domain)).map(([path, content]): Step => ({ do: "write", id: path, path, content, mode: "0644" })),
    ...reread,
];

export const awayRemovalSteps: Step[] = [
    { do: "run", argv: ["systemctl", "stop", "pvesmb-domain-away.service"], onlyIf: ["test", "-e", DOMAIN.awayService], changes: false },
    ...[...AWAY_FILES, DOMAIN.away].map((path): Step => ({ do: "remove", id: path, path })),
    ...reread,
];

export const awayDrift = (look: GatherResult, domain: string): string[] =>
    Object.entries(files(domain)).flatMap(([path, content]) => textDrift(path, content, look.files[path]));
