import type { AclEntry, GatherResult, Step } from "../hosts/batch";

/** A share's recycle bin, as far as the host needs to know it. */
export interface Bin {
    path: string;
    perUser: boolean;
    keepFor?: string;
    /** The share serves one folder per user, each with its own bin. */
    homes?: boolean;
}

export const expiryPath = (nonce: string): string => `/etc/tmpfiles.d/pvesmb-${nonce}.conf`;

/**
 * Creates the bin's folder in advance: one created by the first user who deletes a file would not be usable by others. Also its expiry by
 * systemd-tmpfiles: a file is deleted once its access, modification and change times are all older (tmpfiles.d(5), "Age").
 * `whose`: the step that returns whose directory it is, if it is another share's.
 */
export function binSteps(
    share: string,
    root: { owner: string; group: string; mode: string; acl: AclEntry[]; recycle?: Bin },
    nonce: string,
    whose: string,
): Step[] {
    const { recycle } = root;
    const expiry = expiryOf(share, recycle);
    const acl = { access: root.acl, default: root.acl };
    const none = { access: [], default: [] };
    return [
        // In a home, the user creates the bin.
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
        ...(expiry === undefined
            ? [{ do: "remove", path: expiryPath(nonce) } as const]
            : ([
                  { do: "write", path: expiryPath(nonce), content: expiry, mode: "0644" },
                  // A share that only shows another one's directory does not decide about that one's bin.
                  { do: "supersede", path: expiryPath(nonce), names: "pvesmb-.*\\.conf", same: GLOB, ifEmpty: [whose] },
              ] satisfies Step[])),
    ];
}

interface BinRoot {
    owner: string;
    group: string;
    mode: string;
    recycle?: Bin;
    /** Clients manage owner and mode after creation. */
    once: boolean;
}

/** The bin's folder lies in the share, so a user who may rename there can replace it by a folder or a link. */
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

/** Content of a share's expiry file; undefined: no file. */
export const expiryOf = (share: string, recycle: Pick<Bin, "path" | "keepFor" | "homes"> | undefined): string | undefined =>
    recycle?.keepFor === undefined
        ? undefined
        : expiryText([share, ...(recycle.homes ? [EVERY] : []), recycle.path].map(literally).join("/"), recycle.keepFor);

/** The bin of an expiry file; its age may have been another one. */
const GLOB = '^e ("(?:[^"\\\\]|\\\\.)*") ';

const EVERY = "*";

/** A literal component of a tmpfiles.d(5) glob; a lone star matches every folder. */
const literally = (part: string): string => (part === EVERY ? part : part.replace(/[*?[]/g, "[$&]"));

/** One line of tmpfiles.d(5): a quoted glob with C escapes. */
export function expiryText(glob: string, age: string): string {
    return `e "${glob.replace(/["\\]/g, "\\$&")}" - - - ${age}\n`;
}
