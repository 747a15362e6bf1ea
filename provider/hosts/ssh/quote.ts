import { PvesmbError } from "../../base/errors";

/** A command line that a POSIX shell splits into exactly these arguments. */
export function quote(argv: readonly string[]): string {
    return argv.map(word).join(" ");
}

function word(text: string): string {
    if (text.includes("\0"))
        throw new PvesmbError("InvalidInput", "an argument of a command holds a NUL character, which no command can be given");
    return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
