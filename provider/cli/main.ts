#!/usr/bin/env node
import { messageOf } from "../base/errors";
import { Session } from "../base/session";
import type { Log } from "../base/log";
import { meant } from "../base/nearest";
import { forReading } from "../base/scrub";
import { ad } from "./ad";
import { AD_HELP } from "./ad-options";
import { Misuse } from "./arguments";
import { ha, HA_HELP } from "./ha";
import { orphans, ORPHANS_HELP } from "./orphans";
import { permissions } from "./permissions";
import { PERMISSIONS_HELP } from "./permissions-options";

interface Command {
    summary: string;
    help: string;
    /** Returns the exit code. */
    run(args: string[], log: Log): Promise<number>;
}

const commands: Record<string, Command> = {
    ad: { summary: "look at a gateway's membership in a domain: status, test, find", help: AD_HELP, run: ad },
    ha: { summary: "look at a cluster of a CtdbVip, move its addresses: status, test, failover, failback", help: HA_HELP, run: ha },
    orphans: { summary: "find containers of pvesmb that are in no stack", help: ORPHANS_HELP, run: orphans },
    permissions: { summary: "print the commands that give pvesmb the rights it needs", help: PERMISSIONS_HELP, run: permissions },
};

const usage = `Usage: pvesmb <command> [options]

${Object.entries(commands)
    .map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`)
    .join("\n")}

pvesmb <command> --help shows its options.
`;

/** Results go to standard output, everything else to standard error. */
const log: Log = {
    info: (text) => console.log(forReading(text)),
    warn: (text) => console.error(forReading(text)),
    warnOnce: (_key, text) => console.error(forReading(text)),
};

const unknownCommand = (name: string): string => `pvesmb: there is no command ${name}${meant(name, Object.keys(commands))}\n`;

async function main([name = "", ...args]: string[]): Promise<number> {
    const help = ["--help", "-h", "help"];
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) {
        const asked = help.includes(name);
        if (!asked && name !== "") log.warn(unknownCommand(name));
        process[asked ? "stdout" : "stderr"].write(usage);
        return asked ? 0 : 2;
    }
    if (args.some((arg) => help.includes(arg))) {
        process.stdout.write(command.help);
        return 0;
    }
    const session = new Session();
    try {
        return await session.run(() => command.run(args, log));
    } catch (error) {
        log.warn(`pvesmb ${name}: ${messageOf(error)}`);
        return error instanceof Misuse ? 2 : 1;
    } finally {
        await session.close();
    }
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
