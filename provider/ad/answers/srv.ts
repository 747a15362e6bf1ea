export interface ServiceRecord {
    priority: number;
    weight: number;
    port: number;
    target: string;
}

/** Names that must have SRV records at each nameserver: controllers, and where tickets come from. */
export const serviceNames = (domain: string): string[] => [`_ldap._tcp.dc._msdcs.${domain}`, `_kerberos._tcp.${domain}`];
