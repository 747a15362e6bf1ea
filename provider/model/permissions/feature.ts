/** An action of pvesmb that a cluster's administrator may allow or deny. The list is in features.ts. */
export interface Feature {
    /** Its purpose, in a few words that complete "is needed to ...". */
    purpose: string;
    /** Commands that use it, in addition to the kinds of resources that list it in `uses`. */
    alsoUsedBy?: string[];
    /** Granted by default. */
    usual: boolean;
    /** The mode of the gateways that it is for; absent: any. */
    mode?: string;
    grants: Grant[];
    /** Only root@pam with a password login may do it; no privilege or token is enough. Gives the reason in Proxmox VE's terms. */
    rootOnly?: string;
    /** The commands that it runs over SSH. */
    commands?: RemoteCommands[];
    /** How a holder of these rights can become root. */
    rootEquivalent?: string;
    /** What else a holder of these rights can do, if that exceeds the purpose. */
    reach?: Reach;
}

export interface Reach {
    text: string;
    /** Last major release of Proxmox VE to which it applies. */
    until?: number;
}

/** Privileges on one path of Proxmox VE's access control. */
export interface Grant {
    /** With at most one slot in braces, which a Scope fills. */
    path: string;
    privileges: string[];
    /** Any one of them is enough; the first one is granted. */
    any?: true;
    /** First and last major release of Proxmox VE that requires it. */
    since?: number;
    until?: number;
}

export interface RemoteCommands {
    /** The host that runs them: the node, the container through its own sshd, or a host that is there already (modes `existing` and `native`). */
    on: "node" | "container" | "host";
    commands: readonly RemoteCommand[];
}

/** A command line as a sudo rule: the allowed word at each position, and nothing after the last one. */
export interface RemoteCommand {
    program: string;
    /** Literal words, or patterns for names. Absent: any arguments, so the caller can do whatever the program can. */
    words?: readonly (string | Word)[];
}

/**
 * A named argument; `pattern` is a POSIX regular expression (sudo matches it, regcomp(3)) that accepts neither spaces nor a leading `-`.
 */
export interface Word {
    name: string;
    pattern: string;
}

/** The command as docs show it: `pct rescan --vmid VMID`. */
export const shownCommand = ({ program, words }: RemoteCommand): string =>
    [program, ...(words === undefined ? ["..."] : words.map((word) => (typeof word === "string" ? word : word.name)))].join(" ");

/** Where to look for a grant (one match is enough), and where to add a missing one: on a pool rather than on each guest. */
export interface Spot {
    at: readonly string[];
    give: string;
}

/** The values of a path's slots; a slot without values requires nothing. */
export type Scope = Record<string, readonly Spot[]>;

export const spots = (...names: readonly string[]): Spot[] => [...new Set(names)].map((name) => ({ at: [name], give: name }));

/** A grant with its paths. */
export interface Need extends Spot {
    privileges: string[];
    any: boolean;
    purpose: string;
}

/** The grants that the features need in this scope on this major release of Proxmox VE. */
export function needsOf(features: readonly { feature: Feature; scope: Scope }[], major: number): Need[] {
    return features.flatMap(({ feature, scope }) =>
        feature.grants
            .filter(({ since = 0, until = Infinity }) => since <= major && major <= until)
            .flatMap((grant) => {
                const { privileges, any = false } = grant;
                return placed(grant.path, scope).map((spot) => ({ ...spot, privileges, any, purpose: feature.purpose }));
            }),
    );
}

function placed(path: string, scope: Scope): Spot[] {
    const slot = /\{([a-z-]+)\}/.exec(path)?.[1];
    if (slot === undefined) return spots(path);
    const fill = (value: string): string => path.replace(`{${slot}}`, () => value);
    return (scope[slot] ?? []).map(({ at, give }) => ({ at: at.map(fill), give: fill(give) }));
}

/** Path -> privileges to grant there, one entry per path; alternatives are skipped if another need grants one of them. */
export function united(needs: readonly Pick<Need, "give" | "privileges" | "any">[]): Map<string, string[]> {
    const given = new Map<string, Set<string>>(needs.map(({ give }) => [give, new Set()]));
    for (const { give, privileges, any } of [...needs].sort((a, b) => Number(a.any) - Number(b.any))) {
        const at = given.get(give) ?? new Set();
        if (any && privileges.some((each) => at.has(each))) continue;
        for (const each of any ? privileges.slice(0, 1) : privileges) at.add(each);
    }
    return new Map([...given].map(([path, privileges]) => [path, [...privileges].sort()]));
}
