import { parseArgs, type ParseArgsConfig } from "node:util";
import { meant } from "../base/nearest";

/** A command line error; the exit code is 2. */
export class Misuse extends Error {}

/** node:util's parseArgs, whose errors name the option that was most likely meant. Throws Misuse. */
export function parsedArguments<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
    try {
        return parseArgs(config);
    } catch (error) {
        const { message } = error as Error;
        const unknown = /^Unknown option '(-[^']*)'/.exec(message)?.[1];
        if (unknown === undefined) throw new Misuse(message);
        const names = [...Object.keys(config.options ?? {}), "help"].map((name) => `--${name}`);
        throw new Misuse(`unknown option ${unknown}${meant(unknown, names)}`);
    }
}

/** Throws Misuse unless `verb` is one of `verbs`, the subcommands of a command. */
export function verbOf<T extends string>(verb: string | undefined, verbs: readonly T[]): T {
    const known = verbs.find((each) => each === verb);
    if (known !== undefined) return known;
    const all = verbs.join(", ").replace(/, (?=[^,]*$)/, " or ");
    if (verb === undefined) throw new Misuse(`a command is missing: ${all}`);
    throw new Misuse(`there is no command ${verb}${meant(verb, verbs) || `: ${all}`}`);
}
