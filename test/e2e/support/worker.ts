/** Jest's workers run test files side by side, each in a lab of its own: the first in the lab that LAB_NAME says, the others in labs beside it. */
export function labNameOf(worker: number): string {
    const name = process.env["LAB_NAME"] ?? "";
    return worker > 1 ? `${name === "" ? "" : `${name}-`}${worker}` : name;
}
