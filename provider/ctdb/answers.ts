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
const isFlag = (name: string): boolean => !NO_FLAG.includes(name) && /^[A-Za-z]{1,40}$/.test(name);

/** Of a node; -1: of none. Undefined: it is no number of a node. */
function nodeIn(text: string | undefined): number | undefined {
    const number = /^(-1|\d{1,4})$/.test(text ?? "") ? Number(text) : undefined;
    return number === undefined || number > MOST_NODES ? undefined : number;
}
/** Far more than CTDB runs with. */
const MOST_NODES = 1023;

/** `ctdb status -X`. Rows of another form are left out. */
export const parseStatus = (text: string): NodeStatus[] =>
    parseTable(text).flatMap((row) => {
        const number = nodeIn(row["Node"]);
        const flags = Object.entries(row).flatMap(([name, value]) => (isFlag(name) && value === "1" ? [name] : []));
        return number === undefined || number < 0 ? [] : [{ number, address: row["IP"] ?? "", flags, self: row["ThisNode"] === "Y" }];
    });

/** `ctdb ip -X all`: who has which address; -1: nobody. */
export const parseAddresses = (text: string): Map<string, number> =>
    new Map(
        parseTable(text).flatMap((row): [string, number][] => {
            const number = nodeIn(row["Node"]);
            return number === undefined ? [] : [[row["Public IP"] ?? "", number]];
        }),
    );

/** Addresses of /etc/ctdb/public_addresses, without prefix length. */
export const parseFloating = (text = ""): string[] => [...text.matchAll(/^([0-9A-Fa-f.:]+)\/\d+/gm)].map(([, address = ""]) => address);

/** `KeepaliveLimit             = 12`, as `ctdb listvars` prints all of them. */
export const parseVariables = (text: string): Map<string, number> =>
    new Map([...text.matchAll(/^(\w+)[^\S\n]*=[^\S\n]*(\d{1,15})$/gm)].map(([, name = "", value]) => [name, Number(value)]));

/** The node with the lock, from `ctdb status`: `Leader:2`; `Leader:UNKNOWN` while none has it. */
export function parseLeader(text: string): number | undefined {
    const found = /^Leader:(\d{1,4})$/m.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
}

/** Seconds, from `ctdb uptime`. */
export function parseRecovery(text: string): number | undefined {
    const found = /^Duration of last recovery\/failover:[^\S\n]*(\d{1,9}(?:\.\d{1,9})?)\b(?!\d)/m.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
}
