/** A package that apt would install or change, as `apt-get -s` prints it. */
export interface Planned {
    name: string;
    /** The version that is installed; absent: it is new. */
    from?: string;
    to: string;
    /** Label and suite of the sources that have it: `Debian:12.9/stable`. */
    origin: string;
}

/** What `apt-get -s install` or `purge` would do. */
export interface Plan {
    sets: Planned[];
    removes: string[];
    /** The lines that say so, for a comparison with a later simulation. */
    lines: string[];
}

const bare = (name: string): string => name.split(":")[0] ?? "";

/** `Inst NAME [OLD] (NEW ORIGIN [ARCHITECTURE])`, and `Remv` or `Purg NAME [OLD]`. What it would configure says nothing more. */
export function parsePlan(text: string): Plan {
    const plan: Plan = { sets: [], removes: [], lines: [] };
    for (const line of text.split("\n")) {
        const [, verb, name = "", rest = ""] = /^(Inst|Remv|Purg) (\S+)(.*)$/.exec(line) ?? [];
        if (verb === undefined) continue;
        plan.lines.push(line.trim());
        if (verb !== "Inst") {
            plan.removes.push(bare(name));
            continue;
        }
        const [, from, to = "", origin = ""] = /^(?: \[([^\]]*)\])? \((\S+)\s*(.*?)\s*\[[^\]]*\]\)/.exec(rest) ?? [];
        plan.sets.push({ name: bare(name), ...(from === undefined ? {} : { from }), to, origin });
    }
    return plan;
}

/** Packages of a node that are not ours to change. */
export interface Untouchable {
    held: ReadonlySet<string>;
    /** Installed ones of origin Proxmox. */
    proxmox: ReadonlySet<string>;
}

/** Why a plan is not carried out: each reason completes "it would". */
export function planFaults({ sets, removes }: Plan, { held, proxmox }: Untouchable): string[] {
    const change = ({ name, from, to }: Planned): string => (from === undefined ? `${name} ${to}` : `${name} (${from} to ${to})`);
    const ofProxmox = sets.filter(({ name, from, origin }) => from !== undefined && (proxmox.has(name) || /proxmox/i.test(origin)));
    const ofHeld = sets.filter(({ name }) => held.has(name));
    return [
        ...(removes.length === 0 ? [] : [`remove ${removes.join(", ")}`]),
        ...(ofProxmox.length === 0 ? [] : [`change packages of Proxmox: ${ofProxmox.map(change).join(", ")}`]),
        ...(ofHeld.length === 0 ? [] : [`install or change what is on hold (\`apt-mark hold\`): ${ofHeld.map(change).join(", ")}`]),
    ];
}

/** Packages of the plan by the sources that serve them: `Debian:12.9/stable (samba 2:4.17.12, tdb-tools 1.4.8)`. */
export function servedBy({ sets }: Plan): string {
    const by = new Map<string, string[]>();
    for (const { name, to, origin } of sets) by.set(origin, [...(by.get(origin) ?? []), `${name} ${to}`]);
    return [...by].map(([origin, names]) => `${origin || "an unnamed source"} (${names.join(", ")})`).join("; ");
}

/** The sources that `apt-get update` could not read, each with the reason and the way out. */
export function brokenSources(update: string): string[] {
    const found = new Map<string, string>();
    for (const line of update.split("\n")) {
        const [, url = "", why = ""] = /^[EW]: Failed to fetch (\S+)\s+(.*?)(?: \[IP: [^\]]*\])?$/.exec(line) ?? [];
        const source = url.replace(/\/dists\/.*$|\/(In)?Release(\.gpg)?$/, "");
        if (source !== "" && !found.has(source)) found.set(source, why.replace(/\s+/g, " "));
    }
    for (const [, source = "", why = ""] of update.matchAll(/^[EW]: The repository '(\S+)[^']*' (.*?)\.?$/gm))
        if (![...found.keys()].some((known) => source.startsWith(known))) found.set(source, why);
    return [...found].map(([source, why]) => `${source}: ${why}${wayOut(source, why)}`);
}

const wayOut = (source: string, why: string): string =>
    /^https?:\/\/enterprise\.proxmox\.com\//.test(source) && /^401\b/.test(why)
        ? " (the enterprise repository is for nodes with a subscription: add its key, or disable that repository and use pve-no-subscription, both under Updates > Repositories of the node)"
        : "";
