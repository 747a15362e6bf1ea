import type { AclEntry, GatherResult, Step } from "../hosts/batch";

/** A share's recycle bin, as far as the host has to know it. */
export interface Bin {
    path: string;
    perUser: boolean;
    keepFor?: string;
    /** The share serves a folder per user below its own, each with a bin. */
    homes?: boolean;
}

export const expiryPath = (nonce: string): string => `/etc/tmpfiles.d/pvesmb-${nonce}.conf`;

/**
 * The bin's folder, made beforehand: the first user to delete something could not make one that others may use as well. And its expiry,
 * which systemd-tmpfiles looks after: a file goes when its times of access, change and status are all older (tmpfiles.d(5), "Age").
 */
export function binSteps(
    share: string,
    root: { owner: string; group: string; mode: string; acl: AclEntry[]; recycle?: Bin },
    nonce: string,
): Step[] {
    const { recycle } = root;
    const expiry = expiryOf(share, recycle);
    const acl = { access: root.acl, default: root.acl };
    const none = { access: [], default: [] };
    return [
        // In a home only its user makes one.
        ...(recycle === undefined || recycle.homes
            ? []
            : [
                  recycle.perUser
                      ? ({
                            do: "directory",
                            path: `${share}/${recycle.path}`,
                            owner: "root",
                            group: "root",
                            mode: "1777",
                            acl: none,
                        } as const)
                      : ({
                            do: "directory",
                            path: `${share}/${recycle.path}`,
                            owner: root.owner,
                            group: root.group,
                            mode: root.mode,
                            acl,
                        } as const),
              ]),
        expiry === undefined
            ? { do: "remove", path: expiryPath(nonce) }
            : { do: "write", path: expiryPath(nonce), content: expiry, mode: "0644" },
    ];
}

interface BinRoot {
    owner: string;
    group: string;
    mode: string;
    recycle?: Bin;
    /** Owner and mode are the clients' from the beginning. */
    once: boolean;
}

/** The bin's folder stands in the share: whoever may rename there can put one of their own, or a link, in its place. */
export function binDrift(share: string, { owner, group, mode, recycle, once }: BinRoot, stat: GatherResult["stat"]): string[] {
    if (recycle === undefined || recycle.homes) return [];
    const path = `${share}/${recycle.path}`;
    const found = stat[path];
    if (found?.type !== "directory")
        return [
            `recycle: ${path} is ${found === undefined ? "missing" : `a ${found.type === "other" ? "special file" : found.type}`}, and no folder`,
        ];
    if (once && !recycle.perUser) return [];
    const wanted = recycle.perUser ? { owner: "root", group: "root", mode: "1777" } : { owner, group, mode };
    const said = (facts: { owner: string; group: string; mode: string }): string =>
        `${facts.owner}:${facts.group} ${parseInt(facts.mode, 8).toString(8)}`;
    return said(found) === said(wanted) ? [] : [`recycle: ${path} is ${said(found)} instead of ${said(wanted)}: somebody has replaced it`];
}

/** What the file of a share's expiry holds; undefined: there is none. */
export const expiryOf = (share: string, recycle: Pick<Bin, "path" | "keepFor" | "homes"> | undefined): string | undefined =>
    recycle?.keepFor === undefined
        ? undefined
        : expiryText([share, ...(recycle.homes ? [EVERY] : []), recycle.path].map(literally).join("/"), recycle.keepFor);

const EVERY = "*";

/** A part of a glob of tmpfiles.d(5) that stands for itself; alone, a star is every folder. */
const literally = (part: string): string => (part === EVERY ? part : part.replace(/[*?[]/g, "[$&]"));

/** One line of tmpfiles.d(5): a quoted glob with C escapes. */
export function expiryText(glob: string, age: string): string {
    return `e "${glob.replace(/["\\]/g, "\\$&")}" - - - ${age}\n`;
}
