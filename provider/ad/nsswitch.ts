/** Who knows accounts: /etc/nsswitch.conf. libnss-winbind's postinst edits it too; this is the one writer that pvesmb has for it. */
export const NSSWITCH = "/etc/nsswitch.conf";

/** Where domain accounts are asked for. Not `shadow`: winbind has no entries there, and pam_winbind needs none. */
const DATABASES = ["passwd", "group"] as const;

/**
 * The file with winbind behind the local files of both databases, or without it. All else stays to the byte: comments, blanks, other
 * databases, other services and what is done after their answers. A database that has no line gets one.
 */
export function withWinbind(text: string, wanted: boolean): string {
    const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
    for (const database of DATABASES) {
        const at = lines.findIndex((line) => lineOf(line)?.database === database);
        if (at >= 0) lines[at] = edited(lines[at] ?? "", wanted);
        else if (wanted) lines.push(`${database}: files winbind`);
    }
    return lines.map((line) => `${line}\n`).join("");
}

/** Databases that do not ask winbind. */
export function withoutWinbind(text: string): string[] {
    return DATABASES.filter((database) => !servicesOf(text, database).includes("winbind"));
}

/** The services of a database in their order, actions left out. glibc takes the first line of a database. */
export function servicesOf(text: string, database: string): string[] {
    const found = text.split("\n").flatMap((line) => lineOf(line) ?? []);
    return (
        found
            .find((line) => line.database === database)
            ?.services.replace(/\[[^[\]]*\]/g, " ")
            .split(/\s+/)
            .filter(Boolean) ?? []
    );
}

/** Others that know domain accounts: two of them give one account two numbers. */
export const otherDirectories = (text: string): string[] => [
    ...new Set(DATABASES.flatMap((database) => servicesOf(text, database).filter((service) => ["sss", "ldap", "nslcd"].includes(service)))),
];

/** Without patterns that search for an end again and again: root of a gateway can make a line as long as it likes. */
function lineOf(line: string): { database: string; gap: string; services: string; rest: string } | undefined {
    const head = /^\s*[a-z_]+:/.exec(line)?.[0];
    if (head === undefined) return undefined;
    const [body = ""] = line.slice(head.length).split("#", 1);
    const services = body.trim();
    const gap = head + (services === "" ? body : body.slice(0, body.length - body.trimStart().length));
    return { database: head.trim().slice(0, -1), gap, services, rest: line.slice(gap.length + services.length) };
}

function edited(line: string, wanted: boolean): string {
    const parts = lineOf(line);
    if (!parts) return line;
    const has = /(^|\s)winbind(\s|$|\[)/.test(parts.services);
    if (has === wanted) return line;
    const services = wanted ? added(parts.services) : without(parts.services);
    return `${parts.gap === parts.gap.trimEnd() ? `${parts.gap} ` : parts.gap}${services}${parts.rest}`;
}

/** Behind the last local service. What is to be done after that one's answer then stands behind winbind, and counts for both. */
function added(services: string): string {
    const words = services.match(/\[[^[\]]*\]|[^\s[]+/g) ?? [];
    const local = words.findLastIndex((word) => ["files", "compat", "systemd"].includes(word));
    return [...words.slice(0, local + 1), "winbind", ...words.slice(local + 1)].join(" ");
}

function without(services: string): string {
    const at = services.search(/(?<!\S)winbind(?=\s|$|\[)/);
    return `${services.slice(0, at).trimEnd()}${services.slice(at + "winbind".length)}`.trim();
}
