import { becomes, without } from "../consequences";
import type { Consequence } from "../meta";
import type { AccessEntry } from "./access";

/**
 * Effects of share changes on clients. A reload does not affect connected clients, so removing a right closes connections; the handler acts
 * on the same entries.
 */
const CLOSED = "open connections to the share are closed";

const closes = (when: string, holds: (before: unknown, after: unknown) => boolean): Consequence => ({
    does: CLOSED,
    when,
    if: holds,
    effect: "closes-share",
});

/** Modules are loaded when a client connects, and most read their settings then. */
const LATER = "open connections may continue unchanged until they reconnect";

type Options = Record<string, string>;

export const changes = {
    name: { does: "open connections under the old name are closed, the files are not moved", effect: "closes-share" },
    path: { does: "open connections are closed, and the directory is moved there", effect: "closes-share" },
    disabled: becomes(false, CLOSED, "closes-share"),
    enabled: becomes(true, CLOSED, "closes-share"),
    hostsAllow: closes(
        "with less in it, or for the first time",
        (before, after) => after !== undefined && (before === undefined || without(before, after).length > 0),
    ),
    hostsDeny: closes("with more in it", (before, after) => without(after, before).length > 0),
    patterns: closes("with something else in it", (_before, after) => after !== undefined),
    options: closes("in an option about encryption, hosts or invalid users", (before, after) =>
        Object.entries(after as Options).some(
            ([name, value]) => /encrypt|hosts|invalid/i.test(name) && (before as Options)[name] !== value,
        ),
    ),
    access: {
        does: "open connections of everyone who loses access are closed",
        if: (before, after) =>
            tightened(before as AccessEntry[], after as AccessEntry[]).map((entry) => entry.user ?? `group ${entry.group}`),
    },
    homes: closes("set to another value", (before, after) => (before === true) !== (after === true)),
    modules: { does: LATER, when: "added or removed" },
    module: { does: LATER },
    /** The preview shows the effects of the properties whose defaults it changes. */
    purpose: { does: "as for the properties that it gives defaults to", if: () => false },
    recursive: becomes(true, "owner, group and ACL of everything below the directory are set"),
} satisfies Record<string, Consequence>;

const principal = ({ user, group }: AccessEntry): string => JSON.stringify([user, group]);

/** Entries that lose rights. */
export function tightened(before: readonly AccessEntry[], after: readonly AccessEntry[]): AccessEntry[] {
    const rank = { read: 1, change: 2, full: 3 };
    return before.filter((old) => {
        const now = after.find((entry) => principal(entry) === principal(old));
        return now === undefined || rank[now.level] < rank[old.level];
    });
}
