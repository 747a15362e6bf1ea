import type { Failure } from "../../base/handler";
import { onHost } from "../on-host";
import type { Rule } from "../meta";
import { DATA_ROOT } from "../paths";
import { onCluster } from "../server-ref";
import type { QuotaInputs } from "./inputs";
import { ABILITIES, type Abilities, having } from "./backends";
import { bytesOf } from "../size";

type Ability = Exclude<keyof Abilities, "unit">;

/** What the inputs request beyond one hard limit: the property and the ability that it needs. */
export function asked(inputs: Partial<QuotaInputs>): { property: string; ability: Ability }[] {
    const principals = [
        ...(inputs.users ?? []).map((each) => ["users", each] as const),
        ...(inputs.groups ?? []).map((each) => ["groups", each] as const),
    ];
    const all: [string, Ability, boolean][] = [
        ["soft", "soft", inputs.soft !== undefined],
        ["grace", "soft", inputs.grace !== undefined],
        ["files", "files", inputs.files !== undefined],
        ["users", "principals", (inputs.users ?? []).length > 0],
        ["groups", "principals", (inputs.groups ?? []).length > 0],
        ["userLimit", "principals", inputs.userLimit !== undefined],
        ["groupLimit", "principals", inputs.groupLimit !== undefined],
        ["snapshots", "snapshots", inputs.snapshots === "count"],
        ["report", "principals", inputs.report === true],
        ...(["soft", "files"] as const).flatMap((ability) =>
            principals.filter(([, each]) => each[ability] !== undefined).map(([list]): [string, Ability, boolean] => [list, ability, true]),
        ),
    ];
    return all.filter(([, , is]) => is).map(([property, ability]) => ({ property, ability }));
}

const WORDS: Record<Ability, string> = {
    soft: "no soft limits",
    files: "no limit on the number of files",
    principals: "no limits per user or group",
    snapshots: "no say over snapshots",
    shrinks: "no way to become smaller",
    seen: "no size that clients see",
};

/** The requests that this backend does not support, with the way out. */
export function beyond(inputs: Partial<QuotaInputs>, backend: keyof typeof ABILITIES): Failure[] {
    const lacking = asked(inputs).filter(({ ability }) => !ABILITIES[backend][ability]);
    return lacking.map(({ property, ability }) => ({
        property,
        reason: `${ABILITIES[backend].unit} has ${WORDS[ability]}; leave it out, or use one of: ${having(ability)}`,
    }));
}

export const quotaRules: Rule<QuotaInputs>[] = [
    {
        needs: ["share"],
        check: ({ share }) =>
            onCluster(share?.gateway)
                ? [
                      {
                          property: "share",
                          reason: "must not be on a CtdbVip: pvesmb sets no limits there, since each node would set its own; set one on the cluster's file system itself (CephFS: the attribute `ceph.quota.max_bytes` of the directory)",
                      },
                  ]
                : [],
    },
    ...(["gateway", "share"] as const).map((property): Rule<QuotaInputs> => ({
        needs: [property],
        check: (inputs) => {
            const mode = onHost(property === "gateway" ? inputs.gateway : inputs.share?.gateway);
            const reason = `in mode \`${mode}\` limits are not offered, as the host's file systems are its own business; set them there`;
            return mode === undefined ? [] : [{ property, reason }];
        },
    })),
    {
        needs: ["share", "gateway", "path"],
        check: ({ share, gateway, path }) => {
            if ((share === undefined) === (gateway === undefined))
                return [{ property: "share", reason: "set either `share`, or `gateway` with the `path` of a directory on it" }];
            if (path === undefined) return [];
            if (share !== undefined)
                return [{ property: "path", reason: "is the directory of the share; leave it out, or set `gateway` instead of `share`" }];
            return path === DATA_ROOT || path.startsWith(`${DATA_ROOT}/`)
                ? []
                : [{ property: "path", reason: `must be ${DATA_ROOT} or below it` }];
        },
    },
    {
        needs: ["share"],
        check: ({ share }) =>
            share?.size === undefined
                ? []
                : [
                      {
                          property: "share",
                          reason: `the share sets \`volume.size\` itself (${share.size}); set \`volume.initialSize\` on the share instead, or remove the quota`,
                      },
                  ],
    },
    {
        needs: ["limit", "soft"],
        check: ({ limit, soft }) =>
            soft !== undefined && bytesOf(soft) > bytesOf(limit)
                ? [{ property: "soft", reason: `must not be greater than \`limit\` (${soft} > ${limit})` }]
                : [],
    },
    ...(["users", "groups"] as const).map((property): Rule<QuotaInputs> => ({
        needs: [property],
        check: (inputs) => principalFaults(property, inputs[property]),
    })),
    {
        needs: ["alerts"],
        check: ({ alerts }) =>
            alerts.some((each, i) => i > 0 && each <= (alerts[i - 1] ?? 0))
                ? [{ property: "alerts", reason: "must be in ascending order, as in [75, 85, 95]" }]
                : [],
    },
    ...(["notify", "history"] as const).map((property): Rule<QuotaInputs> => ({
        needs: [property, "collect"],
        check: (inputs) =>
            inputs[property] !== undefined && !inputs.collect
                ? [{ property, reason: `requires the collector; remove \`collect: false\` or \`${property}\`` }]
                : [],
    })),
    {
        needs: ["notify"],
        check: ({ notify }) =>
            notify?.token !== undefined && notify.webhook === undefined
                ? [{ property: "notify.token", reason: "is for a webhook; set `webhook` too, or leave it out" }]
                : [],
    },
    { needs: ["backend"], check: (inputs) => (inputs.backend === "auto" ? [] : beyond(inputs, inputs.backend)) },
];

function principalFaults(property: "users" | "groups", list: QuotaInputs["users"]): Failure[] {
    const faults = list.flatMap(({ limit, soft }, i): Failure[] =>
        soft !== undefined && bytesOf(soft) > bytesOf(limit)
            ? [{ property: `${property}[${i}].soft`, reason: "must not be greater than its `limit`" }]
            : [],
    );
    const names = list.map(({ name }) => name);
    const doubled = names.find((name, i) => names.indexOf(name) !== i);
    return doubled === undefined ? faults : [...faults, { property, reason: `names ${doubled} twice; keep one entry` }];
}
