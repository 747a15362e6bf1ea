/** What the command `ctdb` answers with `-X`: lines of fields between bars, the first line with their names. */
export function parseTable(text: string): Record<string, string>[] {
    const [head = [], ...rows] = text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line.startsWith("|"))
        .map((line) => line.split("|").slice(1, -1));
    return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ""])));
}

/** A node as another one sees it. */
export interface NodeStatus {
    number: number;
    address: string;
    /** `Disconnected`, `Banned`, `Disabled`, `Unhealthy`, `Stopped`, ...: those that hold. Empty: healthy. */
    flags: string[];
    self: boolean;
}

const NO_FLAG = ["Node", "IP", "ThisNode"];

/** `ctdb status -X` */
export const parseStatus = (text: string): NodeStatus[] =>
    parseTable(text).map((row) => ({
        number: Number(row["Node"]),
        address: row["IP"] ?? "",
        flags: Object.entries(row).flatMap(([name, value]) => (!NO_FLAG.includes(name) && value === "1" ? [name] : [])),
        self: row["ThisNode"] === "Y",
    }));

/** `ctdb ip -X all`: who has which address; -1: nobody. */
export const parseAddresses = (text: string): Map<string, number> =>
    new Map(parseTable(text).map((row) => [row["Public IP"] ?? "", Number(row["Node"])]));

/** Addresses of /etc/ctdb/public_addresses, without prefix length. */
export const parseFloating = (text = ""): string[] => [...text.matchAll(/^([0-9A-Fa-f.:]+)\/\d+/gm)].map(([, address = ""]) => address);

/** `KeepaliveLimit             = 12`, as `ctdb listvars` prints all of them. */
export const parseVariables = (text: string): Map<string, number> =>
    new Map([...text.matchAll(/^(\w+)\s*=\s*(\d+)$/gm)].map(([, name = "", value]) => [name, Number(value)]));

/** The node with the lock, from `ctdb status`: `Leader:2`; `Leader:UNKNOWN` while none has it. */
export function parseLeader(text: string): number | undefined {
    const found = /^Leader:(\d+)$/m.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
}

/** Seconds, from `ctdb uptime`. */
export function parseRecovery(text: string): number | undefined {
    const found = /^Duration of last recovery\/failover:\s*([\d.]+)/m.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
}
