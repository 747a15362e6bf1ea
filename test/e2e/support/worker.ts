/**
 * Jest's workers run test files side by side, each in a lab of its own: the first in the lab that LAB_NAME names, the others in labs beside
 * it.
 */
export function labNameOf(worker: number): string {
    const name = process.env["LAB_NAME"] ?? "";
    return worker > 1 ? `${name === "" ? "" : `${name}-`}${worker}` : name;
}

/** What is wrong with the lab names of all workers, checked before the first lab is created. `fault` checks one name. */
export function labNamesFault(workers: number, fault: (name: string) => string | undefined): string | undefined {
    const own = fault(labNameOf(1));
    if (own !== undefined) return own;
    const longest = labNameOf(workers);
    const why = fault(longest);
    return (
        why &&
        `of ${workers} test workers the last one has the lab "${longest}": ${why}; take a name that leaves room for the worker's number`
    );
}
