import { featureNames, featureOf } from "../model/permissions/features";
import { WRAPPER } from "../rights/sudoers";
import { Misuse, parsedArguments } from "./arguments";

/** Selects all features that are granted by default. */
export const USUAL = "usual";

export const PERMISSIONS_HELP = `pvesmb permissions [--feature NAME]... [options]

Prints the commands that give pvesmb just the rights it needs: pveum for Proxmox VE, and for nodes that are reached by SSH a user with
its sudo rights. Reads and changes nothing. "pvesmb permissions --only api | ssh root@pve1 sh" runs them. The commands add what
is missing and change nothing else, so you can run them for one feature after another.

  --feature NAME           feature to grant, may be repeated; default ${USUAL}: those marked with *
${featureNames.map((name) => `                             ${featureOf(name).usual ? "*" : " "} ${name.padEnd(21)} ${featureOf(name).purpose.replaceAll("`", "")}`).join("\n")}
  --pool NAME              pool of the gateways; without it, the rights apply to all guests
  --storage NAME           storage for root file systems, data or volumes of shares; may be repeated
  --template-storage NAME  storage of templates
  --bridge NAME            bridge of the gateways, bridge/20 for a VLAN on it; may be repeated
  --owner VMID             container whose volume a gateway takes over
  --user USER@REALM        default pulumi@pve; created unless its realm is pam
  --token NAME             token of that user, default pvesmb; "" grants the rights to the user and creates no token
  --pve MAJOR              release of Proxmox VE, default 9
  --ssh-user NAME          user on the nodes, default pulumi
  --ssh-public-key KEY     public key for its login, may be repeated; root's keys are changed only after a question at the terminal
  --no-wrapper             allow "pct exec" for all containers instead of ${WRAPPER}
  --vmids FIRST-LAST       the only containers that the wrapper gives access to
  --only api|node          print only one of the two parts
  --remove                 print the commands that revoke what the same options grant
  --json                   print what is needed as JSON on one line, no commands
`;

export type PermissionsOptions = ReturnType<typeof parsed>;

export function permissionsOptions(args: string[]): PermissionsOptions {
    const values = parsed(args);
    checkNames(values);
    return values;
}

function parsed(args: string[]) {
    const several = { type: "string", multiple: true, default: [] as string[] } as const;
    const one = { type: "string" } as const;
    const { values } = parsedArguments({
        args,
        options: {
            feature: several,
            pool: one,
            storage: several,
            "template-storage": several,
            bridge: several,
            owner: several,
            user: { ...one, default: "pulumi@pve" },
            token: { ...one, default: "pvesmb" },
            pve: { ...one, default: "9" },
            "ssh-user": { ...one, default: "pulumi" },
            "ssh-public-key": several,
            "no-wrapper": { type: "boolean", default: false },
            vmids: one,
            only: one,
            remove: { type: "boolean", default: false },
            json: { type: "boolean", default: false },
        },
    });
    return values;
}

/** Names must not contain characters with a meaning to a shell, to sudo or to PVE's access control. */
function checkNames(values: PermissionsOptions): void {
    const word = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
    const rules: [string, readonly (string | undefined)[], RegExp][] = [
        ["pool", [values.pool], word],
        ["storage", values.storage, word],
        ["template-storage", values["template-storage"], word],
        ["bridge", values.bridge, word],
        ["owner", values.owner, /^[1-9]\d{2,8}$/],
        ["user", [values.user], /^[^\s@!:/]+@[A-Za-z][A-Za-z0-9._-]+$/],
        ["token", [values.token], /^([A-Za-z][A-Za-z0-9._-]+)?$/],
        ["pve", [values.pve], /^\d{1,2}$/],
        ["ssh-user", [values["ssh-user"]], /^[a-z_][a-z0-9_-]{0,31}$/],
        ["ssh-public-key", values["ssh-public-key"], /^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\r\n]*)?$/],
        ["vmids", [values.vmids], /^\d{3,9}-\d{3,9}$/],
        ["only", [values.only], /^(api|node)$/],
    ];
    for (const [name, given, rule] of rules)
        for (const value of given)
            if (value !== undefined && !rule.test(value)) throw new Misuse(`--${name}: ${JSON.stringify(value)} cannot be one`);
}
