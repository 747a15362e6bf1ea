/** Something that pvesmb does and that the owner of a cluster may allow or not. The list is in features.ts. */
export interface Feature {
    /** What it takes it for, in a few words that finish "is needed to ...". */
    purpose: string;
    /** Commands that use it, beside the kinds of resources whose models say so (`uses`). */
    alsoUsedBy?: string[];
    /** Part of what is granted when nobody chooses. */
    usual: boolean;
    grants: Grant[];
    /** No privilege is enough: only root@pam itself, logged in by password, and never a token. The reason, in Proxmox VE's terms. */
    rootOnly?: string;
    /** What it runs over SSH. */
    commands?: RemoteCommands[];
    /** Whoever has these rights can make himself root; how. */
    rootEquivalent?: string;
    /** What else whoever has these rights can do, where that is more than the purpose says. */
    reach?: Reach;
}

export interface Reach {
    text: string;
    /** Last major release of Proxmox VE of which it is true. */
    until?: number;
}

/** Privileges on one path of Proxmox VE's access control. */
export interface Grant {
    /** With at most one slot in braces, filled by a Scope. */
    path: string;
    privileges: string[];
    /** One of them is enough; the first one is what gets granted. */
    any?: true;
    /** First and last major release of Proxmox VE that asks for it. */
    since?: number;
    until?: number;
}

export interface RemoteCommands {
    /** Whose sshd it is, or through which shell. */
    on: "node" | "container";
    commands: readonly RemoteCommand[];
}

/** A command line as a rule of sudo's: what may stand at each place, and nothing behind the last one. */
export interface RemoteCommand {
    program: string;
    /** A word as it is, or what may stand for a name. Absent: any arguments, so whoever may run it can do what the program can. */
    words?: readonly (string | Word)[];
}

/** An argument by name; `pattern` is a POSIX regular expression (sudo matches it, regcomp(3)) that takes neither blanks nor a leading `-`. */
export interface Word {
    name: string;
    pattern: string;
}

/** As documentation shows it: `pct rescan --vmid VMID`. */
export const shownCommand = ({ program, words }: RemoteCommand): string =>
    [program, ...(words === undefined ? ["..."] : words.map((word) => (typeof word === "string" ? word : word.name)))].join(" ");

/** Where a grant is looked for (any one of the places will do), and where to give it when it is missing: on a pool, not on each guest. */
export interface Spot {
    at: readonly string[];
    give: string;
}

/** What stands for the slots of a path; a slot that is left out asks for nothing. */
export type Scope = Record<string, readonly Spot[]>;

export const spots = (...names: readonly string[]): Spot[] => [...new Set(names)].map((name) => ({ at: [name], give: name }));

/** A grant at its places. */
export interface Need extends Spot {
    privileges: string[];
    any: boolean;
    purpose: string;
}

/** What the features need in that scope, on that major release of Proxmox VE. */
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

/** Path -> privileges to give there, each path once; of alternatives none when another need gives one of them anyway. */
export function united(needs: readonly Pick<Need, "give" | "privileges" | "any">[]): Map<string, string[]> {
    const given = new Map<string, Set<string>>(needs.map(({ give }) => [give, new Set()]));
    for (const { give, privileges, any } of [...needs].sort((a, b) => Number(a.any) - Number(b.any))) {
        const at = given.get(give) ?? new Set();
        if (any && privileges.some((each) => at.has(each))) continue;
        for (const each of any ? privileges.slice(0, 1) : privileges) at.add(each);
    }
    return new Map([...given].map(([path, privileges]) => [path, [...privileges].sort()]));
}
