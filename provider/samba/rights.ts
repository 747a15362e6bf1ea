import type { Gather, GatherResult, RunStep, Step, Text } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { GUEST } from "./access";
import type { Access } from "./access";
import { inConfig, inRights, ofSid, principalOf } from "./principals";
import { SAMBA } from "./paths";
import { withShareAlone } from "./share-alone";
import type { ShareSection } from "./share";

/** Share permissions, which Samba keeps in share_info.tdb and combines with smb.conf (sharesec(1)). */

/**
 * The argument of `sharesec --replace`. By number, because sharesec does not resolve local names without winbind; every session's token
 * holds the S-1-22 SIDs of its Unix account and groups.
 */
function shareRights(share: ShareSection): Text {
    return everybodyNamed(share).flatMap((entry, i): Text[] => [
        i === 0 ? "" : ",",
        inRights(principalOf(entry)),
        `:ALLOWED/0x0/${entry.level.toUpperCase()}`,
    ]);
}

/** Includes guests: once anyone is named, all others are refused. */
const everybodyNamed = ({ access, guest, readOnly }: ShareSection): readonly Access[] =>
    guest && !access.some(({ user }) => user === GUEST) ? [...access, { user: GUEST, level: readOnly ? "read" : "change" }] : access;

/** Needed only if someone may change files but not permissions, which smb.conf alone cannot express. */
export function needsRights(access: readonly Access[]): boolean {
    return access.some((entry) => entry.level === "change");
}

/** Names that can be grepped for in share_info.tdb before running sharesec (25 ms): most shares have no entry. */
const SEARCHABLE = /^[ -~]+$/;

/** Samba's own database, and a cluster's, to whose name CTDB adds the number of the gateway. Exit code 0 if there is a match. */
const hasEntry = (name: string): string[] => ["grep", "-rqsaiF", `SECDESC/${name}`, "--include=share_info.tdb*", ...SAMBA.rights];

/** `back`: a rollback restores existing permissions. */
export const clearRights = (share: ShareSection, back = false): Step[] =>
    ofShare(share, (sharesec) => {
        // 255: there were none.
        const clear: RunStep = { do: "run", argv: [...sharesec, "-D"], ok: [0, 255], changes: false };
        if (back) return [readRights(sharesec), { ...clear, undo: [...sharesec, "--setsddl", { value: RIGHTS_BEFORE }] }];
        return [SEARCHABLE.test(share.name) ? { ...clear, onlyIf: hasEntry(share.name) } : clear];
    });

export const setRights = (share: ShareSection, back: boolean): Step[] =>
    ofShare(share, (sharesec) => [
        ...(back ? [readRights(sharesec)] : []),
        {
            do: "run",
            argv: [...sharesec, "--replace", shareRights(share)],
            undo: back ? [...sharesec, "--setsddl", { value: RIGHTS_BEFORE }] : [...sharesec, "-D"],
            changes: false,
        },
    ]);

/**
 * sharesec needs the share in its config. It gets a config with this share alone, because smb.conf changes only at the end of the batch,
 * and newer versions (4.22) reject the names of shares in an included file as invalid.
 */
const ofShare = (share: ShareSection, steps: (sharesec: string[]) => Step[]): Step[] =>
    withShareAlone(share, {}, "rights", (config) => steps(["sharesec", "-s", config, share.name]));

const RIGHTS_BEFORE = "rights-before";
const readRights = (sharesec: string[]): Step => ({ id: RIGHTS_BEFORE, do: "run", argv: [...sharesec, "--viewsddl"], changes: false });

/** All shares at once; shares without permissions are printed with Samba's default. */
export const RIGHTS: NonNullable<Gather["commands"]>[number] = { name: "rights", argv: ["sharesec", "--view-all"] };
const EVERYBODY = "S-1-1-0";

/** Share permissions that differ from the access levels: they change who may do what, and smb.conf does not show it. */
export function rightsDrift(share: ShareSection, look: GatherResult): string[] {
    const { name, access, homes } = share;
    // For homes, Samba uses the name of each user's own share.
    const found = homes ? undefined : rights(look).get(name);
    if (found === undefined) return [];
    const wanted = needsRights(access)
        ? everybodyNamed(share).map((entry) => `${inConfig(principalOf(entry))} ${entry.level}`)
        : ["everybody full"];
    const [is, should] = [found.map((right) => describeRight(right, look)), wanted].map((list) => list.sort().join(", "));
    return is === should ? [] : [`access: the share's own rights (sharesec) are ${is || "nobody's"} instead of ${should}`];
}

/** Share -> `S-1-22-1-10000:ALLOWED/0x0/CHANGE`, ... */
const rights = onceSeen(({ commands }) => {
    const blocks = (commands[RIGHTS.name]?.stdout ?? "").split("\n\n").map((block) => block.split("\n"));
    const own = (lines: string[]): string[] => lines.filter((line) => line.startsWith("ACL:")).map((line) => line.slice("ACL:".length));
    return new Map(blocks.map(([head = "", ...lines]) => [head.slice(1, -1), own(lines)]));
});

/** A permission in terms of access levels: `alice change`, `+staff read`; others unchanged. */
function describeRight(right: string, look: GatherResult): string {
    const [, sid = "", level = ""] = /^(.+):ALLOWED\/0x0\/(READ|CHANGE|FULL)$/.exec(right) ?? [];
    const whose = ofSid(sid, look);
    const who = sid === EVERYBODY ? "everybody" : whose && inConfig(whose);
    return who === undefined ? right : `${who} ${level.toLowerCase()}`;
}
