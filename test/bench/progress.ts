/** What has just been measured, as it goes: to stderr, so that stdout has the tables alone. */
export function progress(what: string, seconds: number): void {
    process.stderr.write(`  ${what}: ${seconds.toFixed(1)} s\n`);
}
