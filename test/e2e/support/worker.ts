/** Jest's workers run test files side by side, each in a lab of its own: the first in the lab that LAB_NAME says, the others in labs beside it. */
export function labNameOf(worker: number): string {
    const name = process.env["LAB_NAME"] ?? "";
    return worker > 1 ? `${name === "" ? "" : `${name}-`}${worker}` : name;
}

/** What is wrong with the names of all workers' labs, before the first of them is made; `fault` judges one. */
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
