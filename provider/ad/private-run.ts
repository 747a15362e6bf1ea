import * as z from "zod";
import { asset } from "../base/asset";
import type { Said } from "./answers/membership";
import { parsed } from "../base/json";

/** Commands that need secrets, or a configuration that is not (yet) the host's: see program/member.py. `{room}` in a word is its directory. */
export interface PrivateRun {
    /** Files in the room, by name. */
    files: Record<string, string>;
    /** Files in the room in Base64, by name. */
    binaries: Record<string, string>;
    env: Record<string, string>;
    commands: PrivateCommand[];
}

export interface PrivateCommand {
    name: string;
    argv: string[];
    stdin?: string;
    /** Besides those of the run, or in place of them. */
    env?: Record<string, string>;
    /** Files that it needs in the room, in Base64. */
    binaries?: Record<string, string>;
    /** The commands after it run only if it succeeds. */
    must?: true;
    /** Seconds; default 60. */
    timeout?: number;
}

/** `net` with a configuration of its own in the room, so that it works before the host's own is there. */
export const NET = ["net", "-s", "{room}/smb.conf"];

/** As argv and stdin of a step or of a look. The program is an argument, the rest goes by stdin. */
export const privateRun = (run: PrivateRun): { argv: string[]; stdin: string } => ({
    argv: ["python3", "-I", "-c", asset("ad/program/member.py")],
    stdin: JSON.stringify(run),
});

const text = z.string().catch("");
const said = z.object({ code: z.number().catch(-1), stdout: text, stderr: text });

/** What the commands said, by name; those that did not run are left out. */
export const privateAnswers = (stdout: string): Partial<Record<string, Said>> =>
    parsed(z.record(z.string(), said.catch({ code: -1, stdout: "", stderr: "" })), stdout) ?? {};
