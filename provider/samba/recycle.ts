import type { AclEntry, Step } from "../hosts/batch";

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
