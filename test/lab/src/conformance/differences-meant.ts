/** The reviewed list of keys that an answer may have or lack beside the recorded ones. Each entry says why. */
import type { Recording } from "./recording";

interface Meant {
    why: string;
    path: RegExp;
    /** Places as in shape.ts. */
    places: RegExp;
}

const meant: Meant[] = [
    {
        why: "No pvestatd ran beside the recorded API: nodes and guests of overviews are `unknown`, without figures (pve-api.md 1.4).",
        path: /^\/(?:nodes|cluster\/resources)$/,
        places: /^data\[(?:node|lxc)\]\.(?:name|cpu|maxcpu|maxmem|mem|maxdisk|disk|uptime|net(?:in|out)|disk(?:read|write)|template|level)$/,
    },
    {
        why: "Everybody is arranged to have all rights; who had none, or others, is seen in no recording but a 403.",
        path: /^\/access\/permissions$/,
        places: /^data\./,
    },
    {
        why: "The recorded container was a shell without a loopback address; one that boots has 127.0.0.1.",
        path: /\/interfaces$/,
        places: /^data\[\]\.inet6?$/,
    },
];

/** May the answer differ there? */
export function isMeant(recording: Recording, place: string): boolean {
    return meant.some((entry) => entry.path.test(recording.path) && entry.places.test(place));
}
