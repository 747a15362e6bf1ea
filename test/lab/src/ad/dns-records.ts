export interface DnsRecord {
    /** Below the name that was asked for; empty: that name itself. */
    name: string;
    type: string;
    value: string;
    ttl: number;
}

/** Reads what `samba-tool dns query` prints. */
export function parseDnsQuery(text: string): DnsRecord[] {
    const records: DnsRecord[] = [];
    let name = "";
    for (const line of text.split("\n")) {
        const head = /^ {2}Name=(.*), Records=\d+, Children=\d+$/.exec(line);
        if (head) name = head[1] ?? "";
        const record = /^ {4}([A-Z]+): (.*) \(flags=[0-9a-f]+, serial=\d+, ttl=(\d+)\)$/.exec(line);
        if (record) records.push({ name, type: record[1] ?? "", value: record[2] ?? "", ttl: Number(record[3]) });
    }
    return records;
}
