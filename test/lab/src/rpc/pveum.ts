import { parseArguments } from "./arguments";
import { dataOf } from "./pve-call";
import { CommandError } from "./session";
import type { Session } from "./session";

/** What a command calls: the words behind its name fill the path and then these parameters. */
interface Command {
    method: "POST" | "PUT" | "DELETE";
    path: string;
    words: string[];
    fixed?: Record<string, string>;
}

/** pveum's commands as far as `npx pvesmb permissions` and the tests use them (pve-manager PVE/CLI/pveum.pm). */
const commands: Record<string, Command> = {
    "role add": { method: "POST", path: "/access/roles", words: ["roleid"] },
    "role modify": { method: "PUT", path: "/access/roles/{roleid}", words: ["roleid"] },
    "role delete": { method: "DELETE", path: "/access/roles/{roleid}", words: ["roleid"] },
    "user add": { method: "POST", path: "/access/users", words: ["userid"] },
    "user delete": { method: "DELETE", path: "/access/users/{userid}", words: ["userid"] },
    "user token add": { method: "POST", path: "/access/users/{userid}/token/{tokenid}", words: ["userid", "tokenid"] },
    "user token remove": { method: "DELETE", path: "/access/users/{userid}/token/{tokenid}", words: ["userid", "tokenid"] },
    "acl modify": { method: "PUT", path: "/access/acl", words: ["path"] },
    "acl delete": { method: "PUT", path: "/access/acl", words: ["path"], fixed: { delete: "1" } },
    "pool add": { method: "POST", path: "/pools", words: ["poolid"] },
};

/** `pveum`, which is given a command of one to three words. */
export async function pveum(session: Pick<Session, "request" | "call" | "out">): Promise<number> {
    const { words, options } = parseArguments(session.request.argv);
    const name = [3, 2].map((count) => words.slice(0, count).join(" ")).find((each) => Object.hasOwn(commands, each)) ?? "";
    const command = commands[name];
    if (!command) throw new CommandError(`ERROR: unknown command 'pveum ${words.join(" ")}'`);
    const given = words.slice(name.split(" ").length);
    const usage = `pveum ${name} ${command.words.map((word) => `<${word}>`).join(" ")} [OPTIONS]`;
    if (given.length !== command.words.length) throw new CommandError(`400 wrong number of arguments\n${usage}`);
    const params: Record<string, string> = { ...options, ...command.fixed };
    command.words.forEach((word, i) => (params[word] = given[i] ?? ""));
    const path = command.path.replace(/\{(\w+)\}/g, (_, word: string) => {
        const value = params[word] ?? "";
        delete params[word];
        return encodeURIComponent(value);
    });
    const data = dataOf(await session.call(command.method, path, params), usage);
    if (typeof data === "object" && data !== null) session.out(table(data as Record<string, unknown>));
    return 0;
}

/** An answer as pveum prints it: a table of keys and values. */
function table(data: Record<string, unknown>): string {
    const rows = Object.entries(data)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const);
    const widths = [0, 1].map((column) => Math.max(...[["key", "value"], ...rows].map((row) => (row[column] ?? "").length)));
    const line = (cells: readonly string[]): string => `│ ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" │ ")} │\n`;
    const rule = (left: string, fill: string, middle: string, right: string): string =>
        `${left}${widths.map((width) => fill.repeat(width + 2)).join(middle)}${right}\n`;
    return [
        rule("┌", "─", "┬", "┐"),
        line(["key", "value"]),
        rule("╞", "═", "╪", "╡"),
        rows.map(line).join(rule("├", "─", "┼", "┤")),
        rule("└", "─", "┴", "┘"),
    ].join("");
}
