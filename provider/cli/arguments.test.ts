import type { Log } from "../base/log";
import { ad } from "./ad";
import { Misuse } from "./arguments";
import { ha } from "./ha";
import { orphans } from "./orphans";
import { permissions } from "./permissions";

/** Every command says the same of words and options that do not exist, before anything is asked of a host. */
const said = jest.fn();
const log: Log = { info: said, warn: said, warnOnce: said };
const commands = { ad, ha, orphans, permissions };

test.each<[command: keyof typeof commands, args: string, why: string]>([
    ["ad", "stat --gateway files", "there is no command stat; did you mean status?"],
    ["ad", "leave --gateway files", "there is no command leave: status, test or find"],
    ["ad", "find R --gatewya files", "unknown option --gatewya; did you mean --gateway?"],
    ["ad", "status --gateway", "Option '--gateway <value>' argument missing"],
    ["ha", "", "a command is missing: status"],
    ["ha", "stauts --gateway files", "there is no command stauts; did you mean status?"],
    ["ha", "status --gatway files", "unknown option --gatway; did you mean --gateway?"],
    ["orphans", "--remvoe", "unknown option --remvoe; did you mean --remove?"],
    ["orphans", "--stack dev", "unknown option --stack; did you mean --state?"],
    ["orphans", "--state dev.json now", "Unexpected argument 'now'"],
    ["permissions", "--storages tank", "unknown option --storages; did you mean --storage?"],
    ["permissions", "--brigde vmbr0", "unknown option --brigde; did you mean --bridge?"],
    ["permissions", "--feature usaul", "--feature: there is no feature usaul; did you mean usual?"],
    ["permissions", "-x", "unknown option -x"],
])("%s %s", async (command, args, why) => {
    const run = commands[command](args.split(" ").filter(Boolean), log);
    await expect(run).rejects.toThrow(Misuse);
    await expect(run).rejects.toThrow(why);
    expect(said).not.toHaveBeenCalled();
});
