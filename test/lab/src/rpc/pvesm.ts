import { volumePath } from "../pve/volume-id";
import { parseArguments } from "./arguments";
import { dataOf } from "./pve-call";
import { CommandError } from "./session";
import type { Session } from "./session";

interface StorageRow {
    storage: string;
    type: string;
    active?: number;
    total?: number;
    used?: number;
    avail?: number;
}

interface ContentRow {
    volid: string;
    format: string;
    content: string;
    size: number;
    vmid?: number | string;
}

/** `pvesm list`, `status` and `path`. */
export async function pvesm(session: Session): Promise<number> {
    const [name = "", ...argv] = session.request.argv;
    const { words, options } = parseArguments(argv);
    if (name === "status") return status(session, options);
    if (name === "list") return list(session, words[0] ?? "", options);
    if (name === "path") return path(session, words[0] ?? "");
    throw new CommandError(`ERROR: unknown command 'pvesm ${name}'`);
}

async function status(session: Session, options: Record<string, string>): Promise<number> {
    const rows = dataOf(await session.call("GET", `/nodes/${session.node}/storage`, options), "pvesm status [OPTIONS]") as StorageRow[];
    const kib = (bytes: number | undefined): string => String(Math.floor((bytes ?? 0) / 1024));
    const table = [["Name", "Type", "Status", "Total", "Used", "Available", "%"]];
    for (const row of [...rows].sort((a, b) => a.storage.localeCompare(b.storage))) {
        const percent = row.total ? (((row.used ?? 0) * 100) / row.total).toFixed(2) : "0.00";
        table.push([
            row.storage,
            row.type,
            row.active ? "active" : "inactive",
            kib(row.total),
            kib(row.used),
            kib(row.avail),
            `${percent}%`,
        ]);
    }
    print(session, table, [false, false, false, true, true, true, true]);
    return 0;
}

async function list(session: Session, storage: string, options: Record<string, string>): Promise<number> {
    const rows = dataOf(
        await session.call("GET", `/nodes/${session.node}/storage/${storage}/content`, options),
        "pvesm list <storage> [OPTIONS]",
    ) as ContentRow[];
    const table = [["Volid", "Format", "Type", "Size", "VMID"]];
    const sorted = [...rows].sort((a, b) => a.volid.localeCompare(b.volid));
    for (const row of sorted)
        table.push([row.volid, row.format, row.content, String(row.size), row.vmid === undefined ? "" : String(row.vmid)]);
    print(session, table, [false, false, false, true, false]);
    return 0;
}

async function path(session: Session, volid: string): Promise<number> {
    const [storage, name] = splitOnce(volid);
    if (name === undefined) throw new CommandError(`unable to parse volume ID '${volid}'`);
    const config = dataOf(await session.call("GET", `/storage/${storage}`), "pvesm path <volume>") as {
        type: string;
        path?: string;
        pool?: string;
    };
    session.out(`${volumePath({ type: config.type, path: config.path ?? config.pool ?? "" }, name)}\n`);
    return 0;
}

function splitOnce(volid: string): [string, string | undefined] {
    const at = volid.indexOf(":");
    return at < 0 ? [volid, undefined] : [volid.slice(0, at), volid.slice(at + 1)];
}

function print(session: Session, table: string[][], right: boolean[]): void {
    const widths = right.map((_, column) => Math.max(...table.map((row) => (row[column] ?? "").length)));
    for (const row of table) {
        const cells = row.map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)));
        session.out(`${cells.join(" ").trimEnd()}\n`);
    }
}
