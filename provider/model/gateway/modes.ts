import { isDeepStrictEqual } from "node:util";
import type { Failure } from "../../base/handler";
import type { Rule } from "../meta";
import { sambaSettings, type SambaSettings } from "../samba";
import { inputs } from "./inputs";
import type { GatewayInputs } from "./inputs";

const REQUIRED = ["node", "lxc", "network"] as const;

/** Why a gateway on a host that is there already does not have these properties. MODE stands for its mode. */
const CONTAINER = "belongs to a container that pvesmb makes (mode `lxc`); leave it out";
const HOSTS_OWN = "is the host's own business in mode `MODE`; leave it out, and set it on the host";
const REFUSED: Partial<Record<keyof GatewayInputs, string>> = {
    node: CONTAINER,
    vmid: CONTAINER,
    vmidRange: CONTAINER,
    lxc: CONTAINER,
    network: HOSTS_OWN,
    extraNetworks: HOSTS_OWN,
    nameservers: HOSTS_OWN,
    searchDomains: HOSTS_OWN,
    data: "is not offered in mode `MODE`: the data are in /srv/pvesmb on the host; leave it out, and mount a file system there if they need one of their own",
    dataOnDelete: "is not offered in mode `MODE`: deleting the gateway leaves the data on the host; leave it out",
    purge: CONTAINER,
    sshPublicKeys: HOSTS_OWN,
    started: "is not offered in mode `MODE`: pvesmb does not shut the host down; leave it out, or disable the shares (`enabled: false`)",
    onboot: CONTAINER,
    startup: CONTAINER,
    tags: CONTAINER,
    description: CONTAINER,
    pool: CONTAINER,
    protection: CONTAINER,
    allowRestart: CONTAINER,
};

/** Settings of the whole server that such a gateway takes all the same: they apply to our shares only. */
const OF_SHARES: readonly (keyof SambaSettings)[] = ["encryption", "guests", "manageGlobal"];

/** Settings of the host that pvesmb never changes there. */
const NEVER: Partial<Record<keyof SambaSettings, string>> = {
    discovery: HOSTS_OWN,
    timeZone: HOSTS_OWN,
    logging: HOSTS_OWN,
    lockout: "is kept in the account policies of the host's Samba; leave it out, and set it there (`pdbedit -P`)",
    macos: "would change the host's own shares; leave it out, and set `macos` on the shares that need it",
    maxPerAddress: "would change the host's firewall; leave it out",
};

const isDefault = (name: string, value: unknown): boolean => {
    const parsed = inputs.shape[name as keyof typeof inputs.shape].safeParse(undefined);
    return value === undefined || (parsed.success && isDeepStrictEqual(parsed.data, value));
};

const said = (mode: GatewayInputs["mode"], reason: string): string => reason.replace("MODE", mode);

function sambaFaults(mode: GatewayInputs["mode"], samba: SambaSettings): Failure[] {
    const preset = sambaSettings.parse(undefined);
    return (Object.keys(samba) as (keyof SambaSettings)[]).flatMap((name) => {
        if (OF_SHARES.includes(name) || isDeepStrictEqual(samba[name], preset[name])) return [];
        const reason =
            NEVER[name] ??
            (samba.manageGlobal
                ? undefined
                : "is a setting of the host's whole Samba; leave it out, set it in the host's smb.conf, or allow pvesmb to with `samba.manageGlobal: true`");
        return reason === undefined ? [] : [{ property: `samba.${name}`, reason: said(mode, reason) }];
    });
}

/** What each mode requires and refuses. */
export const modeRules: Rule<GatewayInputs>[] = [
    ...REQUIRED.map((name): Rule<GatewayInputs> => ({
        needs: ["mode", name],
        check: (given) => (given.mode === "lxc" && given[name] === undefined ? [{ property: name, reason: "is required" }] : []),
    })),
    {
        needs: ["mode", "ssh"],
        check: ({ mode, ssh }) => {
            if (mode !== "lxc" && ssh === undefined)
                return [{ property: "ssh", reason: `is required in mode \`${mode}\`: \`ssh: { host: ... }\` says which host it is` }];
            if (mode === "lxc" && ssh !== undefined)
                return [
                    {
                        property: "ssh",
                        reason: 'is for modes `existing` and `native`; set `mode: "existing"`, or `mode: "native"` for a node of Proxmox VE, or `connection.ssh` to say how SSH reaches containers and nodes',
                    },
                ];
            return [];
        },
    },
    ...(Object.keys(REFUSED) as (keyof GatewayInputs)[]).map((name): Rule<GatewayInputs> => ({
        needs: ["mode", name],
        check: (given) =>
            given.mode === "lxc" || isDefault(name, given[name]) ? [] : [{ property: name, reason: said(given.mode, REFUSED[name] ?? "") }],
    })),
    {
        needs: ["mode", "samba"],
        check: ({ mode, samba }) =>
            mode !== "lxc"
                ? sambaFaults(mode, samba)
                : samba.manageGlobal
                  ? [
                        {
                            property: "samba.manageGlobal",
                            reason: "is for modes `existing` and `native`: in a container all of Samba is pvesmb's; leave it out",
                        },
                    ]
                  : [],
    },
    {
        needs: ["mode", "packages"],
        check: ({ mode, packages }) =>
            mode === "lxc" && packages.onDelete !== undefined
                ? [
                      {
                          property: "packages.onDelete",
                          reason: "is for modes `existing` and `native`: the packages of a container go with it; leave it out",
                      },
                  ]
                : [],
    },
    {
        needs: ["mode", "packages"],
        check: ({ mode, packages }) =>
            mode === "lxc"
                ? []
                : (["mirror", "securityMirror", "proxy", "securityUpdates"] as const).flatMap((name) =>
                      packages[name] === undefined ? [] : [{ property: `packages.${name}`, reason: said(mode, HOSTS_OWN) }],
                  ),
    },
];
