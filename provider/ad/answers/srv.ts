export interface ServiceRecord {
    priority: number;
    weight: number;
    port: number;
    target: string;
}

/** SRV records as `host -t SRV` and `dig +short` print them, in the order in which they are to be tried (RFC 2782; weights aside). */
export function parseSrv(text: string): ServiceRecord[] {
    const records = [...text.matchAll(/^(?:\S+ has SRV record )?([0-9]+) ([0-9]+) ([0-9]+) (\S+?)\.?$/gm)].map(
        ([, priority, weight, port, target]): ServiceRecord => ({
            priority: Number(priority),
            weight: Number(weight),
            port: Number(port),
            target: (target ?? "").toLowerCase(),
        }),
    );
    return records.sort((a, b) => a.priority - b.priority || b.weight - a.weight || (a.target < b.target ? -1 : 1));
}

/** Names that must have SRV records at each nameserver: controllers, and where tickets come from. */
export const serviceNames = (domain: string): string[] => [`_ldap._tcp.dc._msdcs.${domain}`, `_kerberos._tcp.${domain}`];
