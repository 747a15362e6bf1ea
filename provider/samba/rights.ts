import type { Gather, Step, Text } from "../hosts/batch";
import { principal } from "./access";
import type { Access } from "./access";
import { parseGroup, parsePasswd } from "./accounts";
import { withShareAlone } from "./share-alone";
import type { ShareSection } from "./share";

/**
 * The rights of the shares themselves, which Samba keeps in share_info.tdb and takes together with what smb.conf says (sharesec(1)).
 */

/**
 * What `sharesec --replace` takes. In numbers, because sharesec does not resolve local names without winbind;
 * every session's token holds the S-1-22 identifiers of its Unix account and groups.
 */
function shareRights(access: readonly Access[]): Text {
    return access.flatMap((entry, i): Text[] => [
        i === 0 ? "" : ",",
        entry.user === undefined ? ["S-1-22-2-", { gid: entry.group ?? "" }] : ["S-1-22-1-", { uid: entry.user }],
        `:ALLOWED/0x0/${entry.level.toUpperCase()}`,
    ]);
}

/** They are needed only where somebody may change files but not permissions: smb.conf alone cannot say that. */
export function needsRights(access: readonly Access[]): boolean {
    return access.some((entry) => entry.level === "change");
}

/** 255: there were none. `back`: a rollback restores them, for a share that has some. */
export const clearRights = (name: string, back = false): Step[] => {
    const clear: Step = { do: "run", argv: ["sharesec", name, "-D"], ok: [0, 255], changes: false };
    return back ? [noted(name), { ...clear, undo: ["sharesec", name, "--setsddl", { value: NOTED }] }] : [clear];
};

/** sharesec knows a share only from smb.conf, which is written at the end of the batch: so it is shown this share alone. */
export const setRights = (share: ShareSection, back: boolean): Step[] =>
    withShareAlone({ ...share, options: {} }, "rights", (config) => {
        const sharesec = ["sharesec", "-s", config, share.name];
        return [
            ...(back ? [noted(share.name, ["-s", config])] : []),
            {
                do: "run",
                argv: [...sharesec, "--replace", shareRights(share.access)],
                undo: back ? [...sharesec, "--setsddl", { value: NOTED }] : [...sharesec, "-D"],
                changes: false,
            },
        ];
    });

const NOTED = "rights-before";
const noted = (name: string, options: string[] = []): Step => ({
    id: NOTED,
    do: "run",
    argv: ["sharesec", ...options, name, "--viewsddl"],
    ok: [0, 255], // The share is not in smb.conf any more.
    changes: false,
});

/** All shares' in one look. A share that has none is said to have what Samba then goes by. */
export const RIGHTS: NonNullable<Gather["commands"]>[number] = { name: "rights", argv: ["sharesec", "--view-all"] };
const EVERYBODY = "S-1-1-0";

type Answers = Record<string, { code: number; stdout: string }>;

/** Rights that are not what the access levels want: they narrow or widen who may do what, and smb.conf shows nothing of it. */
export function rightsDrift({ name, access, homes }: ShareSection, look: Answers): string[] {
    // Samba goes by the name of each user's own share there.
    const found = homes ? undefined : rightsOf(name, look["rights"]?.stdout ?? "");
    if (found === undefined) return [];
    const wanted = needsRights(access) ? access.map((entry) => `${principal(entry)} ${entry.level}`) : ["everybody full"];
    const [is, should] = [found.map((right) => spoken(right, look)), wanted].map((list) => list.sort().join(", "));
    return is === should ? [] : [`access: the share's own rights (sharesec) are ${is || "nobody's"} instead of ${should}`];
}

/** `S-1-22-1-10000:ALLOWED/0x0/CHANGE`, ...; undefined: nothing is said of that share. */
function rightsOf(share: string, all: string): string[] | undefined {
    const head = `[${share}]\n`;
    const start = all.startsWith(head) ? 0 : all.indexOf(`\n${head}`) + 1;
    if (start === 0 && !all.startsWith(head)) return undefined;
    const end = all.indexOf("\n\n", start);
    const lines = all.slice(start, end < 0 ? undefined : end).split("\n");
    return lines.filter((line) => line.startsWith("ACL:")).map((line) => line.slice("ACL:".length));
}

/** A right as the access levels have it: `alice change`, `+staff read`; others as they are. */
function spoken(right: string, look: Answers): string {
    const [, sid = "", level = ""] = /^(.+):ALLOWED\/0x0\/(READ|CHANGE|FULL)$/.exec(right) ?? [];
    if (sid === EVERYBODY) return `everybody ${level.toLowerCase()}`;
    const [, kind, id] = /^S-1-22-([12])-(\d+)$/.exec(sid) ?? [];
    const out = (name: string): string => look[name]?.stdout ?? "";
    const found =
        kind === "1"
            ? [...parsePasswd(out("passwd")).values()].find(({ uid }) => String(uid) === id)?.name
            : [...parseGroup(out("group")).values()].find(({ gid }) => String(gid) === id)?.name;
    return found === undefined ? right : `${kind === "1" ? "" : "+"}${found} ${level.toLowerCase()}`;
}
