/**
 * The reviewed list of recordings whose precondition cannot be rebuilt from the file itself, by the shape of the request. Each entry
 * says why. Whatever is not listed here counts.
 */
import type { Recording } from "./recording";

interface Shape {
    why: string;
    verb: string;
    path: RegExp;
    when?: (recording: Recording) => boolean;
}

const shapes: Shape[] = [];

/** Why a recording does not count, if so. */
export function notApplicable(recording: Recording): string | undefined {
    return shapes.find((shape) => shape.verb === recording.verb && shape.path.test(recording.path) && (shape.when?.(recording) ?? true))
        ?.why;
}
