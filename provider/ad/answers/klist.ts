import { sameDomain } from "../names";

export interface TicketCache {
    /** Default principal: `Administrator@AD.LAB.TEST`. */
    principal: string;
    tickets: { service: string; starting: string; expires: string; ticketType?: string; sessionType?: string }[];
}

/** What MIT's klist prints, with `-e` also how tickets are encrypted. Undefined when there is no cache. */
export function parseKlist(text: string): TicketCache | undefined {
    const principal = /^Default principal: (.+)$/m.exec(text)?.[1];
    if (principal === undefined) return undefined;
    const tickets: TicketCache["tickets"] = [];
    for (const line of text.split("\n")) {
        const found = /^(\S+ \S+) {2}(\S+ \S+) {2}(\S.*)$/.exec(line);
        if (found && !line.startsWith("Valid starting"))
            tickets.push({ starting: found[1] ?? "", expires: found[2] ?? "", service: found[3] ?? "" });
        const types = /\bEtype \(skey, tkt\): ([^,]+), (\S+)/.exec(line);
        const last = tickets.at(-1);
        if (types && last) Object.assign(last, { sessionType: types[1]?.trim(), ticketType: types[2] });
    }
    return { principal, tickets };
}

/** Whether there is a ticket for a realm: what kinit brings. */
export const hasTicketFor = (cache: TicketCache, realm: string): boolean =>
    cache.tickets.some(({ service }) => service.startsWith("krbtgt/") && sameDomain(service.split(/[/@]/)[1] ?? "", realm));
