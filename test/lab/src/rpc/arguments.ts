/** A PVE command line: words, and options as `--key value`, `--key=value` or `-key value`; everything after `--` is left as it is. */
export interface Arguments {
    words: string[];
    options: Record<string, string>;
    rest: string[];
}

export function parseArguments(argv: string[]): Arguments {
    const end = argv.indexOf("--");
    const own = end < 0 ? argv : argv.slice(0, end);
    const parsed: Arguments = { words: [], options: {}, rest: end < 0 ? [] : argv.slice(end + 1) };
    for (let at = 0; at < own.length; at++) {
        const option = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(own[at] ?? "");
        if (!option) {
            parsed.words.push(own[at] ?? "");
            continue;
        }
        const [, key = "", inline] = option;
        const next = own[at + 1];
        const takesNext = inline === undefined && next !== undefined && !/^--?[A-Za-z]/.test(next);
        parsed.options[key] = inline ?? (takesNext ? next : "1"); // A bare option is a boolean.
        if (takesNext) at++;
    }
    return parsed;
}
