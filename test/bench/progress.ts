/** Reports what has just been measured. It goes to stderr, so that stdout has only the tables. */
export function progress(what: string, seconds: number): void {
    process.stderr.write(`  ${what}: ${seconds.toFixed(1)} s\n`);
}
