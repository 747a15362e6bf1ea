/** What the demo prints: headings in bold where the terminal can, everything else plain. */
const bold = (text: string): string => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);

export function heading(text: string): void {
    console.log(`\n${bold(`== ${text}`)}`);
}

export function note(text: string): void {
    console.log(`   ${text}`);
}

/** Passes on another program's output. */
export function shown(text: string): void {
    process.stdout.write(text);
}

export const seconds = (value: number): string => `${value.toFixed(1)} s`;

export function table(rows: readonly (readonly [string, string])[]): void {
    const width = Math.max(...rows.map(([label]) => label.length));
    for (const [label, value] of rows) note(`${label.padEnd(width)}  ${value}`);
}
