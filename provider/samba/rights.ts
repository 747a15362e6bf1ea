import type { Gather, GatherResult, RunStep, Step, Text } from "../hosts/batch";
import { onceSeen } from "../hosts/looks";
import { GUEST } from "./access";
import type { Access } from "./access";
import { inConfig, inRights, ofSid, principalOf } from "./principals";
import { SAMBA } from "./paths";
import { withShareAlone } from "./share-alone";
import type { ShareSection } from "./share";

/**
 * The rights of the shares themselves, which Samba keeps in share_info.tdb and takes together with what smb.conf says (sharesec(1)).
 */

/**
 * What `sharesec --replace` takes. In numbers, because sharesec does not resolve local names without winbind;
 * every session's token holds the S-1-22 identifiers of its Unix account and groups.
 */
function shareRights(share: ShareSection): Text {
    return everybodyNamed(share).flatMap((entry, i): Text[] => [
        i === 0 ? "" : ",",
        inRights(principalOf(entry)),
        `:ALLOWED/0x0/${entry.level.toUpperCase()}`,
    ]);
}

/** Guests too: who is not named may not connect once somebody is. */
const everybodyNamed = ({ access, guest, readOnly }: ShareSection): readonly Access[] =>
    guest && !access.some(({ user }) => user === GUEST) ? [...access, { user: GUEST, level: readOnly ? "read" : "change" }] : access;

/** They are needed only where somebody may change files but not permissions: smb.conf alone cannot say that. */
export function needsRights(access: readonly Access[]): boolean {
    return access.some((entry) => entry.level === "change");
}

/** Names of which the file of rights shows by a mere search that it has none: most shares have none, and sharesec takes 25 ms to say so. */
const SEARCHABLE = /^[ -~]+$/;

/** `back`: a rollback restores them, for a share that has some. */
export const clearRights = (share: ShareSection, back = false): Step[] =>
    ofShare(share, (sharesec) => {
        // 255: there were none.
        const clear: RunStep = { do: "run", argv: [...sharesec, "-D"], ok: [0, 255], changes: false };
        if (back) return [noted(sharesec), { ...clear, undo: [...sharesec, "--setsddl", { value: NOTED }] }];
        return [SEARCHABLE.test(share.name) ? { ...clear, onlyIf: ["grep", "-qaiF", `SECDESC/${share.name}`, SAMBA.rights] } : clear];
    });

export const setRights = (share: ShareSection, back: boolean): Step[] =>
    ofShare(share, (sharesec) => [
        ...(back ? [noted(sharesec)] : []),
        {
            do: "run",
            argv: [...sharesec, "--replace", shareRights(share)],
            undo: back ? [...sharesec, "--setsddl", { value: NOTED }] : [...sharesec, "-D"],
            changes: false,
        },
    ]);

/**
 * sharesec knows a share only from its configuration: it is shown this share alone, since smb.conf is written at the end of the batch, and
 * of the shares that a file included there has, newer versions (4.22) say that the name is invalid.
 */
const ofShare = (share: ShareSection, steps: (sharesec: string[]) => Step[]): Step[] =>
    withShareAlone(share, {}, "rights", (config) => steps(["sharesec", "-s", config, share.name]));

const NOTED = "rights-before";
const noted = (sharesec: string[]): Step => ({ id: NOTED, do: "run", argv: [...sharesec, "--viewsddl"], changes: false });

/** All shares' in one look. A share that has none is said to have what Samba then goes by. */
export const RIGHTS: NonNullable<Gather["commands"]>[number] = { name: "rights", argv: ["sharesec", "--view-all"] };
const EVERYBODY = "S-1-1-0";

/** Rights that are not what the access levels want: they narrow or widen who may do what, and smb.conf shows nothing of it. */
export function rightsDrift(share: ShareSection, look: GatherResult): string[] {
    const { name, access, homes } = share;
    // Samba goes by the name of each user's own share there.
    const found = homes ? undefined : rights(look).get(name);
    if (found === undefined) return [];
    const wanted = needsRights(access)
        ? everybodyNamed(share).map((entry) => `${inConfig(principalOf(entry))} ${entry.level}`)
        : ["everybody full"];
    const [is, should] = [found.map((right) => spoken(right, look)), wanted].map((list) => list.sort().join(", "));
    return is === should ? [] : [`access: the share's own rights (sharesec) are ${is || "nobody's"} instead of ${should}`];
}

/** Share -> `S-1-22-1-10000:ALLOWED/0x0/CHANGE`, ... */
const rights = onceSeen(({ commands }) => {
    const blocks = (commands[RIGHTS.name]?.stdout ?? "").split("\n\n").map((block) => block.split("\n"));
    const own = (lines: string[]): string[] => lines.filter((line) => line.startsWith("ACL:")).map((line) => line.slice("ACL:".length));
    return new Map(blocks.map(([head = "", ...lines]) => [head.slice(1, -1), own(lines)]));
});

/** A right as the access levels have it: `alice change`, `+staff read`; others as they are. */
function spoken(right: string, look: GatherResult): string {
    const [, sid = "", level = ""] = /^(.+):ALLOWED\/0x0\/(READ|CHANGE|FULL)$/.exec(right) ?? [];
    const whose = ofSid(sid, look);
    const who = sid === EVERYBODY ? "everybody" : whose && inConfig(whose);
    return who === undefined ? right : `${who} ${level.toLowerCase()}`;
}
