import type { Failure } from "../../base/handler";
import { notOnCluster, notOnHost, onHost } from "../on-host";
import type { Rule } from "../meta";
import { DATA_ROOT } from "../paths";
import type { AccessEntry } from "./access";
import type { ShareInputs } from "./inputs";
import { features } from "./features";
import { timeBegins } from "./modules";
import { doubledOption, hostsFault, optionRefusal, asksToEncrypt, typedWriter } from "../options/refusals";
import { effective } from "./effective";
import { configTextFault, dataPathFault, fileName } from "../text";

type Principal = Pick<AccessEntry, "user" | "group">;

/** Each entry names one user or group; nobody has two entries. */
function principalFaults(property: string, entries: readonly Principal[]): Failure[] {
    const faults = entries.flatMap((entry, i) =>
        (entry.user === undefined) === (entry.group === undefined)
            ? [{ property: `${property}[${i}]`, reason: "must have either `user` or `group`" }]
            : [],
    );
    const names = entries.map(({ user, group }) => (user === undefined ? `group ${group}` : `user ${user}`));
    const doubled = names.find((name, i) => names.indexOf(name) !== i);
    return doubled === undefined ? faults : [...faults, { property, reason: `names ${doubled} twice; keep one entry` }];
}

/** Samba parses from the first match of the time's beginning: the prefix must not contain one. */
function prefixFaults({ prefix, format }: NonNullable<ShareInputs["previousVersions"]>): Failure[] {
    if (prefix === undefined) return [];
    if (!/^[A-Za-z0-9@._:+-]+$/.test(prefix))
        return [{ property: "previousVersions.prefix", reason: "must be letters, digits and @ . _ : + -" }];
    const begins = timeBegins(format);
    if (begins === undefined)
        return [
            {
                property: "previousVersions.format",
                reason: "must begin with %Y or %y beside a `prefix`, or with a few characters and then one of these, such as _%Y-%m-%d",
            },
        ];
    return prefix.includes(begins)
        ? [
              {
                  property: "previousVersions.prefix",
                  reason: `must not contain ${JSON.stringify(begins)}, by which Samba finds where the time begins; put more characters in front of the time into \`format\``,
              },
          ]
        : [];
}

/**
 * Samba refuses guests on a share that requires encryption (smbd_smb2_tree_connect() in source3/smbd/smb2_tcon.c), and asks them to encrypt
 * if the share desires it: clients then give up (seen with 4.17).
 */
const GUESTS_HAVE_NO_KEY = (property: string): string =>
    `cannot be combined with \`${property}\`: guests cannot encrypt, so they could not connect to this share, yet the whole gateway would accept guests; remove one of the two`;

/** Rights that the program sets itself must let guests in; guests act as nobody. */
function guestFaults({ guest, mode, aclEntries, owner, group, readOnly }: ShareInputs): Failure[] {
    if (!guest || (mode === undefined && aclEntries === undefined)) return [];
    const bits = parseInt((mode ?? "0770").slice(-3), 8);
    const named = (aclEntries ?? []).find((entry) => entry.user === "nobody" || entry.group === "nogroup");
    const allowed =
        named !== undefined
            ? ["r", "w", "x"].reduce((sum, right, i) => sum + (named.permissions.includes(right) ? 4 >> i : 0), 0)
            : owner === "nobody"
              ? bits >> 6
              : (group === "nogroup" ? bits >> 3 : bits) & 7;
    if ((allowed & 5) === 5) return [];
    const others = readOnly ? "5" : "7";
    return [
        {
            property: "guest",
            reason: `lets nobody in: guests act as nobody, who may not enter the root directory by ${mode === undefined ? "`aclEntries`" : `\`mode\` ${mode}`}; leave ${mode === undefined ? "them" : "it"} out, let all others in (a mode that ends in ${others}), or give { user: "nobody", permissions: "${readOnly ? "r-x" : "rwx"}" } in \`aclEntries\``,
        },
    ];
}

