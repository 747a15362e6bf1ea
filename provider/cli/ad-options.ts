import { domainFault, ID_RANGE } from "../model/domain-names";
import { Misuse, parsedArguments, verbOf } from "./arguments";

export const AD_HELP = `pvesmb ad status --gateway WHICH [--json]
pvesmb ad test --gateway WHICH --domain NAME [--user NAME] [options] [--json]
pvesmb ad find NAME --gateway WHICH [--json]

Looks at a gateway's membership in an Active Directory domain, from the gateway itself. Changes nothing, and never joins. The connection comes
from the environment (PROXMOX_VE_ENDPOINT, PROXMOX_VE_API_TOKEN, ..., and for SSH PROXMOX_VE_SSH_*, PVESMB_SSH_*).

  status   whether the membership holds: the computer account, the trust, a ticket, numbers, DNS, nameservers, controllers, clock
  test     what a join would find wrong; before there is any membership
  find     who a user or group of the domain is: SID, number, and the groups of a user

  --gateway WHICH        VMID or host name of the gateway's container, or the gateway's id (\`pulumi stack --show-ids\`)
  --domain NAME          for test: the domain's full DNS name
  --user NAME            for test: account that would join; without it, what needs a login is not looked at
  --password-file FILE   for test: file whose first line is its password, "-" for standard input; else PVESMB_DOMAIN_PASSWORD has it
  --ou DN                for test: as \`ou\` of AdDomain; likewise:
  --computer-name NAME
  --id-range FIRST-LAST
  --adopt
  --json                 the result as JSON on one line

Exit codes: 0 all is well, or found; 1 something is wrong, not found, or the gateway could not be looked at; 2 wrong usage.
`;

export type AdCommand =
    | { verb: "status"; gateway: string; json: boolean }
    | { verb: "find"; gateway: string; json: boolean; name: string }
    | ({ verb: "test"; gateway: string; json: boolean } & TestOptions);

export interface TestOptions {
    domain: string;
    user?: string;
    passwordFile?: string;
    ou?: string;
    computerName?: string;
    idRange?: string;
    adopt: boolean;
}

/** Throws Misuse. */
export function adOptions(args: string[]): AdCommand {
    const one = { type: "string" } as const;
    const no = { type: "boolean", default: false } as const;
    const { values, positionals } = parsedArguments({
        args,
        allowPositionals: true,
        options: {
            ...{ gateway: one, domain: one, user: one, "password-file": one, ou: one, "computer-name": one, "id-range": one },
            ...{ adopt: no, json: no },
        },
    });
    const [given, ...names] = positionals;
    const verb = verbOf(given, ["status", "test", "find"]);
    const { gateway, json } = values;
    if (gateway === undefined) throw new Misuse("--gateway is missing: VMID or host name of the gateway's container");
    const options = Object.entries(values).flatMap(([name, value]) => (value === undefined || value === false ? [] : [name]));
    const foreign = options.filter((name) => !["gateway", "json"].includes(name));
    if (verb !== "test" && foreign[0] !== undefined) throw new Misuse(`--${foreign[0]} is for \`test\` only`);
    if (names.length !== (verb === "find" ? 1 : 0))
        throw new Misuse(verb === "find" ? "find takes one name" : `${verb} takes no name: ${JSON.stringify(names[0])}`);
    const common = { gateway, json };
    if (verb === "status") return { verb, ...common };
    if (verb === "find") {
        const [name = ""] = names;
        if (name === "" || name.length > 1024 || /[\x00-\x1f\x7f]/.test(name) || name.startsWith("-"))
            throw new Misuse(`${JSON.stringify(name)} is not a name of an account`);
        return { verb, ...common, name };
    }
    return { verb, ...common, ...testOptions(values) };
}

function testOptions(values: Record<string, string | boolean | undefined>): TestOptions {
    const text = (name: string): string | undefined => {
        const value = values[name];
        return typeof value === "string" ? value : undefined;
    };
    const domain = text("domain");
    if (domain === undefined) throw new Misuse("--domain is missing: the domain's full DNS name");
    const fault = domainFault(domain);
    if (fault !== undefined) throw new Misuse(`--domain: ${JSON.stringify(domain)} ${fault}`);
    const options = {
        ...{ domain, user: text("user"), passwordFile: text("password-file"), ou: text("ou") },
        ...{ computerName: text("computer-name"), idRange: text("id-range"), adopt: values["adopt"] === true },
    };
    const rules: [string, string | undefined, RegExp][] = [
        // `%` would divide name and password for Samba's tools.
        ["user", options.user, /^(?!-)[^%"/[\]:;|=,+*?<>\p{C}]{1,256}$/u],
        ["ou", options.ou, /^(OU|CN)=[^\p{C}]{1,1020}$/iu],
        ["id-range", options.idRange, ID_RANGE],
        ["computer-name", options.computerName, /^[^\p{C}]{1,64}$/u],
    ];
    for (const [name, value, rule] of rules)
        if (value !== undefined && !rule.test(value)) throw new Misuse(`--${name}: ${JSON.stringify(value)} cannot be one`);
    if (options.passwordFile !== undefined && options.user === undefined) throw new Misuse("--password-file needs --user");
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as unknown as TestOptions;
}
