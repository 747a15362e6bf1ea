import type { Rule } from "./meta";
import { DATA_ROOT } from "./paths";
import type { AccessEntry, ShareInputs } from "./share";
import { optionRefusal } from "./share.options";
import { configTextFault } from "./text";

const who = (entry: AccessEntry): string => (entry.user === undefined ? `group ${entry.group}` : `user ${entry.user}`);

export const shareRules: Rule<ShareInputs>[] = [
    {
        needs: ["access"],
        check: ({ access }) => {
            const faults = access.flatMap((entry, i) =>
                (entry.user === undefined) === (entry.group === undefined)
                    ? [{ property: `access[${i}]`, reason: "must have either `user` or `group`" }]
                    : [],
            );
            const names = access.map(who);
            const doubled = names.find((name, i) => names.indexOf(name) !== i);
            return doubled === undefined ? faults : [...faults, { property: "access", reason: `names ${doubled} twice; keep one entry` }];
        },
    },
    {
        needs: ["path", "volume"],
        check: ({ path, volume }) => {
            if (path === undefined) return [];
            if (!path.startsWith(`${DATA_ROOT}/`)) return [{ property: "path", reason: `must be under ${DATA_ROOT}` }];
            if (path.startsWith(`${DATA_ROOT}/.pvesmb`)) return [{ property: "path", reason: `${DATA_ROOT}/.pvesmb is pvesmb's own` }];
            return volume && path.slice(DATA_ROOT.length + 1).includes("/")
                ? [{ property: "path", reason: `a volume is mounted directly under ${DATA_ROOT}; use one component` }]
                : [];
        },
    },
    {
        needs: ["volume"],
        check: ({ volume }) =>
            volume === undefined || (volume.size === undefined) !== (volume.initialSize === undefined)
                ? []
                : [{ property: "volume", reason: "give either `size`, or `initialSize` when a Quota decides about the size" }],
    },
    {
        needs: ["options"],
        check: ({ options }) =>
            Object.entries(options).flatMap(([name, value]) => {
                const property = `options[${JSON.stringify(name)}]`;
                const refusal = optionRefusal(name);
                if (refusal) return [{ property, reason: refusal }];
                const fault = configTextFault(value);
                return fault ? [{ property, reason: fault }] : [];
            }),
    },
];

/** What a change of a share brings that its properties don't show. */
export function shareNotes(old: Partial<ShareInputs>, news: Partial<ShareInputs>): string[] {
    const notes: string[] = [];
    if (old.name !== undefined && news.name !== undefined && old.name !== news.name)
        notes.push(`name: clients of \\${old.name} are disconnected; the files stay where they are`);
    if (old.enabled !== false && news.enabled === false) notes.push("enabled: its open connections are closed");
    return notes;
}