export const shareRules: Rule<ShareInputs>[] = [
    notOnCluster(
        "volume",
        ({ volume }) => volume !== undefined,
        "a share has no volume of its own: one gateway alone could mount it; leave `volume` out, and give a `path` on the file system that the gateways share",
    ),
    notOnCluster(
        "previousVersions",
        ({ previousVersions }) => previousVersions?.schedule !== undefined,
        "pvesmb makes no snapshots: one node alone would make and mount them; leave `schedule` out, and give `folder` and `format` of those that the cluster's file system makes (CephFS: `.snap`)",
        "previousVersions.schedule",
    ),
    notOnHost("volume", ({ volume }) => volume !== undefined, "the host has no volumes of Proxmox VE; leave `volume` out"),
    notOnHost(
        "guest",
        ({ guest }) => guest,
        "guests are not let in, which is a setting of the host's whole Samba; leave `guest` out, and give the users accounts",
    ),
    notOnHost(
        "previousVersions",
        ({ previousVersions }) => previousVersions?.schedule !== undefined,
        "snapshots are the host's own business; leave `schedule` out, and give `folder` and `format` of those that it makes",
        "previousVersions.schedule",
    ),
    notOnHost(
        "timeMachine",
        (inputs) => inputs.timeMachine !== undefined || inputs.purpose === "timeMachine",
        "Time Machine is not offered: its settings would also apply to the host's own shares; use a gateway of mode `lxc`",
    ),
    {
        needs: ["gateway", "allowNfsExport"],
        check: ({ gateway, allowNfsExport }) =>
            allowNfsExport && gateway !== undefined && onHost(gateway) === undefined
                ? [{ property: "allowNfsExport", reason: "is for gateways of mode `existing` or `native`; leave it out" }]
                : [],
    },
    { needs: ["access"], check: ({ access }) => principalFaults("access", access) },
    { needs: ["aclEntries"], check: ({ aclEntries = [] }) => principalFaults("aclEntries", aclEntries) },
    {
        needs: ["path", "volume"],
        check: ({ path, volume }) => {
            if (path === undefined) return [];
            const fault = dataPathFault(path);
            if (fault) return [{ property: "path", reason: fault }];
            return volume && path.slice(DATA_ROOT.length + 1).includes("/")
                ? [{ property: "path", reason: `a volume is mounted directly under ${DATA_ROOT}, so the path must be ${DATA_ROOT}/NAME` }]
                : [];
        },
    },
    {
        needs: ["volume"],
        check: ({ volume }) =>
            volume === undefined || (volume.size === undefined) !== (volume.initialSize === undefined)
                ? []
                : [{ property: "volume", reason: "set either `size`, or `initialSize` if a Quota sets the size" }],
    },
    {
        needs: ["options"],
        check: ({ options }) =>
            Object.entries(options).flatMap(([name, value]) => {
                const property = `options[${JSON.stringify(name)}]`;
                const refusal = optionRefusal(name) ?? doubledOption(name, Object.keys(options));
                if (refusal) return [{ property, reason: refusal }];
                const fault = configTextFault(value) ?? hostsFault(name, value);
                return fault ? [{ property, reason: fault }] : [];
            }),
    },
    {
        needs: [...Object.keys(features), "options", "purpose"],
        check: (inputs) =>
            Object.keys(inputs.options).flatMap((name) => {
                const writer = typedWriter(name, effective(inputs));
                return writer === undefined
                    ? []
                    : [
                          {
                              property: `options[${JSON.stringify(name)}]`,
                              reason: `is set by \`${writer}\` of this share; use that property`,
                          },
                      ];
            }),
    },
    {
        needs: ["guest", "encryptionRequired", "options"],
        check: ({ guest, encryptionRequired, options }) => {
            if (!guest) return [];
            const raw = Object.keys(options).find((name) => asksToEncrypt(name, options[name] ?? ""));
            return encryptionRequired || raw !== undefined
                ? [
                      {
                          property: "guest",
                          reason: GUESTS_HAVE_NO_KEY(raw === undefined ? "encryptionRequired" : `options[${JSON.stringify(raw)}]`),
                      },
                  ]
                : [];
        },
    },
    {
        needs: ["guest", "mode", "aclEntries", "owner", "group", "readOnly"],
        check: guestFaults,
    },
    {
        needs: ["dfsLinks"],
        check: ({ dfsLinks = {} }) =>
            Object.keys(dfsLinks).flatMap((name) => {
                const fault = fileName().safeParse(name).error?.issues[0]?.message;
                return fault === undefined ? [] : [{ property: `dfsLinks[${JSON.stringify(name)}]`, reason: fault }];
            }),
    },
    {
        needs: ["previousVersions"],
        check: ({ previousVersions }) =>
            previousVersions === undefined
                ? []
                : [
                      ...(/^[A-Za-z0-9@._:+%-]+$/.test(previousVersions.format)
                          ? []
                          : [
                                {
                                    property: "previousVersions.format",
                                    reason: "must consist of letters, digits, @ . _ : + - and strftime's %",
                                },
                            ]),
                      ...prefixFaults(previousVersions),
                  ],
    },
    {
        needs: ["previousVersions"],
        check: ({ previousVersions: versions }) => {
            if (versions?.schedule === undefined) return [];
            const { folder, format, localTime, prefix } = features.previousVersions.parse({}) ?? versions;
            const chosen = Object.entries({ folder, format, localTime, prefix }).find(
                ([name, value]) => versions[name as keyof typeof versions] !== value,
            );
            return chosen === undefined
                ? []
                : [{ property: `previousVersions.${chosen[0]}`, reason: "is chosen by pvesmb if there is a `schedule`; leave it out" }];
        },
    },
    {
        needs: ["homes", "purpose", "guest", "access", "recursive"],
        check: (inputs) => {
            if (effective(inputs).homes !== true) return [];
            const change = inputs.access.findIndex(({ level }) => level === "change");
            return [
                ...(inputs.recursive
                    ? [{ property: "recursive", reason: "must not be set on a share with `homes`: the folders belong to their users" }]
                    : []),
                ...(inputs.guest
                    ? [{ property: "guest", reason: "is not possible on a share with `homes`, since guests have none; remove it" }]
                    : []),
                ...(inputs.guest
                    ? [{ property: "guest", reason: "is not possible on a share with `homes`, since guests have none; remove it" }]
                    : []),
                // Share-level rights use the share's name, but each home has its user's name.
                ...(change < 0
                    ? []
                    : [{ property: `access[${change}].level`, reason: "must be `read` or `full` on a share with `homes`" }]),
            ];
        },
    },
];
